//! Ctrl-C, a terminal that is closed, and a scheduler that asks a program to end: the first signal lets the work end by itself, a second
//! one ends the program at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

#[cfg(unix)]
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [SIGINT, SIGTERM];

/// A program ended by signal `n` has exit code 128 + `n`.
const EXIT_CODE_OF_SIGNAL: u8 = 128;

static LISTENING: OnceLock<Interruption> = OnceLock::new();

/// What signals have said.
#[derive(Clone, Debug, Default)]
pub(super) struct Interruption {
    has_come: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
    /// Whether signals end the program as they do without a listener.
    is_over: Arc<AtomicBool>,
}

impl Interruption {
    /// Listens from now on. A signal that whoever started the program has it ignore, as `nohup` does, stays ignored.
    pub(super) fn listen() -> Self {
        let interruption = LISTENING.get_or_init(|| {
            let interruption = Self::default();
            let ignored = ignored_signals();
            for signal in SIGNALS
                .into_iter()
                .filter(|signal| ignored >> (signal - 1) & 1 == 0)
            {
                // Where the system refuses, the signal ends the program at once.
                interruption.register(signal).ok();
            }
            interruption
        });
        // What came for an earlier command in this process is over.
        interruption.has_come.store(false, Ordering::Relaxed);
        interruption.is_over.store(false, Ordering::Relaxed);
        interruption.clone()
    }

    fn register(&self, signal: i32) -> std::io::Result<()> {
        flag::register_conditional_default(signal, Arc::clone(&self.is_over))?;
        let exit_code = i32::from(EXIT_CODE_OF_SIGNAL) + signal;
        flag::register_conditional_shutdown(signal, exit_code, Arc::clone(&self.has_come))?;
        flag::register_usize(signal, Arc::clone(&self.signal), signal as usize)?;
        flag::register(signal, Arc::clone(&self.has_come))?;
        Ok(())
    }

    /// Whether a signal has come.
    pub(super) fn has_come(&self) -> bool {
        self.has_come.load(Ordering::Relaxed)
    }

    /// The same, for functions that look at a flag.
    pub(super) fn flag(&self) -> &AtomicBool {
        &self.has_come
    }

    /// From now on a signal ends the program at once, for there is nothing to be kept.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// The exit code of a program that the last signal has ended.
    pub(super) fn exit_code() -> u8 {
        let signal = LISTENING
            .get()
            .map_or(0, |found| found.signal.load(Ordering::Relaxed));
        EXIT_CODE_OF_SIGNAL + if signal == 0 { SIGINT as u8 } else { signal as u8 }
    }
}

/// Ends the work of a command in this process as Ctrl-C would.
pub fn interrupt() {
    if let Some(listening) = LISTENING.get() {
        listening.has_come.store(true, Ordering::Relaxed);
    }
}

/// Signals that are ignored, bit `n - 1` for signal `n`, where the system says.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
