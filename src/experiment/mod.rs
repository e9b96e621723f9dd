//! An experiment: everything that decides a run, in one value that can be read, checked and written as TOML.
//!
//! What needs a reset (teacher, network, initial weights, data, engine, seed) stands beside [`LiveParams`], which may
//! change while the run goes on. [`Experiment::validate`] is the one place where values are judged.

mod difference;
mod engine;
mod one_hot;
mod parse;
mod samples;
mod schedule;
mod start;
mod table;
mod table_file;
mod validate;
mod validate_schedule;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::dynamics::Batching;
pub use crate::dynamics::{
    Decay, LangevinNoise, LiveParams, MAX_BATCH_SIZE, MAX_MOMENTUM, MAX_SCALE, Optimizer, Sampling, Scheduled,
};
pub use crate::model::Basis;
use crate::observables::Schema;
use crate::theory::ModeLaw;
pub use difference::Difference;
pub use engine::{Dynamics, Engine};
pub(crate) use parse::from_text;
pub use parse::{LONGEST_EXPERIMENT, ParseError};
pub use samples::{Samples, SamplesError};
pub use schedule::{Course, CourseKind, LOOK, LearnedAt, Schedules};
pub use table::{LONGEST_TABLE, TableError};
pub use table_file::BUILTIN;
pub use validate::{ExperimentError, MAX_DEPTH, MAX_RANK, MAX_WIDTH};

/// The default experiment as commented TOML: what `saddlescope experiment` prints.
pub const DEFAULT_TOML: &str = include_str!("../../assets/experiment.toml");

/// Everything that decides a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Experiment {
    /// Seed of every random stream.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub seed: u64,
    /// Which dynamics moves the weights.
    pub engine: Engine,
    /// The map to be learned.
    pub teacher: TeacherConfig,
    /// The student's shape.
    pub network: NetworkConfig,
    /// The student's initial weights.
    pub init: InitConfig,
    /// What the student sees.
    pub data: DataConfig,
    /// Options of the Langevin engine.
    pub langevin: LangevinConfig,
    /// Options of momentum, weight decay and adaptive steps.
    #[serde(skip_serializing_if = "Optimizer::is_default")]
    pub optimizer: Optimizer,
    /// What may change during the run.
    pub live: LiveParams,
    /// Which of it follows a course over the steps.
    #[serde(skip_serializing_if = "Schedules::is_empty")]
    pub schedule: Schedules,
}

impl Experiment {
    /// How its minibatches are drawn.
    pub fn batching(&self) -> Batching {
        match self.data.kind {
            DataKind::Online => Batching::Online,
            DataKind::Dataset | DataKind::File => Batching::Stored {
                sampling: self.data.sampling,
                n_samples: self.data.n_samples,
            },
        }
    }

    /// Layout of the rows of its runs.
    pub fn schema(&self) -> Schema {
        let schema = Schema::new(self.teacher.strengths.len(), self.network.depth());
        schema.with_held_out(self.data.holds_out())
    }

    /// The law of mode number `mode`, counted from 0, under the given parameters, with the momentum and decay of this experiment. To
    /// adaptive engines no law applies; this is then what plain steps would follow.
    pub fn mode_law(&self, mode: usize, live: &LiveParams) -> ModeLaw {
        let (depth, strength) = (self.network.depth(), self.teacher.strengths[mode]);
        self.optimizer
            .decay
            .of_law(self.batching().mode_law(depth, strength, live))
    }
}

/// The teacher `M = U diag(m) V^T`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TeacherConfig {
    /// Strengths `m_1 >= ... >= m_r > 0`.
    pub strengths: Vec<f64>,
    /// Singular vectors.
    pub basis: Basis,
}

/// Widths of the student; its depth is the number of hidden layers plus one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkConfig {
    /// Input dimension `d_0`.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub d_in: usize,
    /// Output dimension `d_L`.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub d_out: usize,
    /// Hidden widths `d_1 .. d_{L-1}`; empty for a single layer.
    #[serde(deserialize_with = "crate::whole_number::deserialize_list")]
    pub hidden: Vec<usize>,
}

impl NetworkConfig {
    /// Depth `L`, the number of weight matrices.
    pub fn depth(&self) -> usize {
        self.hidden.len() + 1
    }

    /// Widths `d_0 .. d_L`.
    pub fn widths(&self) -> Vec<usize> {
        std::iter::once(self.d_in)
            .chain(self.hidden.iter().copied())
            .chain([self.d_out])
            .collect()
    }
}

/// How the initial weights are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InitScheme {
    /// Aligned with the teacher and balanced, at `strength`.
    #[default]
    Aligned,
    /// Gaussian entries of standard deviation `std`.
    Gaussian,
    /// Gaussian entries of variance `min(fan_in, fan_out)^-gamma`.
    Power,
}

