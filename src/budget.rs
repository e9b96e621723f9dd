//! The one memory budget: every part of the program that takes memory in proportion to what it is asked for, asks here first.
//!
//! The budget is three quarters of the machine's memory, of that of the container that the program runs in, or of the address space
//! that its limits leave, whichever is least. It depends on the machine and its limits, not on what else is running, so that
//! what is allowed once is allowed again.

use std::sync::OnceLock;

use thiserror::Error;

use crate::platform;

/// Memory that is assumed where the system does not tell.
const USUAL: u64 = 4 << 30;

/// Why there is no memory for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("needs about {} of memory, and {} may be used on this machine", size(*.needed), size(*.allowed))]
pub struct OutOfMemory {
    /// Bytes needed.
    pub needed: u64,
    /// Bytes there may be.
    pub allowed: u64,
}

/// Checks that the program may take so many bytes.
///
/// # Errors
/// [`OutOfMemory`] where it may not.
pub fn check(needed: u64) -> Result<(), OutOfMemory> {
    let allowed = bytes();
    if needed <= allowed {
        Ok(())
    } else {
        Err(OutOfMemory { needed, allowed })
    }
}

/// Bytes that the program may take in all.
pub fn bytes() -> u64 {
    static MACHINE: OnceLock<u64> = OnceLock::new();
    let machine = *MACHINE.get_or_init(|| platform::machine_memory().unwrap_or(USUAL));
    let free = free_address_space().map_or(machine, |free| free.min(machine));
    free / 4 * 3
}

/// Bytes that a limit of the address space (`ulimit -v`) leaves to this process, where there is one.
fn free_address_space() -> Option<u64> {
    static LIMIT: OnceLock<Option<u64>> = OnceLock::new();
    let limit = (*LIMIT.get_or_init(|| {
        let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
        let line = limits
            .lines()
            .find_map(|line| line.strip_prefix("Max address space"))?;
        // The word for none is no number.
        line.split_whitespace().next()?.parse().ok()
    }))?;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(limit.saturating_sub(1024 * kilobytes))
}

/// Bytes as people write them.
fn size(bytes: u64) -> String {
    let mut number = bytes as f64;
    for unit in ["bytes", "KB", "MB", "GB", "TB", "PB"] {
        if number < 1000.0 {
            let digits = usize::from(number < 10.0 && unit != "bytes");
            return format!("{number:.digits$} {unit}");
        }
        number /= 1000.0;
    }
    format!("{number:.0} EB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_a_part_of_the_machine() {
        let allowed = bytes();
        assert!(allowed > 100 << 20, "{allowed}");
        assert_eq!(check(allowed), Ok(()));
        let message = check(u64::MAX).map_or_else(|error| error.to_string(), |()| String::new());
        assert!(
            message.starts_with("needs about 18 EB of memory, and "),
            "{message}"
        );
    }

    #[test]
    fn sizes_have_two_or_three_digits() {
        let sizes = [0, 999, 1000, 12_345, 1 << 30].map(size);
        assert_eq!(sizes, ["0 bytes", "999 bytes", "1.0 KB", "12 KB", "1.1 GB"]);
    }
}
