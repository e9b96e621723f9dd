//! When a run is observed. The schedule depends on the number of steps alone, so it is the same at any speed.

/// Steps at which a row is recorded; step 0 always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many steps, at least 1.
    Every(u64),
    /// Every step at first, then ever more rarely, in the end every [`Schedule::SPARSEST`] steps.
    DenseFirst,
}

impl Schedule {
    /// Steps between rows late in a [`Schedule::DenseFirst`] run.
    pub const SPARSEST: u64 = 16;
    /// How many steps at the start of a [`Schedule::DenseFirst`] run are all recorded.
    const DENSE_STEPS: u64 = 8192;

    /// The first scheduled step after `step`.
    pub fn next_after(self, step: u64) -> u64 {
        let stride = match self {
            Self::Every(stride) => stride.max(1),
            Self::DenseFirst => {
                let doublings = (step / Self::DENSE_STEPS + 1).ilog2();
                1_u64
                    .checked_shl(doublings)
                    .map_or(Self::SPARSEST, |stride| stride.min(Self::SPARSEST))
            }
        };
        (step / stride + 1) * stride
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dense_first_then_sparse() {
        let schedule = Schedule::DenseFirst;
        assert_eq!(schedule.next_after(0), 1);
        assert_eq!(schedule.next_after(8191), 8192);
        assert_eq!(schedule.next_after(8192), 8194);
        assert_eq!(schedule.next_after(24_576), 24_580);
        assert_eq!(schedule.next_after(10_000_000), 10_000_016);
        assert_eq!(Schedule::Every(10).next_after(20), 30);
    }
}
