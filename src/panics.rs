//! Panics of libraries, which some of them make of what they cannot read or show.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

/// Runs `task` and turns a panic of this thread into its message, without the usual lines on standard error.
pub(crate) fn caught<T>(task: impl FnOnce() -> T) -> Result<T, String> {
    let message = Arc::new(Mutex::new(String::new()));
    let usual: Arc<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync> = Arc::from(panic::take_hook());
    let (for_hook, for_others) = (Arc::clone(&message), Arc::clone(&usual));
    let this = std::thread::current().id();
    panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == this {
            *for_hook.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
        } else {
            for_others(info);
        }
    }));
    // What the task leaves half done is gone with it.
    let outcome = panic::catch_unwind(AssertUnwindSafe(task));
    panic::set_hook(Box::new(move |info| usual(info)));
    outcome.map_err(|_| message.lock().unwrap_or_else(PoisonError::into_inner).clone())
}
