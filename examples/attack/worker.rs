//! The child: takes one case after the other, checks each, and says in a file how far it is.

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use saddlescope::cli;
use saddlescope::session::Autosave;

use crate::contract::{MOST_MEMORY, Outcome, broken, listing, most_memory};
use crate::corpus::Corpus;
use crate::kinds::{Kind, READ_AUTOSAVE, READ_SETTINGS};

/// Time after which a case is interrupted as by Ctrl-C: it may be a long run, which is no fault.
const PATIENCE: Duration = Duration::from_millis(300);

#[derive(Args, Debug)]
pub(crate) struct WorkerArguments {
    #[arg(long)]
    kind: Kind,
    #[arg(long)]
    seed: u64,
    #[arg(long)]
    from: u64,
    #[arg(long)]
    to: u64,
    #[arg(long)]
    state: PathBuf,
}

/// How many cases ended with each exit code.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// With 0, 2, 3, 4, 5, 6 and 130.
    pub(crate) by_code: [u64; 7],
    pub(crate) failures: u64,
}

pub(crate) const CODES: [u8; 7] = [0, 2, 3, 4, 5, 6, 130];

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        for (count, other) in self.by_code.iter_mut().zip(other.by_code) {
            *count += other;
        }
        self.failures += other.failures;
    }

    /// As a line, and from one.
    pub(crate) fn write(&self, case: u64) -> String {
        let numbers = [case].into_iter().chain(self.by_code).chain([self.failures]);
        let words: Vec<String> = numbers.map(|number| format!("{number:>16}")).collect();
        words.join(" ")
    }

    pub(crate) fn read(line: &str) -> Option<(u64, Self)> {
        let numbers: Vec<u64> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let by_code = numbers.get(1..8)?.try_into().ok()?;
        let failures = *numbers.get(8)?;
        Some((numbers[0], Self { by_code, failures }))
    }
}

/// The file in which a worker says which case it is at and how those before ended.
pub(crate) fn progress_file(state: &Path, kind: Kind) -> PathBuf {
    state.join(format!("{}.progress", kind.name()))
}

/// The folder that keeps the files of a failed case.
pub(crate) fn failure_folder(state: &Path, kind: Kind, seed: u64, case: u64) -> PathBuf {
    state
        .join("failures")
        .join(format!("{}-{seed}-{case}", kind.name()))
}

pub(crate) fn work(arguments: &WorkerArguments) -> Result<(), Box<dyn Error>> {
    let WorkerArguments {
        kind,
        seed,
        from,
        to,
        ref state,
    } = *arguments;
    let state = std::path::absolute(state)?;
    let corpus = Corpus::make()?;
    let mut progress = File::create(progress_file(&state, kind))?;
    let place = tempfile::tempdir()?;
    let since = watch();
    // A panic is caught and counted; its text goes into the account of the case.
    panic::set_hook(Box::new(|_| ()));
    let (mut counts, mut done) = (Counts::default(), from);
    for case in from..to {
        progress.seek(SeekFrom::Start(0))?;
        progress.write_all(counts.write(case).as_bytes())?;
        let folder = place.path().join("case");
        fs::create_dir(&folder)?;
        std::env::set_current_dir(&folder)?;
        let command = kind.write_case(&corpus, seed, case, &folder)?;
        let before = listing(&folder);
        forget_peak();
        since.store(since_start() + 1, Ordering::Relaxed);
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| outcome_of(&command, &folder)));
        since.store(0, Ordering::Relaxed);
        let after = listing(&folder);
        let fault = match outcome {
            Err(payload) => {
                let text = payload.downcast_ref::<String>().cloned();
                let text = text.or(payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                Some(format!("panic: {}", text.unwrap_or_default()))
            }
            Ok(outcome) => {
                if let Some(place) = CODES.iter().position(|code| *code == outcome.exit_code) {
                    counts.by_code[place] += 1;
                }
                let (peak, most) = (peak(), most_memory(&command));
                broken(&outcome, &before, &after)
                    .or_else(|| (peak > most).then(|| format!("{} MB of memory", peak >> 20)))
            }
        };
        std::env::set_current_dir(place.path())?;
        if let Some(fault) = fault {
            counts.failures += 1;
            keep_failure(
                &failure_folder(&state, kind, seed, case),
                &corpus,
                (kind, seed, case),
                &command,
                &fault,
            )?;
        }
        fs::remove_dir_all(&folder)?;
        done += 1;
        // An allocator keeps what it once had, and the next cases would be told less is left.
        if resident() > MOST_MEMORY / 2 {
            break;
        }
    }
    progress.seek(SeekFrom::Start(0))?;
    progress.write_all(counts.write(done).as_bytes())?;
    Ok(())
}