/// Initial weights; each scheme reads its own key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InitConfig {
    /// How the weights are drawn.
    pub scheme: InitScheme,
    /// Strength `s0` of every mode (aligned).
    pub strength: f64,
    /// Strength of each mode in its place (aligned); none where all start alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strengths: Vec<f64>,
    /// Standard deviation of an entry (gaussian).
    pub std: f64,
    /// Exponent (power).
    pub gamma: f64,
}

impl InitConfig {
    /// Strengths of `rank` modes of an aligned start.
    pub fn aligned_strengths(&self, rank: usize) -> Vec<f64> {
        if self.strengths.is_empty() {
            vec![self.strength; rank]
        } else {
            self.strengths.clone()
        }
    }
}

/// Where samples come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// A fresh sample every time.
    #[default]
    Online,
    /// A stored set, labelled by the teacher.
    Dataset,
    /// A stored set read from two CSV files; the teacher is what they teach.
    File,
}

/// Whose singular vectors are the modes of samples from files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Modes {
    /// The least-squares map's: the strengths are its singular values.
    #[default]
    Map,
    /// The input-output correlation's: from a small start they are learned one after the other.
    Correlation,
}

impl Modes {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::Map
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it a reference")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

impl DataConfig {
    /// Whether there are samples that training does not see.
    pub fn holds_out(&self) -> bool {
        match self.kind {
            DataKind::Online => false,
            DataKind::Dataset => self.n_held_out() > 0,
            DataKind::File => self.held_out > 0.0 || !self.held_out_inputs.is_empty(),
        }
    }

    /// Number of samples held out of a set that is drawn: with the `n_samples` trained on, `held_out` is their fraction of all.
    pub(crate) fn n_held_out(&self) -> usize {
        (self.n_samples as f64 * self.held_out / (1.0 - self.held_out)).round() as usize
    }
}

/// What the student sees; all but `kind` matter for a stored set only.
///
/// With [`DataKind::File`], `n_samples`, the teacher's strengths and its singular vectors follow from the files, once
/// [`Experiment::load_samples`] has read them; `teacher.basis` then chooses the hidden vectors of aligned weights alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// Where samples come from.
    pub kind: DataKind,
    /// Number of stored samples `N`.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub n_samples: usize,
    /// Whether the stored inputs are whitened.
    pub whiten: bool,
    /// Whether the means of inputs and targets are subtracted (file).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub center: bool,
    /// Whether the targets are one column of labels, of which every class becomes an output (file).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_hot: bool,
    /// Fraction of all samples that training does not see; the others are the `n_samples`.
    #[serde(skip_serializing_if = "is_zero")]
    pub held_out: f64,
    /// Whose singular vectors are the modes (file).
    #[serde(skip_serializing_if = "Modes::is_usual")]
    pub modes: Modes,
    /// How stored samples are visited.
    pub sampling: Sampling,
    /// CSV file of the inputs (file): a header row, then one sample a row.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub inputs: String,
    /// CSV file of the targets (file).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub targets: String,
    /// Inputs of samples that training does not see (file).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub held_out_inputs: String,
    /// Their targets (file).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub held_out_targets: String,
    /// The samples, once read (file).
    #[serde(skip)]
    pub samples: Option<Arc<Samples>>,
}

/// Options of the Langevin engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LangevinConfig {
    /// Exact or isotropic noise.
    pub noise: LangevinNoise,
    /// Euler-Maruyama steps per step of the learning rate.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub substeps: u32,
}

impl Default for Experiment {
    /// Lesson 1, "learning comes in stairs": four modes, aligned and balanced, no label noise.
    fn default() -> Self {
        Self {
            seed: 1,
            engine: Engine::Sgd,
            teacher: TeacherConfig::default(),
            network: NetworkConfig::default(),
            init: InitConfig::default(),
            data: DataConfig::default(),
            langevin: LangevinConfig::default(),
            optimizer: Optimizer::default(),
            live: LiveParams::default(),
            schedule: Schedules::default(),
        }
    }
}

impl Default for TeacherConfig {
    fn default() -> Self {
        Self {
            strengths: vec![4.0, 2.0, 1.0, 0.5],
            basis: Basis::Identity,
        }
    }
}

impl Default for NetworkConfig {
    fn default() -> Self {
        Self {
            d_in: 4,
            d_out: 4,
            hidden: vec![4],
        }
    }
}

impl Default for InitConfig {
    fn default() -> Self {
        Self {
            scheme: InitScheme::Aligned,
            strength: 1e-3,
            strengths: Vec::new(),
            std: 0.01,
            gamma: 1.5,
        }
    }
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            kind: DataKind::Online,
            n_samples: 64,
            whiten: false,
            center: false,
            one_hot: false,
            held_out: 0.0,
            modes: Modes::Map,
            sampling: Sampling::Replacement,
            inputs: String::new(),
            targets: String::new(),
            held_out_inputs: String::new(),
            held_out_targets: String::new(),
            samples: None,
        }
    }
}

impl Default for LangevinConfig {
    fn default() -> Self {
        Self {
            noise: LangevinNoise::Anisotropic,
            substeps: 1,
        }
    }
}
