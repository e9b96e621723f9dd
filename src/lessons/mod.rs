//! Lessons: saved states of the full program with captions, one question, one action, and numbers that are checked.
//!
//! A lesson is a TOML file that a person can edit. Its keys:
//!
//! ```toml
//! id = "stairs"                  # short name: letters, digits, hyphens
//! number = 1                     # place in the list
//! title = "Learning comes in stairs"
//! beyond_the_paper = false       # true where the paper does not claim what is shown
//! end_step = 1600                # where the animation ends
//! question = "Which feature is learned first?"
//! action = "Press Space."
//!
//! [experiment]                   # the schema of an experiment file; paths start at the lesson's folder
//! live.learning_rate = 0.005
//!
//! [companions]                   # what runs beside it, from the same start
//! dynamics = ["gradient_flow"]   # "sgd", "langevin", "isotropic_langevin", "gradient_flow"
//! trajectories = 0               # solutions of each mode equation
//! replicas = 0                   # further full networks
//!
//! [view]
//! large = ["strengths", "loss"]  # also "diffusion", "events", "balance", "alignment", "histogram", "law"
//! axis = "steps"                 # or "time"
//! theory = "line"                # or "band", "off"
//! hidden = ["network", "data"]   # controls that are left out: also "lessons", "momentum", "read_outs", "engine", "companions", "schedule"
//!
//! [view.map]                     # the map, where the lesson opens it; keys that are left out are those of the usual map
//! x = { key = "live.learning_rate", from = 0.001, to = 1, scale = "log" }
//! y = { key = "live.batch_size", from = 1, to = 256, scale = "log" }
//! measure = "step_learned_median"
//! mode = 1
//! replicas = 4
//! steps = 3000
//!
//! [[kept_run]]                   # a run kept for comparison: the experiment with other values
//! label = "L = 3"
//! experiment = { network = { hidden = [4, 4] } }
//!
//! [[change]]                     # a change of live parameters during the run
//! step = 500
//! label_noise_std = 0.5          # also learning_rate, batch_size
//!
//! [[caption]]                    # three to six
//! at = { step = 0 }              # or { event = "peak", mode = 2 }: see `CaptionEvent`
//! text = "..."
//!
//! [guess]                        # what a person is asked to click before it is shown
//! prompt = "Where will feature 2 be half learned?"
//! plot = "strengths"
//! quantity = "half_time"         # see `GuessQuantity`
//! mode = 2
//! answer = 380
//! tolerance = 40
//! after = 100                    # steps that are shown before it is asked; none where it is left out
//!
//! [[check]]                      # a number of the lesson; see `CheckKind`
//! kind = "half_time"
//! mode = 1                       # modes count from 1, as on the screen
//! expected = 207.3               # with tolerance; or at_least, at_most
//! tolerance = 0.1
//! of = "L = 3"                   # the kept run it speaks of; without it, the lesson's own run with its changes
//! experiment = { engine = "gradient_flow" }   # other values, for this check alone
//! seed = 1                       # first seed; that of the experiment without it
//! seeds = 24                     # runs whose mean is taken
//! end_step = 3000                # other than that of the lesson
//! from_step = 1000               # stationary numbers count from here
//! every = 1                      # steps between the rows that are looked at
//! ```

mod caption;
mod check;
mod check_kind;
mod controls;
mod fault;
mod file;
mod folder;
mod measure;
mod parse;
mod parse_check;
mod place;

use thiserror::Error;

use crate::chart::{MapView, MatrixOptions, PlotId, TimeAxis};
use crate::experiment::Experiment;
pub use crate::simulation::{Change, Companions};

pub use caption::{Caption, CaptionEvent, CaptionTime};
pub use check::{CheckOutcome, run_checks};
pub use check_kind::{Check, CheckKind, Expected};
pub use controls::ControlGroup;
pub use folder::{add_files_to, builtin, find, load_folder};
pub use parse::LONGEST_LESSON;

use serde::Deserialize;

/// A lesson, read and judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Short name.
    pub id: String,
    /// Place in the list, from 1.
    pub number: u32,
    /// Title.
    pub title: String,
    /// Whether it shows what the paper does not claim.
    pub beyond_the_paper: bool,
    /// The run.
    pub experiment: Experiment,
    /// What runs beside it.
    pub companions: Companions,
    /// Runs kept for comparison.
    pub kept_runs: Vec<KeptRun>,
    /// Changes of the live parameters, by step.
    pub changes: Vec<Change>,
    /// Step at which the animation ends.
    pub end_step: u64,
    /// How it is shown.
    pub view: View,
    /// Captions, as in the file.
    pub captions: Vec<Caption>,
    /// One question.
    pub question: String,
    /// One thing to do.
    pub action: String,
    /// What a person is asked to guess.
    pub guess: Option<Guess>,
    /// Numbers to be checked.
    pub checks: Vec<Check>,
}

/// A run kept for comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRun {
    /// What is written beside it.
    pub label: String,
    /// Its experiment.
    pub experiment: Experiment,
}

/// How theory is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TheoryLayer {
    /// Thin dashed lines.
    #[default]
    Line,
    /// A grey band: it does not hold exactly.
    Band,
    /// Not at all.
    Off,
}

/// How a lesson is shown.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct View {
    /// Plots that are large; all alike where there are none.
    pub large: Vec<PlotId>,
    /// What the shared axis counts.
    pub axis: TimeAxis,
    /// How theory is drawn.
    pub theory: TheoryLayer,
    /// Whether the teacher is hidden until the end: what is being learned is told from the student's own noise.
    pub blind: bool,
    /// The matrix that is shown, where one is.
    pub matrix: MatrixOptions,
    /// Two modes, counted from 0, that are drawn against each other.
    pub pair: (usize, usize),
    /// Whether the law of every mode is drawn behind its strength.
    pub density: bool,
    /// The map, where it is open.
    pub map: Option<MapView>,
    /// Groups of controls that are left out.
    pub hidden: Vec<ControlGroup>,
}

impl Default for View {
    /// All plots alike, against steps.
    fn default() -> Self {
        Self {
            large: Vec::new(),
            axis: TimeAxis::Steps,
            theory: TheoryLayer::default(),
            blind: false,
            matrix: MatrixOptions::default(),
            pair: (0, 1),
            density: false,
            map: None,
            hidden: Vec::new(),
        }
    }
}

/// What a click is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuessQuantity {
    /// Step at which the mode is half learned.
    HalfTime,
    /// Step at which its diffusion peaks.
    PeakTime,
    /// Step at which it is learned.
    LearnedTime,
    /// Strength, relative to the teacher's, at which its diffusion peaks.
    PeakFraction,
    /// Its strength in the end.
    Strength,
    /// Its stationary variance.
    Variance,
}

/// What a person is asked to click on a plot before it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// What is asked.
    pub prompt: String,
    /// Where to click.
    pub plot: PlotId,
    /// What the click means.
    pub quantity: GuessQuantity,
    /// Mode, from 0.
    pub mode: usize,
    /// The true answer.
    pub answer: f64,
    /// How far a good guess may be from it.
    pub tolerance: f64,
    /// Steps that are shown before it is asked.
    pub after: u64,
}

/// Why a text is no lesson: one line with file and, where it is known, line and key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}: {}{message}", line.map_or_else(String::new, |line| format!("line {line}: ")))]
pub struct LessonError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: Option<usize>,
    /// What is wrong, with key and value.
    pub message: String,
}
