//! Threads of the system, each named, and waiting on channels.

use std::io;
use std::thread::{Builder, JoinHandle};
#[cfg(feature = "gui")]
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use crate::platform::{Patience, Turn};

/// Work going on beside the window.
#[derive(Debug)]
pub(crate) struct Thread(JoinHandle<()>);

impl Thread {
    /// Waits for its end. A panic in it is over then, and told to nobody.
    pub(crate) fn join(self) {
        let _ended = self.0.join();
    }
}

/// Takes one turn after the other in a thread of that name, until there is none.
///
/// # Errors
/// The system's error where no thread can be started.
pub(crate) fn start(name: &str, mut turn: impl FnMut() -> Turn + Send + 'static) -> io::Result<Thread> {
    let thread = Builder::new().name(name.to_owned()).spawn(move || {
        loop {
            match turn() {
                Turn::Again | Turn::Rest(_) => {}
                Turn::End => return,
            }
        }
    })?;
    Ok(Thread(thread))
}

/// The share of a frame that work beside the window has; with threads it needs none. Gives when it wants the next one.
#[cfg(feature = "gui")]
pub(crate) fn give_time(_share: Duration) -> Option<Duration> {
    None
}

/// Takes the next message, waiting for it as long as is said.
pub(crate) fn receive<T>(receiver: &Receiver<T>, patience: Patience) -> Result<T, RecvTimeoutError> {
    match patience {
        Patience::None => receiver.try_recv().map_err(|error| match error {
            TryRecvError::Empty => RecvTimeoutError::Timeout,
            TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
        }),
        Patience::UpTo(time) => receiver.recv_timeout(time),
        Patience::Forever => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

/// Sends a message, waiting for room; says whether anyone is left to take it.
pub(crate) fn send<T>(sender: &Sender<T>, message: T) -> bool {
    sender.send(message).is_ok()
}
