//! Work beside the window on the one thread there is: the turns of each piece wait for the share of a frame that the window gives them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError};

use crate::platform::{Instant, Patience, Turn};

type Work = Box<dyn FnMut() -> Turn>;

thread_local! {
    static WAITING: RefCell<VecDeque<Work>> = const { RefCell::new(VecDeque::new()) };
}

/// Work going on beside the window.
#[derive(Debug)]
pub(crate) struct Thread(());

impl Thread {
    /// There is nothing to wait for: the work sees by itself that it is over.
    #[expect(clippy::unused_self, reason = "as on the desktop")]
    pub(crate) fn join(self) {}
}

/// Takes one turn after the other, whenever the window gives time, until there is none.
///
/// # Errors
/// Never.
#[expect(clippy::unnecessary_wraps, reason = "as on the desktop")]
pub(crate) fn start(_name: &str, turn: impl FnMut() -> Turn + Send + 'static) -> io::Result<Thread> {
    WAITING.with_borrow_mut(|waiting| waiting.push_back(Box::new(turn)));
    Ok(Thread(()))
}

/// Gives `share` of a frame to all work, in turns; answers when it wants time again, if ever.
pub(crate) fn give_time(share: Duration) -> Option<Duration> {
    let begin = Instant::now();
    let mut soonest = Duration::MAX;
    let mut rested = Vec::new();
    // A turn may start further work, so nothing is borrowed while it lasts.
    while let Some(mut work) = WAITING.with_borrow_mut(VecDeque::pop_front) {
        match work() {
            Turn::Again => WAITING.with_borrow_mut(|waiting| waiting.push_back(work)),
            Turn::Rest(time) => {
                soonest = soonest.min(time);
                rested.push(work);
            }
            Turn::End => {}
        }
        if begin.elapsed() >= share {
            soonest = Duration::ZERO;
            break;
        }
    }
    WAITING.with_borrow_mut(|waiting| waiting.extend(rested));
    (soonest < Duration::MAX).then_some(soonest)
}

/// Takes the next message, if there is one now.
pub(crate) fn receive<T>(receiver: &Receiver<T>, _patience: Patience) -> Result<T, RecvTimeoutError> {
    receiver.try_recv().map_err(|error| match error {
        TryRecvError::Empty => RecvTimeoutError::Timeout,
        TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
    })
}

/// Sends a message if there is room for it; says whether there was, and anyone to take it.
pub(crate) fn send<T>(sender: &Sender<T>, message: T) -> bool {
    sender.try_send(message).is_ok()
}
