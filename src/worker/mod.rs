//! The only room with threads and channels: commands go in, events come out; a [`Job`] carries all other background work.
//!
//! The worker never waits for the window. It collects what it has computed in one pending [`Frame`] and offers it about
//! sixty times a second; while the window is busy the frame goes on growing and the merged frames are counted. The values
//! do not depend on any of this: only when they are shown does.

mod checkpoints;
mod frame;
mod halt;
mod job;
mod loaded;
mod messages;
mod pace;
mod panic_text;
mod run_loop;
mod run_state;

use crossbeam_channel::{Receiver, Sender, bounded};

use self::run_loop::RunLoop;
use crate::platform::{self, Thread};

pub use checkpoints::Checkpoint;
pub use frame::{EnsembleFrame, EventsFrame, Frame, TrajectoryFrame};
pub use halt::{HaltCause, HaltRule};
pub use job::{Job, JobState, Task};
pub use messages::{Command, Event, RunSpec, Speed, Watch};
pub use run_state::RunState;

/// Commands that may wait; a person cannot fill this.
const COMMAND_CAPACITY: usize = 256;
/// Events that may wait: one being read, one ready.
const EVENT_CAPACITY: usize = 2;

/// A handle to the worker thread. Dropping it closes the command channel, which ends the thread, and waits for it. In a page, where
/// there is none, the worker takes its turns in the time that the window gives it.
#[derive(Debug)]
pub struct Worker {
    commands: Option<Sender<Command>>,
    events: Receiver<Event>,
    thread: Option<Thread>,
}

impl Worker {
    /// Starts the thread, with no run loaded; `wake` is called after every event that was sent.
    ///
    /// # Errors
    /// The system's error where no thread can be started.
    pub fn spawn(wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (command_sender, command_receiver) = bounded(COMMAND_CAPACITY);
        let (event_sender, event_receiver) = bounded(EVENT_CAPACITY);
        let mut run_loop = RunLoop::new(command_receiver, event_sender, wake);
        let thread = platform::start("simulation", move || run_loop.turn())?;
        Ok(Self {
            commands: Some(command_sender),
            events: event_receiver,
            thread: Some(thread),
        })
    }

    /// Sends a command; says whether the worker will see it. It will not once the thread has ended.
    pub fn send(&self, command: Command) -> bool {
        self.commands
            .as_ref()
            .is_some_and(|commands| commands.try_send(command).is_ok())
    }

    /// What the worker has to say.
    pub fn events(&self) -> &Receiver<Event> {
        &self.events
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.commands = None;
        // The worker may be waiting for room to deliver its last words.
        while self.events.try_recv().is_ok() {}
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported as an event; there is no one left to tell.
            thread.join();
        }
    }
}
