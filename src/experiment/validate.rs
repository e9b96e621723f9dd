//! The one place where the values of an experiment are judged.

use thiserror::Error;

use super::{DataKind, Experiment, Modes};
use crate::dynamics::{LiveParams, MAX_BATCH_SIZE, MAX_MOMENTUM, MAX_SCALE};

/// A value outside what is allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{key} = {value}: must be {allowed}")]
pub struct ExperimentError {
    /// Dotted key of the value.
    pub key: &'static str,
    /// The value, as written.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

/// Widest layer.
pub const MAX_WIDTH: usize = 1024;
/// Deepest network.
pub const MAX_DEPTH: usize = 32;
/// Largest number of modes.
pub const MAX_RANK: usize = 64;
/// Largest number of stored numbers of a data set.
const MAX_STORED: usize = 1 << 24;
/// Largest fraction of the samples that training does not see.
const MAX_HELD_OUT: f64 = 0.99;
/// Largest seed: TOML's integers end here.
const MAX_SEED: u64 = i64::MAX as u64;

pub(super) fn check(
    holds: bool,
    key: &'static str,
    value: impl std::fmt::Display,
    allowed: impl Into<String>,
) -> Result<(), ExperimentError> {
    if holds {
        Ok(())
    } else {
        Err(ExperimentError {
            key,
            value: value.to_string(),
            allowed: allowed.into(),
        })
    }
}

impl Experiment {
    /// Checks every value.
    ///
    /// # Errors
    /// The first value outside what is allowed.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        check(
            self.seed <= MAX_SEED,
            "seed",
            self.seed,
            format!("at most {MAX_SEED}"),
        )?;
        self.validate_network()?;
        // What the files say comes first: it decides about the teacher.
        self.validate_data()?;
        self.validate_teacher()?;
        self.validate_init()?;
        let substeps = self.langevin.substeps;
        check(
            (1..=1000).contains(&substeps),
            "langevin.substeps",
            substeps,
            "from 1 to 1000",
        )?;
        self.validate_optimizer()?;
        self.live.validate()?;
        super::validate_schedule::validate(self)
    }

    fn validate_optimizer(&self) -> Result<(), ExperimentError> {
        let optimizer = &self.optimizer;
        for (key, value) in [
            ("optimizer.beta1", optimizer.beta1),
            ("optimizer.beta2", optimizer.beta2),
            ("optimizer.alpha", optimizer.alpha),
        ] {
            check((0.0..1.0).contains(&value), key, value, "from 0 to below 1")?;
        }
        check(
            (1e-30..=MAX_SCALE).contains(&optimizer.epsilon),
            "optimizer.epsilon",
            optimizer.epsilon,
            format!("from 1e-30 to {MAX_SCALE:e}"),
        )
    }

    fn validate_network(&self) -> Result<(), ExperimentError> {
        let width_range = format!("from 1 to {MAX_WIDTH}");
        let network = &self.network;
        let sized = |width: &usize| (1..=MAX_WIDTH).contains(width);
        check(sized(&network.d_in), "network.d_in", network.d_in, &width_range)?;
        check(
            sized(&network.d_out),
            "network.d_out",
            network.d_out,
            &width_range,
        )?;
        let hidden = format!("{:?}", network.hidden);
        check(
            network.hidden.iter().all(sized),
            "network.hidden",
            &hidden,
            format!("widths {width_range}"),
        )?;
        let depth_range = format!("at most {} layers", MAX_DEPTH - 1);
        check(
            network.depth() <= MAX_DEPTH,
            "network.hidden",
            &hidden,
            depth_range,
        )
    }

    fn validate_teacher(&self) -> Result<(), ExperimentError> {
        let strengths = &self.teacher.strengths;
        let written = format!("{strengths:?}");
        let key = "teacher.strengths";
        let rank = strengths.len();
        check(
            (1..=MAX_RANK).contains(&rank),
            key,
            &written,
            format!("a list of 1 to {MAX_RANK} strengths"),
        )?;
        // A hidden layer may be narrower: the network then learns the strongest modes it has room for.
        let most = self.network.d_in.min(self.network.d_out);
        check(
            rank <= most,
            key,
            &written,
            format!("at most {most} strengths, since the narrower of input and output has width {most}"),
        )?;
        let in_range = strengths.iter().all(|m| (1e-6..=MAX_SCALE).contains(m));
        check(
            in_range,
            key,
            &written,
            format!("numbers from 1e-6 to {MAX_SCALE:e}"),
        )?;
        check(
            // The correlation's modes are in the order in which they are learned.
            strengths.windows(2).all(|pair| pair[0] >= pair[1])
                || self.data.kind == DataKind::File && self.data.modes == Modes::Correlation,
            key,
            &written,
            "listed from the largest to the smallest",
        )
    }

    fn validate_init(&self) -> Result<(), ExperimentError> {
        // Every key is judged, also those that the chosen scheme does not read: a file has to be right as a whole.
        let init = &self.init;
        let scale_range = format!("from 0 to {MAX_SCALE:e}");
        let sized = |value: f64| (0.0..=MAX_SCALE).contains(&value);
        check(sized(init.strength), "init.strength", init.strength, &scale_range)?;
        let n = self.teacher.strengths.len();
        check(
            (init.strengths.is_empty() || init.strengths.len() == n)
                && init.strengths.iter().all(|&s| sized(s)),
            "init.strengths",
            format!("{:?}", init.strengths),
            format!("empty, or one strength {scale_range} for each of the {n} modes"),
        )?;
        check(sized(init.std), "init.std", init.std, &scale_range)?;
        check(
            (-2.0..=20.0).contains(&init.gamma),
            "init.gamma",
            init.gamma,
            "from -2 to 20",
        )
    }

    fn validate_data(&self) -> Result<(), ExperimentError> {
        let data = &self.data;
        let fraction = data.held_out;
        check(
            (0.0..=MAX_HELD_OUT).contains(&fraction),
            "data.held_out",
            fraction,
            format!("from 0 to {MAX_HELD_OUT}"),
        )?;
        check(
            fraction == 0.0 || data.held_out_inputs.is_empty() && data.held_out_targets.is_empty(),
            "data.held_out",
            fraction,
            "0 where data.held_out_inputs and data.held_out_targets name the samples held out",
        )?;
        let per_sample = self.network.d_in + 2 * self.network.d_out;
        let most = (MAX_STORED as f64 * (1.0 - fraction)) as usize / per_sample;
        check(
            (1..=most).contains(&data.n_samples),
            "data.n_samples",
            data.n_samples,
            format!("from 1 to {most}"),
        )?;
        match data.kind {
            DataKind::Online => Ok(()),
            DataKind::File => self.validate_samples(),
            DataKind::Dataset => check(
                !data.whiten || data.n_samples >= self.network.d_in,
                "data.n_samples",
                data.n_samples,
                format!(
                    "at least network.d_in = {} for the inputs to be whitened",
                    self.network.d_in
                ),
            ),
        }
    }
}

