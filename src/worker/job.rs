//! Work that takes a while, on a named thread of its own, or in a page in the time between frames: how far it has come, whether it is still wanted, what came of it.
//!
//! ```
//! use saddlescope::worker::{Job, JobState};
//!
//! let mut job = Job::spawn("squares", 4, || (), |task| {
//!     for i in 0..4_u32 {
//!         if task.is_cancelled() || !task.send(i * i) {
//!             return;
//!         }
//!         task.report(f64::from(i + 1) / 4.0);
//!     }
//! })?;
//! let mut squares = Vec::new();
//! loop {
//!     match job.wait() {
//!         JobState::Result(square) => squares.push(square),
//!         JobState::Working => {}
//!         JobState::Ended | JobState::Panicked(_) => break,
//!     }
//! }
//! assert_eq!(squares, [0, 1, 4, 9]);
//! # Ok::<(), std::io::Error>(())
//! ```

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::panic_text::panic_text;
use crate::platform::{self, Patience, Thread, Turn};

/// Parts into which progress is divided; each new one wakes the window.
const N_PARTS: u32 = 200;

/// Work going on. Dropping it cancels the work, which then ends by itself.
#[derive(Debug)]
pub struct Job<T> {
    results: Receiver<T>,
    shared: Arc<Shared>,
    thread: Option<Thread>,
}

/// What a look at a job finds.
#[derive(Clone, Debug, PartialEq)]
pub enum JobState<T> {
    /// It goes on, with nothing new.
    Working,
    /// Something came of it; there may be more.
    Result(T),
    /// It has ended, and everything that came of it has been taken.
    Ended,
    /// It panicked, with this message.
    Panicked(String),
}

#[derive(Debug, Default)]
struct Shared {
    cancel: AtomicBool,
    /// Parts of [`N_PARTS`] that are done.
    n_done: AtomicU32,
    panic: Mutex<Option<String>>,
}

/// A job as the work itself sees it.
pub struct Task<T> {
    results: Sender<T>,
    shared: Arc<Shared>,
    wake: Box<dyn Fn() + Send>,
}

impl<T> Task<T> {
    /// Whether nobody wants the work any longer; it should end soon then.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancel.load(Ordering::Relaxed)
    }

    /// The same, for functions that look at a flag.
    pub fn cancel_flag(&self) -> &AtomicBool {
        &self.shared.cancel
    }

    /// Reports how much is done, from 0 to 1.
    pub fn report(&self, share: f64) {
        let n_done = (share.clamp(0.0, 1.0) * f64::from(N_PARTS)) as u32;
        if self.shared.n_done.swap(n_done, Ordering::Relaxed) != n_done {
            (self.wake)();
        }
    }

    /// Delivers a result, waiting for room; says whether anyone is left to take it. In a page nothing can be waited for, and there must be
    /// room.
    pub fn send(&self, result: T) -> bool {
        let is_sent = platform::send(&self.results, result);
        (self.wake)();
        is_sent
    }
}

impl<T: Send + 'static> Job<T> {
    /// Starts `work` on a thread called `name`; at most `capacity` results wait to be taken. `wake` is called after every result,
    /// every noticeable progress and at the end. In a page all of it is done in one frame.
    ///
    /// # Errors
    /// The system's error where no thread can be started.
    pub fn spawn(
        name: &str,
        capacity: usize,
        wake: impl Fn() + Send + 'static,
        work: impl FnOnce(&Task<T>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let mut work = Some(work);
        Self::in_parts(name, capacity, wake, move |task| {
            if let Some(work) = work.take() {
                work(task);
            }
            Turn::End
        })
    }

    /// The same for work in parts, done one after the other until one of them was the last; in a page each takes a frame or less.
    ///
    /// # Errors
    /// The system's error where no thread can be started.
    pub(crate) fn in_parts(
        name: &str,
        capacity: usize,
        wake: impl Fn() + Send + 'static,
        mut part: impl FnMut(&Task<T>) -> Turn + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, results) = bounded(capacity.max(1));
        let shared = Arc::new(Shared::default());
        let mut task = Some(Task {
            results: sender,
            shared: Arc::clone(&shared),
            wake: Box::new(wake),
        });
        let thread = platform::start(name, move || {
            let Some(working) = &task else { return Turn::End };
            let turn = catch_unwind(AssertUnwindSafe(|| part(working))).unwrap_or_else(|payload| {
                let text = panic_text(payload.as_ref());
                *working
                    .shared
                    .panic
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(text);
                Turn::End
            });
            if turn == Turn::End
                && let Some(Task { results, wake, .. }) = task.take()
            {
                // The end is seen by the channel being closed.
                drop(results);
                wake();
            }
            turn
        })?;
        Ok(Self {
            results,
            shared,
            thread: Some(thread),
        })
    }
}

impl<T> Job<T> {
    /// How much is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        f64::from(self.shared.n_done.load(Ordering::Relaxed)) / f64::from(N_PARTS)
    }

    /// Says that the work is no longer wanted.
    pub fn cancel(&self) {
        self.shared.cancel.store(true, Ordering::Relaxed);
    }

    /// Looks for a result without waiting.
    pub fn poll(&mut self) -> JobState<T> {
        self.look(Patience::None)
    }

    /// Waits for the next result, or for the end; in a page, looks for it.
    pub fn wait(&mut self) -> JobState<T> {
        self.look(Patience::Forever)
    }

    fn look(&mut self, patience: Patience) -> JobState<T> {
        match platform::receive(&self.results, patience) {
            Ok(result) => JobState::Result(result),
            Err(RecvTimeoutError::Timeout) => JobState::Working,
            Err(RecvTimeoutError::Disconnected) => self.end(),
        }
    }

    fn end(&mut self) -> JobState<T> {
        if let Some(thread) = self.thread.take() {
            // A panic has been caught inside.
            thread.join();
        }
        let mut panic = self.shared.panic.lock().unwrap_or_else(PoisonError::into_inner);
        panic.take().map_or(JobState::Ended, JobState::Panicked)
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn progress_and_the_end_wake_the_window() {
        let woken = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&woken);
        let wake = move || {
            counted.fetch_add(1, Ordering::Relaxed);
        };
        let mut job = Job::<()>::spawn("test", 1, wake, |task| {
            for share in [0.0, 0.001, 0.5, 0.5, 1.0] {
                task.report(share);
            }
        })
        .unwrap();
        assert_eq!(job.wait(), JobState::Ended);
        assert_eq!(job.share().to_bits(), 1.0_f64.to_bits());
        assert_eq!(job.poll(), JobState::Ended);
        assert_eq!(woken.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_dropped_job_ends_though_nobody_takes_its_results() {
        let (ended, end) = bounded(1);
        let job = Job::spawn(
            "test",
            1,
            || (),
            move |task| {
                while !task.is_cancelled() && task.send(1) {}
                ended.send(()).unwrap();
            },
        );
        drop(job);
        end.recv_timeout(Duration::from_secs(20)).unwrap();
    }

    #[test]
    fn a_panic_is_reported_after_the_results_before_it() {
        let mut job = Job::spawn(
            "test",
            2,
            || (),
            |task| {
                task.send(7);
                panic!("no {}", "way");
            },
        )
        .unwrap();
        assert_eq!(job.wait(), JobState::Result(7));
        assert_eq!(job.wait(), JobState::Panicked("no way".to_owned()));
    }
}
