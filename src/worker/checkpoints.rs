//! States of a run that are kept to go back to: a bounded number, evenly spread over all the steps taken so far.

/// Most states kept.
const MAX_KEPT: usize = 64;
/// Fewest states kept, whatever they take.
pub(super) const FEWEST_KEPT: usize = 2;
/// Memory that all of them may take together, if they are more.
const BUDGET_BYTES: usize = 64 << 20;
/// Steps between two states of a run that has just begun.
const FIRST_SPACING: u64 = 4;

/// When a state was kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkpoint {
    /// Steps taken.
    pub step: u64,
    /// Training time.
    pub time: f64,
}

/// Kept states of a run, oldest first. When there are too many, every other one is given up and the distance doubles.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints<T> {
    moments: Vec<Checkpoint>,
    states: Vec<T>,
    spacing: u64,
    max_kept: usize,
}

impl<T> Checkpoints<T> {
    /// For states of about `n_bytes` bytes each.
    pub(super) fn new(n_bytes: usize) -> Self {
        Self {
            moments: Vec::new(),
            states: Vec::new(),
            spacing: FIRST_SPACING,
            max_kept: (BUDGET_BYTES / n_bytes.max(1)).clamp(FEWEST_KEPT, MAX_KEPT),
        }
    }

    /// When states were kept.
    pub(super) fn moments(&self) -> &[Checkpoint] {
        &self.moments
    }

    /// Keeps the state that `state` gives, if it is time for one.
    pub(super) fn offer(&mut self, moment: Checkpoint, state: impl FnOnce() -> T) {
        let due = self.moments.last().map_or(0, |last| last.step + self.spacing);
        if moment.step < due {
            return;
        }
        if self.moments.len() == self.max_kept {
            self.spacing *= 2;
            // The first stays: a run can always be taken back to its start.
            every_other(&mut self.moments);
            every_other(&mut self.states);
            if self
                .moments
                .last()
                .is_some_and(|last| moment.step < last.step + self.spacing)
            {
                return;
            }
        }
        self.moments.push(moment);
        self.states.push(state());
    }

    /// The last state at or before `step`.
    pub(super) fn before(&self, step: u64) -> Option<(Checkpoint, &T)> {
        let n_before = self.moments.partition_point(|moment| moment.step <= step).max(1);
        Some((*self.moments.get(n_before - 1)?, self.states.get(n_before - 1)?))
    }

    /// The last state at or before `step`; all later ones are given up.
    pub(super) fn back_to(&mut self, step: u64) -> Option<(Checkpoint, &T)> {
        let n_kept = self.moments.partition_point(|moment| moment.step <= step).max(1);
        self.moments.truncate(n_kept);
        self.states.truncate(n_kept);
        Some((*self.moments.last()?, self.states.last()?))
    }
}

fn every_other<V>(values: &mut Vec<V>) {
    let mut i = 0;
    values.retain(|_| {
        i += 1;
        i % 2 == 1
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(n_bytes: usize, n_steps: u64) -> Checkpoints<u64> {
        let mut kept = Checkpoints::new(n_bytes);
        for step in 0..n_steps {
            kept.offer(Checkpoint { step, time: 0.0 }, || step);
        }
        kept
    }

    #[test]
    fn they_are_few_even_and_include_the_start() {
        for (n_bytes, most) in [(1, MAX_KEPT), (BUDGET_BYTES / 5, 5), (usize::MAX, 2)] {
            for n_steps in [1, 5, 300, 100_000] {
                let kept = filled(n_bytes, n_steps);
                let steps: Vec<u64> = kept.moments().iter().map(|moment| moment.step).collect();
                assert!(steps.len() <= most && steps[0] == 0, "{steps:?}");
                assert_eq!(steps, kept.states);
                assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == kept.spacing));
                assert!(n_steps - steps[steps.len() - 1] <= 2 * kept.spacing);
            }
        }
    }

    #[test]
    fn going_back_gives_up_what_came_later() {
        let mut kept = filled(1, 1000);
        assert_eq!(
            kept.before(517).map(|(moment, &state)| (moment.step, state)),
            Some((512, 512))
        );
        assert!(kept.moments().len() > 33);
        assert_eq!(
            kept.back_to(517).map(|(moment, &state)| (moment.step, state)),
            Some((512, 512))
        );
        assert_eq!(kept.moments().last().map(|moment| moment.step), Some(512));
        assert_eq!(kept.back_to(0).map(|(moment, _)| moment.step), Some(0));
        assert_eq!(Checkpoints::<u64>::new(1).back_to(3), None);
    }
}
