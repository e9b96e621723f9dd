//! A digest of a run's state: two states with equal digests are the same to the last bit.
//!
//! XXH3 (128 bits) over step, training time, live parameters, and for every layer its shape and weights column by column, all
//! as 64-bit little-endian numbers. Where there is momentum or weight decay, both follow; then what the run carries from step to step
//! (the steps at which modes were learned that a schedule waits for, velocity, mean gradients), each by its name, layer by layer like the weights.

use std::fmt;
use std::str::FromStr;

use nalgebra::DMatrix;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::Xxh3;

use crate::dynamics::Scheduled;
use crate::simulation::Simulation;

/// Changes when what is digested does.
const SEED: u64 = 1;
/// Hexadecimal digits of a digest as text.
const N_DIGITS: usize = 32;

/// A digest; as text, 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StateDigest(u128);

/// The digest of the present state of `simulation`: what it holds, not how it got there.
pub fn state_digest(simulation: &Simulation) -> StateDigest {
    let mut hasher = Xxh3::with_seed(SEED);
    let live = simulation.live();
    for bits in [
        simulation.step(),
        simulation.time().to_bits(),
        live.learning_rate.to_bits(),
        live.batch_size,
        live.label_noise_std.to_bits(),
    ] {
        hasher.update(&bits.to_le_bytes());
    }
    update(&mut hasher, simulation.network().weights());
    if !live.is_plain() {
        // The first three are there anyhow.
        for which in &Scheduled::ALL[3..] {
            hasher.update(&which.of(live).to_bits().to_le_bytes());
        }
    }
    for learned_at in simulation.learned_at().iter().flatten() {
        hasher.update(&learned_at.to_le_bytes());
    }
    for (name, layers) in simulation.carried() {
        hasher.update(name.as_bytes());
        update(&mut hasher, &layers);
    }
    StateDigest(hasher.digest128())
}

fn update(hasher: &mut Xxh3, layers: &[DMatrix<f64>]) {
    for layer in layers {
        hasher.update(&(layer.nrows() as u64).to_le_bytes());
        hasher.update(&(layer.ncols() as u64).to_le_bytes());
        for entry in layer {
            hasher.update(&entry.to_bits().to_le_bytes());
        }
    }
}

impl fmt::Display for StateDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl FromStr for StateDigest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_hex = text.len() == N_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let digest = is_hex.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        digest
            .map(Self)
            .ok_or_else(|| format!("must be {N_DIGITS} hexadecimal digits"))
    }
}

impl Serialize for StateDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StateDigest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