impl Experiment {
    /// The samples have been read, and network and teacher are those they need.
    fn validate_samples(&self) -> Result<(), ExperimentError> {
        let data = &self.data;
        let read = data.samples.as_ref().filter(|samples| samples.are_those_of(data));
        let Some(samples) = read else {
            let allowed = "read before the run: Experiment::load_samples";
            return check(false, "data.inputs", &data.inputs, allowed);
        };
        let network = &self.network;
        check(
            samples.d_in() == network.d_in,
            "network.d_in",
            network.d_in,
            format!(
                "{}, the number of columns of data.inputs = {}",
                samples.d_in(),
                data.inputs
            ),
        )?;
        check(
            samples.d_out() == network.d_out,
            "network.d_out",
            network.d_out,
            format!(
                "{}, the number of columns of data.targets = {}",
                samples.d_out(),
                data.targets
            ),
        )?;
        let strengths = samples.teacher().strengths();
        check(
            self.teacher.strengths == strengths,
            "teacher.strengths",
            format!("{:?}", self.teacher.strengths),
            format!("{strengths:?}, those of the data files"),
        )?;
        check(
            data.n_samples == samples.n_samples(),
            "data.n_samples",
            data.n_samples,
            format!("{}, those of the data files", samples.n_samples()),
        )
    }
}

impl LiveParams {
    /// Checks every value.
    ///
    /// # Errors
    /// The first value outside what is allowed.
    pub fn validate(&self) -> Result<(), ExperimentError> {
        let eta = self.learning_rate;
        check(
            eta > 0.0 && eta <= MAX_SCALE,
            "live.learning_rate",
            eta,
            format!("above 0, up to {MAX_SCALE:e}"),
        )?;
        check(
            (1..=MAX_BATCH_SIZE).contains(&self.batch_size),
            "live.batch_size",
            self.batch_size,
            format!("from 1 to {MAX_BATCH_SIZE}"),
        )?;
        let sigma = self.label_noise_std;
        check(
            (0.0..=MAX_SCALE).contains(&sigma),
            "live.label_noise_std",
            sigma,
            format!("from 0 to {MAX_SCALE:e}"),
        )?;
        check(
            (0.0..=MAX_MOMENTUM).contains(&self.momentum),
            "live.momentum",
            self.momentum,
            format!("from 0 to {MAX_MOMENTUM}"),
        )?;
        check(
            (0.0..=MAX_SCALE).contains(&self.weight_decay),
            "live.weight_decay",
            self.weight_decay,
            format!("from 0 to {MAX_SCALE:e}"),
        )
    }
}
