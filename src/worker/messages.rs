//! What is said between the window and the worker.

use super::checkpoints::Checkpoint;
use super::frame::Frame;
use super::halt::{HaltCause, HaltRule};
use crate::experiment::{Dynamics, Experiment, LiveParams};
use crate::simulation::{EnsembleKind, Schedule, Script, Simulation};

/// A run to be loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSpec {
    /// Number of the run; events carry it, so that answers to an older run can be told apart.
    pub run: u64,
    /// The experiment; its dynamics is that of the first trajectory.
    pub experiment: Experiment,
    /// Dynamics that run beside it from the same start, each a trajectory of its own.
    pub companions: Vec<Dynamics>,
    /// Ensembles that start like the first trajectory, with the number of their members.
    pub ensembles: Vec<(EnsembleKind, usize)>,
    /// When rows are recorded.
    pub schedule: Schedule,
    /// Changes of the live parameters to be made on the way.
    pub script: Script,
    /// Step that is reached as fast as the machine can, before the speed in force counts; 0 for none.
    pub catch_up_to: u64,
    /// Whether the run starts at once, or goes on where it has caught up.
    pub start: bool,
}

impl RunSpec {
    /// A run alone from its start, where it halts.
    pub fn new(experiment: Experiment) -> Self {
        Self {
            run: 0,
            experiment,
            companions: Vec::new(),
            ensembles: Vec::new(),
            schedule: Schedule::DenseFirst,
            script: Script::default(),
            catch_up_to: 0,
            start: false,
        }
    }
}

/// How fast the run may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// At most so many steps a second; must be positive.
    StepsPerSecond(f64),
    /// As fast as the machine can.
    Unlimited,
}

/// What frames hold beside rows, for the pictures that need it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// Whether they hold the network of the first trajectory.
    pub network: bool,
    /// Whether they hold the members of ensembles one by one, and when their modes were learned.
    pub members: bool,
    /// Two modes, counted from 0, whose drift and noise are told with the network.
    pub pair: (usize, usize),
}

/// What the window asks of the worker.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Goes on with the run.
    Resume,
    /// Halts the run after the present step.
    Pause,
    /// Takes so many steps, then halts.
    Step(u64),
    /// Changes the live parameters of every trajectory.
    SetLive(LiveParams),
    /// Changes the speed.
    SetSpeed(Speed),
    /// Says when a run halts by itself, this one and those to come.
    SetHalt(HaltRule),
    /// Begins the statistics of the mode strengths anew, leaving out so many relaxation times.
    RestartStatistics(f64),
    /// Takes the run back to a step and halts it there, as a run of another number: to the last kept state at or before the step,
    /// from which the rest is done again.
    Rewind {
        /// Number of the run from then on.
        run: u64,
        /// The step.
        step: u64,
    },
    /// Says what frames hold beside rows, of this run and of those to come.
    Watch(Watch),
    /// Asks for the first trajectory as it was at the last kept state at or before a step.
    KeptState(u64),
    /// Asks for the run as it is now.
    Snapshot,
    /// Drops the present run and loads another.
    Reset(Box<RunSpec>),
}

/// What the worker tells the window.
#[derive(Clone, Debug)]
pub enum Event {
    /// What happened since the last frame that was accepted.
    Frame(Box<Frame>),
    /// The run has been taken back to a kept state; frames of its new number follow, up to the step asked for.
    Rewound {
        /// Number that the run has from now on.
        run: u64,
        /// The kept state.
        to: Checkpoint,
        /// Changes on the way from there that are made again.
        script: Script,
    },
    /// The run as it is now, in answer to [`Command::Snapshot`].
    Snapshot {
        /// Number of the run.
        run: u64,
        /// Its first trajectory.
        simulation: Box<Simulation>,
    },
    /// A kept state, in answer to [`Command::KeptState`].
    KeptState {
        /// Number of the run.
        run: u64,
        /// The step that was asked for.
        step: u64,
        /// The first trajectory at or before it.
        simulation: Box<Simulation>,
        /// Changes that were made on the way from there.
        script: Script,
    },
    /// The run halted by itself.
    Halted {
        /// Number of the run.
        run: u64,
        /// Why.
        cause: HaltCause,
    },
    /// A command could not be carried out; the run is as it was.
    Refused {
        /// Run the command was meant for.
        run: u64,
        /// Why, in one line.
        message: String,
    },
    /// The run panicked, and the worker has dropped it.
    Failed {
        /// The run.
        run: u64,
        /// The panic's message.
        message: String,
    },
}
