//! The parent: starts children with a limit of memory, goes on behind a case that a child did not come back from, and counts.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::corpus::Corpus;
use crate::kinds::Kind;
use crate::worker::{CODES, Counts, failure_folder, keep_failure, progress_file};

/// Longest that a case may take of a processor, in a build without optimisation.
const LONGEST: Duration = Duration::from_secs(30);
/// Longest that it may take in all, on a machine where others work too.
const LONGEST_WAIT: Duration = Duration::from_mins(5);
/// Address space of a child, in KiB: what a case asks for beyond it ends the child.
const ADDRESS_SPACE: u64 = 2 << 20;
/// Time between two looks at a child.
const LOOK: Duration = Duration::from_millis(50);

/// What is known of a kind so far.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    next: u64,
    counts: Counts,
    milliseconds: u64,
}

/// Takes `each` cases of every kind, those that `state` says are done included; answers whether nothing failed.
pub(crate) fn attack(kinds: &[Kind], each: u64, seed: u64, state: &Path) -> Result<bool, Box<dyn Error>> {
    fs::create_dir_all(state)?;
    let state = std::path::absolute(state)?;
    println!(
        "{:<12} {:>9} {:>9} {:>9} {:>9} {:>6} {:>6} {:>6} {:>11} {:>9} {:>8}",
        "kind",
        "cases",
        "done",
        "refused",
        "diverged",
        "other",
        "failed",
        "missing",
        "interrupted",
        "failures",
        "ms each"
    );
    let mut sum = Known::default();
    for &kind in kinds {
        let known = attack_kind(kind, each, seed, &state)?;
        print(&kind.name(), &known);
        sum.next += known.next;
        sum.counts.add(&known.counts);
        sum.milliseconds += known.milliseconds;
    }
    print("all", &sum);
    if sum.counts.failures > 0 {
        println!("failed cases are kept in {}", state.join("failures").display());
    }
    Ok(sum.counts.failures == 0)
}

fn print(name: &str, known: &Known) {
    let [done, refused, diverged, other, failed, missing, interrupted] = known.counts.by_code;
    println!(
        "{name:<12} {:>9} {done:>9} {refused:>9} {diverged:>9} {other:>6} {failed:>6} {missing:>6} {interrupted:>11} {:>9} {:>8.1}",
        known.next,
        known.counts.failures,
        known.milliseconds as f64 / known.next.max(1) as f64
    );
}

fn attack_kind(kind: Kind, each: u64, seed: u64, state: &Path) -> Result<Known, Box<dyn Error>> {
    let file = state.join(format!("{}-{seed}.done", kind.name()));
    let mut known = fs::read_to_string(&file)
        .ok()
        .and_then(|line| read(&line))
        .unwrap_or_default();
    while known.next < each {
        let begun = Instant::now();
        let (next, counts, fault) = run_child(kind, seed, known.next, each, state)?;
        known.counts.add(&counts);
        known.next = next;
        if let Some(fault) = fault {
            known.counts.failures += 1;
            let place = failure_folder(state, kind, seed, next);
            keep_failure(&place, &Corpus::make()?, (kind, seed, next), &[], &fault)?;
            known.next += 1;
        }
        known.milliseconds += begun.elapsed().as_millis() as u64;
        fs::write(
            &file,
            format!("{} {}", known.counts.write(known.next), known.milliseconds),
        )?;
    }
    Ok(known)
}

fn read(line: &str) -> Option<Known> {
    let (next, counts) = Counts::read(line)?;
    let milliseconds = line.split_whitespace().nth(CODES.len() + 2)?.parse().ok()?;
    Some(Known {
        next,
        counts,
        milliseconds,
    })
}

/// Runs a child from case `from` on; gives the case that it stopped at, how those before ended, and what ended it before its last.
fn run_child(
    kind: Kind,
    seed: u64,
    from: u64,
    to: u64,
    state: &Path,
) -> Result<(u64, Counts, Option<String>), Box<dyn Error>> {
    let progress = progress_file(state, kind);
    fs::remove_file(&progress).ok();
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {ADDRESS_SPACE}; exec \"$@\""), "sh"])
        .arg(std::env::current_exe()?)
        .args(["worker", "--kind", &kind.name(), "--state"])
        .arg(state)
        .args([
            "--seed",
            &seed.to_string(),
            "--from",
            &from.to_string(),
            "--to",
            &to.to_string(),
        ])
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let read = || {
        let line = fs::read_to_string(&progress).unwrap_or_default();
        Counts::read(&line).unwrap_or((from, Counts::default()))
    };
    let mut moved = (from, Instant::now(), Duration::ZERO);
    loop {
        std::thread::sleep(LOOK);
        let (case, counts) = read();
        if case != moved.0 {
            moved = (case, Instant::now(), processor_time(child.id()));
        }
        if let Some(status) = child.try_wait()? {
            let (case, counts) = read();
            // One that ends well before its last case is replaced: it has taken much memory.
            let is_done = status.success() && case > from;
            let fault = (case < to && !is_done).then(|| format!("ended with {status}"));
            return Ok((case, counts, fault));
        }
        let taken = processor_time(child.id()).saturating_sub(moved.2);
        if taken > LONGEST || moved.1.elapsed() > LONGEST_WAIT {
            child.kill()?;
            child.wait()?;
            let fault = format!("no end after {} s of a processor", taken.as_secs());
            return Ok((case, counts, Some(fault)));
        }
    }
}

/// What a process has taken of a processor, where the system tells.
fn processor_time(id: u32) -> Duration {
    /// Linux counts in hundredths of a second.
    const TICK: Duration = Duration::from_millis(10);
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name in brackets may hold blanks.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|word| word.parse::<u32>().ok());
    TICK * ticks.sum::<u32>()
}
