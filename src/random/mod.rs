//! Random streams: one seed, one documented generator, one independent stream per purpose.
//!
//! The generator is xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
//! seeded through SplitMix64. Purpose `k` uses the generator advanced by `k` jumps of 2^128 draws, so the streams never
//! overlap, and drawing more from one (a larger batch, say) leaves the draws of the others alone. Replica `r` of a run
//! is advanced by `r` long jumps of 2^192 draws, and so is chunk `r` of an ensemble ([`Streams`]).
//!
//! What the engines draw in bulk comes from a [`NormalStream`], four such generators side by side. Its lanes are seeded in turn
//! with the words of the replica's generator after `k + 8` jumps, 256 bits each: two lanes of 10^6 streams of 10^18 draws share a stretch with
//! probability below 10^-40.

mod chi_squared;
mod normal;

pub(crate) use chi_squared::ChiSquared;
pub use normal::NormalStream;
pub(crate) use normal::fma;

use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator behind every random number of the program; its output for a seed is part of the program's contract.
pub type Generator = Xoshiro256PlusPlus;

/// Jumps from the draws of a purpose to the seeds of its [`NormalStream`]: no fewer than there are purposes.
const JUMPS_TO_SEEDS: usize = 8;

/// What a random stream is for. The order is part of the contract: a purpose's place is its number of jumps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Singular vectors of the teacher.
    Teacher,
    /// Initial weights of the student.
    Init,
    /// Inputs of the online stream; which stored samples enter a minibatch.
    Data,
    /// Label noise of the online stream.
    LabelNoise,
    /// The stored data set itself: inputs and the noise of its labels.
    Dataset,
    /// Increments of the Langevin engine.
    Langevin,
    /// Increments of the ensemble of mode equations.
    Ensemble,
    /// Samples that only measure.
    Probe,
}

impl Purpose {
    const fn n_jumps(self) -> usize {
        match self {
            Self::Teacher => 0,
            Self::Init => 1,
            Self::Data => 2,
            Self::LabelNoise => 3,
            Self::Dataset => 4,
            Self::Langevin => 5,
            Self::Ensemble => 6,
            Self::Probe => 7,
        }
    }
}

/// The streams of one seed and replica, one for every purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Streams {
    /// At the start of the replica, before any jump.
    base: Generator,
}

impl Streams {
    /// The streams of replica 0.
    pub fn new(seed: u64) -> Self {
        Self {
            base: Generator::seed_from_u64(seed),
        }
    }

    /// The stream for one purpose.
    pub fn of(&self, purpose: Purpose) -> Generator {
        let mut generator = self.base.clone();
        for _ in 0..purpose.n_jumps() {
            generator.jump();
        }
        generator
    }

    /// Normal numbers in bulk for one purpose, independent of the draws of [`Self::of`].
    pub fn normals(&self, purpose: Purpose) -> NormalStream {
        let mut seeds = self.of(purpose);
        for _ in 0..JUMPS_TO_SEEDS {
            seeds.jump();
        }
        NormalStream::new(&mut seeds)
    }

    /// The streams of the next replica.
    #[must_use]
    pub fn next_replica(&self) -> Self {
        let mut base = self.base.clone();
        base.long_jump();
        Self { base }
    }
}

impl From<u64> for Streams {
    fn from(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl From<&Self> for Streams {
    fn from(streams: &Self) -> Self {
        streams.clone()
    }
}

/// The stream of `seed` for one purpose, in replica 0.
pub fn stream(seed: u64, purpose: Purpose) -> Generator {
    Streams::new(seed).of(purpose)
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;

    #[test]
    fn the_generator_is_pinned() {
        // A session file promises the same run next year: these are xoshiro256++ seeded by SplitMix64(0).
        let mut generator = stream(0, Purpose::Teacher);
        assert_eq!(generator.next_u64(), 0x5317_5d61_490b_23df);
        assert_eq!(generator.next_u64(), 0x61da_6f3d_c380_d507);
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        let purposes = [
            Purpose::Teacher,
            Purpose::Init,
            Purpose::Data,
            Purpose::LabelNoise,
            Purpose::Dataset,
            Purpose::Langevin,
            Purpose::Ensemble,
            Purpose::Probe,
        ];
        // Else the seeds of one purpose would be the draws of another.
        assert!(purposes.len() <= JUMPS_TO_SEEDS);
        let replicas = [
            Streams::new(7),
            Streams::new(7).next_replica(),
            Streams::new(7).next_replica().next_replica(),
        ];
        let mut first = Vec::new();
        for streams in &replicas {
            for purpose in purposes {
                first.push(streams.of(purpose).next_u64());
                first.extend(streams.normals(purpose).first_words());
            }
        }
        first.sort_unstable();
        first.dedup();
        assert_eq!(
            first.len(),
            replicas.len() * purposes.len() * (1 + normal::N_LANES)
        );
    }

    #[test]
    fn replica_zero_is_the_run_itself_and_jumps_commute() {
        for purpose in [Purpose::Data, Purpose::Langevin] {
            assert_eq!(Streams::from(3).of(purpose), stream(3, purpose));
            let mut long_last = stream(3, purpose);
            long_last.long_jump();
            assert_eq!(Streams::new(3).next_replica().of(purpose), long_last);
        }
    }
}
