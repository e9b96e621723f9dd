//! Random streams: one seed, one documented generator, one independent stream per purpose.
//!
//! The generator is xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
//! seeded through SplitMix64. Purpose `k` uses the generator advanced by `k` jumps of 2^128 draws, so the streams never
//! overlap, and drawing more from one (a larger batch, say) leaves the draws of the others alone. Replica `r` of a run
//! is advanced by `r` long jumps of 2^192 draws.

use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator behind every random number of the program; its output for a seed is part of the program's contract.
pub type Generator = Xoshiro256PlusPlus;

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
    /// Increments of the ensemble of scalar equations.
    Ensemble,
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
        }
    }
}

/// The stream of `seed` for one purpose.
pub fn stream(seed: u64, purpose: Purpose) -> Generator {
    let mut generator = Generator::seed_from_u64(seed);
    for _ in 0..purpose.n_jumps() {
        generator.jump();
    }
    generator
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
        ];
        let mut first: Vec<u64> = purposes.iter().map(|p| stream(7, *p).next_u64()).collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), purposes.len());
    }
}
