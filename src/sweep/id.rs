//! The id of a cell: a digest of its experiment, from which the seeds of its replicas come.
//!
//! XXH3 (128 bits) over the experiment as TOML, every key written out; for samples read from files their numbers in place of
//! the names of the files. The seed of replica `r` is XXH3 (64 bits) over the id and `r`, cut to 53 bits, so that a TOML file can hold
//! it.

use std::fmt;
use std::str::FromStr;

use xxhash_rust::xxh3::{Xxh3, xxh3_64_with_seed};

use crate::experiment::Experiment;

/// Changes when what is digested does.
const VERSION: u64 = 1;
/// Hexadecimal digits of an id as text.
const N_DIGITS: usize = 32;
/// A seed has this many bits at most.
const SEED_BITS: u32 = 53;

/// Id of a cell; as text, 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellId(u128);

impl CellId {
    /// The id of the cell with this experiment.
    pub fn of(experiment: &Experiment) -> Self {
        let mut hasher = Xxh3::with_seed(VERSION);
        update(&mut hasher, experiment);
        Self(hasher.digest128())
    }

    /// Seed of replica number `replica`.
    pub fn seed(self, replica: usize) -> u64 {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(&self.0.to_le_bytes());
        bytes[16..].copy_from_slice(&(replica as u64).to_le_bytes());
        xxh3_64_with_seed(&bytes, VERSION) >> (64 - SEED_BITS)
    }

    /// Which of `n` equal parts the id falls into, from 0.
    pub(super) fn part(self, n: u64) -> u64 {
        ((self.0 >> 64) as u64) % n.max(1)
    }
}

/// Feeds an experiment to a digest.
pub(super) fn update(hasher: &mut Xxh3, experiment: &Experiment) {
    let Some(samples) = &experiment.data.samples else {
        hasher.update(experiment.to_toml().as_bytes());
        return;
    };
    let mut nameless = experiment.clone();
    nameless.data.inputs.clear();
    nameless.data.targets.clear();
    hasher.update(nameless.to_toml().as_bytes());
    for number in samples.numbers() {
        hasher.update(&number.to_bits().to_le_bytes());
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for CellId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hex = text.len() == N_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        id.map(Self)
            .ok_or_else(|| format!("a cell's id has {N_DIGITS} hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_seeds_tell_experiments_and_replicas_apart() {
        let experiment = Experiment::default();
        let id = CellId::of(&experiment);
        assert_eq!(id, CellId::of(&experiment.clone()));
        assert_eq!(id.to_string().parse(), Ok(id));
        let mut other = experiment;
        other.live.learning_rate = f64::from_bits(other.live.learning_rate.to_bits() + 1);
        assert_ne!(id, CellId::of(&other));
        let seeds: std::collections::HashSet<u64> = (0..1000).map(|replica| id.seed(replica)).collect();
        assert_eq!(seeds.len(), 1000);
        assert!(seeds.iter().all(|&seed| seed < 1 << SEED_BITS));
        assert!("g".repeat(32).parse::<CellId>().is_err() && "12".parse::<CellId>().is_err());
    }

    #[test]
    fn parts_are_even() {
        let mut counts = [0; 8];
        for seed in 0..800 {
            let experiment = Experiment {
                seed,
                ..Experiment::default()
            };
            counts[CellId::of(&experiment).part(8) as usize] += 1;
        }
        // Binomial of 800 and 1/8, standard deviation 9.4; the digests are fixed, so this cannot fail by chance.
        assert!(counts.iter().all(|&n| (60..140).contains(&n)), "{counts:?}");
    }
}