/// Writes the files of a failed case and what is wrong.
pub(crate) fn keep_failure(
    folder: &Path,
    corpus: &Corpus,
    (kind, seed, case): (Kind, u64, u64),
    command: &[String],
    fault: &str,
) -> Result<(), Box<dyn Error>> {
    fs::remove_dir_all(folder).ok();
    fs::create_dir_all(folder)?;
    kind.write_case(corpus, seed, case, folder)?;
    fs::write(
        folder.join("FAULT"),
        format!("{fault}\nsaddlescope {command:?}\n"),
    )?;
    Ok(())
}

fn outcome_of(command: &[String], folder: &Path) -> Outcome {
    match command {
        [word] if word == READ_AUTOSAVE => {
            let said = match Autosave::last(folder) {
                Ok(last) => last.damaged.first().map(|damaged| damaged.error.to_string()),
                Err(error) => Some(error.to_string()),
            };
            put_back(folder, "autosave-1-1.toml");
            Outcome {
                exit_code: if said.is_some() { 2 } else { 0 },
                message: said.as_deref().map(cli::one_line),
            }
        }
        [word] if word == READ_SETTINGS => {
            let said = trouble_of_settings(&folder.join("settings.toml"));
            put_back(folder, "settings.toml");
            Outcome {
                exit_code: if said.is_some() { 2 } else { 0 },
                message: said.as_deref().map(cli::one_line),
            }
        }
        _ => {
            let arguments = std::iter::once("saddlescope").chain(command.iter().map(String::as_str));
            match cli::execute(arguments.map(OsString::from)) {
                Ok(()) => Outcome {
                    exit_code: 0,
                    message: None,
                },
                Err(error) => Outcome {
                    exit_code: error.exit_code(),
                    message: Some(cli::one_line(&error.to_string())),
                },
            }
        }
    }
}

#[cfg(feature = "gui")]
pub(crate) fn trouble_of_settings(path: &Path) -> Option<String> {
    saddlescope::app::trouble_of_settings(path)
}

#[cfg(not(feature = "gui"))]
pub(crate) fn trouble_of_settings(_path: &Path) -> Option<String> {
    None
}

/// A damaged file is renamed, never lost.
fn put_back(folder: &Path, name: &str) {
    let damaged = folder.join(format!("{name}.damaged"));
    if damaged.exists() {
        fs::rename(damaged, folder.join(name)).ok();
    }
}

fn since_start() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis() as u64
}

/// Interrupts cases that take long; the number is the time at which the present one began, plus one.
fn watch() -> Arc<AtomicU64> {
    let since = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&since);
    let watching = move || loop {
        std::thread::sleep(PATIENCE / 4);
        let begun = seen.load(Ordering::Relaxed);
        if begun > 0 && since_start() > begun + PATIENCE.as_millis() as u64 {
            cli::interrupt();
        }
    };
    // Where there is no thread, long cases are failures.
    std::thread::Builder::new()
        .name("watch".to_owned())
        .spawn(watching)
        .ok();
    since
}

/// Begins to look for the most memory anew, where the system allows it.
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").ok();
}

/// The most resident memory since then, in bytes.
fn peak() -> u64 {
    memory("VmHWM:")
}

/// Resident memory, in bytes.
fn resident() -> u64 {
    memory("VmRSS:")
}

/// A line of what the system tells of this process, in bytes; 0 where it does not.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    1024 * kilobytes.unwrap_or(0)
}
