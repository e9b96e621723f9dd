//! When every member of an ensemble first has each mode half learned, and learned.
//!
//! A strength is looked at from row to row; between two rows the time is that of a straight line through them, so that its error is
//! far below the time between rows.

use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;
use crate::memory::HeapBytes;
use crate::observables::events::LEARNED_FRACTION;

/// Which level is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// Half of where the mode ends.
    Half,
    /// 95 % of it: learned.
    Learned,
}

/// First passages of the modes of many members.
#[derive(Clone, Debug, PartialEq)]
pub struct Passages {
    /// Levels of every mode.
    levels: [Vec<f64>; 2],
    n_members: usize,
    /// Time and strengths at the last look, member after member.
    before: f64,
    strengths: Vec<f64>,
    /// Times, member after member; no number where a level has not been reached.
    times: [Vec<f64>; 2],
}

impl Passage {
    /// Both, the lower one first.
    pub const ALL: [Self; 2] = [Self::Half, Self::Learned];

    /// Name of its array in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Half => "time_half",
            Self::Learned => "time_learned",
        }
    }

    /// Its level as a share of where the mode ends.
    pub fn share(self) -> f64 {
        match self {
            Self::Half => 0.5,
            Self::Learned => LEARNED_FRACTION,
        }
    }
}

impl Passages {
    /// Of `n_members` that have not been looked at yet.
    pub fn new(experiment: &Experiment, n_members: usize) -> Self {
        let rank = experiment.teacher.strengths.len();
        let ends: Vec<f64> = (0..rank)
            .map(|mode| experiment.mode_law(mode, &experiment.live).scale_strength())
            .collect();
        let level = |passage: Passage| ends.iter().map(|end| passage.share() * end).collect();
        Self {
            levels: Passage::ALL.map(level),
            n_members,
            before: 0.0,
            strengths: vec![f64::NAN; n_members * rank],
            times: Passage::ALL.map(|_| vec![f64::NAN; n_members * rank]),
        }
    }

    /// Of members whose times are known, `(members, modes)` member after member.
    pub(crate) fn of_times(experiment: &Experiment, n_members: usize, times: [Vec<f64>; 2]) -> Self {
        Self {
            times,
            ..Self::new(experiment, n_members)
        }
    }

    /// Number of modes.
    pub fn rank(&self) -> usize {
        self.levels[0].len()
    }

    /// Number of members.
    pub fn n_members(&self) -> usize {
        self.n_members
    }

    /// The same of every so many-th member alone.
    pub(crate) fn every(&self, stride: usize) -> Self {
        let rank = self.rank();
        if stride <= 1 || rank == 0 {
            return self.clone();
        }
        let of = |values: &[f64]| -> Vec<f64> {
            { values.chunks_exact(rank).step_by(stride) }
                .flatten()
                .copied()
                .collect()
        };
        let [half, learned] = &self.times;
        Self {
            levels: self.levels.clone(),
            n_members: self.n_members.div_ceil(stride),
            before: self.before,
            strengths: of(&self.strengths),
            times: [of(half), of(learned)],
        }
    }

    /// Times of a passage, `(members, modes)` member after member; no number where the level has not been reached.
    pub fn times(&self, passage: Passage) -> &[f64] {
        match passage {
            Passage::Half => &self.times[0],
            Passage::Learned => &self.times[1],
        }
    }

    /// Times at which one mode of the members that have come so far made a passage, in their order.
    pub fn of_mode(&self, passage: Passage, mode: usize) -> impl Iterator<Item = f64> {
        let times = self.times(passage).iter().skip(mode).step_by(self.rank().max(1));
        times.copied().filter(|time| !time.is_nan())
    }

    /// Looks at the members at a time; `strength` gives that of a member's mode, or none where it has diverged.
    pub fn observe(&mut self, time: f64, strength: impl Fn(usize, usize) -> Option<f64>) {
        let rank = self.rank();
        for member in 0..self.n_members {
            for mode in 0..rank {
                let place = member * rank + mode;
                let Some(now) = strength(member, mode) else {
                    continue;
                };
                let last = std::mem::replace(&mut self.strengths[place], now);
                for (times, levels) in self.times.iter_mut().zip(&self.levels) {
                    let (known, level) = (&mut times[place], levels[mode]);
                    if known.is_nan() && now >= level {
                        // At the first look, or where it lies above already, there is no line.
                        let share = if last < level {
                            (level - last) / (now - last)
                        } else {
                            1.0
                        };
                        *known = share.mul_add(time - self.before, self.before);
                    }
                }
            }
        }
        self.before = time;
    }
}

impl HeapBytes for Passages {
    fn heap_bytes(&self) -> usize {
        let [half, learned] = &self.times;
        let [lower, upper] = &self.levels;
        let levels = lower.heap_bytes() + upper.heap_bytes();
        levels + self.strengths.heap_bytes() + half.heap_bytes() + learned.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_counts_and_lies_between_two_looks() {
        let mut experiment = Experiment::default();
        experiment.teacher.strengths = vec![2.0, 1.0];
        let mut passages = Passages::new(&experiment, 2);
        let course = |time: f64, member: usize, mode: usize| {
            let teacher = [2.0, 1.0][mode];
            // The second member learns one mode only, and loses it again.
            if member == 1 && mode == 1 {
                0.1
            } else if time > 8.0 {
                0.0
            } else {
                teacher * time / 5.0
            }
        };
        for i in 0..=10 {
            let time = f64::from(i);
            passages.observe(time, |member, mode| Some(course(time, member, mode)));
        }
        let half: Vec<f64> = passages.of_mode(Passage::Half, 0).collect();
        assert!(half.len() == 2 && half.iter().all(|time| (time - 2.5).abs() < 1e-12));
        let learned: Vec<f64> = passages.of_mode(Passage::Learned, 1).collect();
        assert!(learned.len() == 1 && (learned[0] - 4.75).abs() < 1e-12);
        assert_eq!(passages.times(Passage::Half).len(), 4);
        assert!(passages.times(Passage::Half)[3].is_nan());
        let first = passages.every(2);
        assert_eq!(first.n_members(), 1);
        assert_eq!(first.times(Passage::Half), &passages.times(Passage::Half)[..2]);
    }
}
