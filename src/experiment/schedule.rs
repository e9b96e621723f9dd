//! Schedules: live parameters that follow a course over the steps of a run.
//!
//! ```text
//! [schedule]
//! learning_rate = { kind = "cosine", steps = 3000, to = 1e-4 }
//! batch_size = { kind = "step", steps = 1000, factor = 2 }
//! label_noise_std = { kind = "when_learned", mode = 2, to = 0.1 }
//! ```
//!
//! With `v` the parameter as it is set in `live` (or by hand, during the run), `x = min(k / steps, 1)` after `k` steps:
//!
//! ```text
//! constant       v; other keys are not read, so that one key turns a schedule off
//! warmup         from + (v - from) min((k + 1) / steps, 1)                  from: 0 if not given
//! step           v for k < steps, then `to`; or v factor^floor(k / steps)
//! cosine         to + (v - to) (1 + cos(pi x)) / 2
//! exponential    v (to / v)^x
//! inverse_time   v / (1 + k / steps), not below `to`, if that is given
//! when_learned   v until mode number `mode` has reached 95 % of where it ends, then linearly to `to` within `steps` (at once if not given)
//! curve          through points = [[step, value], ..] in straight lines, constant before and after; v plays no part
//! ```
//!
//! A value depends on the number of steps alone and, of `when_learned`, on the run itself: the strengths are looked at every
//! [`LOOK`] steps, however the run is observed. Replicas wait each for their own mode.

use serde::{Deserialize, Serialize};

use crate::dynamics::{LiveParams, Scheduled};

/// Steps between looks at a mode that is waited for.
pub const LOOK: u64 = 16;

/// The live parameters that follow a course; the others stay as they are set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Schedules {
    /// Of the learning rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning_rate: Option<Course>,
    /// Of the batch size, rounded to whole numbers from 1 on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<Course>,
    /// Of the label noise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_noise_std: Option<Course>,
    /// Of the momentum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub momentum: Option<Course>,
    /// Of the weight decay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_decay: Option<Course>,
}

/// What a parameter does over the steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Shape.
    pub kind: CourseKind,
    /// Length.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_number"
    )]
    pub steps: Option<u64>,
    /// Value at the start (warmup).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Value at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// What every `steps` multiply by (step).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// The mode that is waited for, counted from 1 (`when_learned`).
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_number"
    )]
    pub mode: Option<u64>,
    /// Step and value, steps rising (curve).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<[f64; 2]>,
}

fn whole_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    crate::whole_number::deserialize(deserializer).map(Some)
}

/// The shapes of courses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourseKind {
    /// Stays.
    #[default]
    Constant,
    /// Rises linearly to what is set.
    Warmup,
    /// Jumps.
    Step,
    /// Half a cosine.
    Cosine,
    /// A constant factor a step.
    Exponential,
    /// Falls as one over the time.
    InverseTime,
    /// Waits for a mode.
    WhenLearned,
    /// Drawn by hand.
    Curve,
}

impl CourseKind {
    /// All of them, each with its name as people write it.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Constant, "constant"),
        (Self::Warmup, "warm-up"),
        (Self::Step, "step"),
        (Self::Cosine, "cosine"),
        (Self::Exponential, "exponential"),
        (Self::InverseTime, "1/t"),
        (Self::WhenLearned, "when learned"),
        (Self::Curve, "drawn"),
    ];
}

/// For every parameter of [`Scheduled::ALL`] the step at which the mode it waits for was seen to be learned.
pub type LearnedAt = [Option<u64>; Scheduled::ALL.len()];

impl Schedules {
    /// Whether every parameter stays as it is set.
    pub fn is_empty(&self) -> bool {
        self.courses().next().is_none()
    }

    /// The courses there are.
    pub fn courses(&self) -> impl Iterator<Item = (Scheduled, &Course)> {
        Scheduled::ALL
            .into_iter()
            .filter_map(|which| Some((which, self.course(which)?)))
    }

    /// The course of a parameter.
    pub fn course(&self, which: Scheduled) -> Option<&Course> {
        match which {
            Scheduled::LearningRate => self.learning_rate.as_ref(),
            Scheduled::BatchSize => self.batch_size.as_ref(),
            Scheduled::LabelNoiseStd => self.label_noise_std.as_ref(),
            Scheduled::Momentum => self.momentum.as_ref(),
            Scheduled::WeightDecay => self.weight_decay.as_ref(),
        }
    }

    /// The course of a parameter, to be changed.
    pub fn course_mut(&mut self, which: Scheduled) -> &mut Option<Course> {
        match which {
            Scheduled::LearningRate => &mut self.learning_rate,
            Scheduled::BatchSize => &mut self.batch_size,
            Scheduled::LabelNoiseStd => &mut self.label_noise_std,
            Scheduled::Momentum => &mut self.momentum,
            Scheduled::WeightDecay => &mut self.weight_decay,
        }
    }

    /// The parameters in force for the step after `step` others, of what is set.
    pub fn in_force(&self, set: &LiveParams, step: u64, learned_at: &LearnedAt) -> LiveParams {
        let mut live = *set;
        for (index, which) in Scheduled::ALL.into_iter().enumerate() {
            if let Some(course) = self.course(which) {
                which.set(&mut live, course.value(which.of(set), step, learned_at[index]));
            }
        }
        live
    }

    /// The first step after `step` at which another value may be in force, or a mode is looked at.
    pub fn next_after(&self, step: u64, learned_at: &LearnedAt) -> u64 {
        let all = Scheduled::ALL.into_iter().zip(learned_at);
        let next =
            all.filter_map(|(which, learned_at)| Some(self.course(which)?.next_after(step, *learned_at)));
        next.min().unwrap_or(u64::MAX)
    }

    /// The modes waited for, counted from 0, by parameter.
    pub fn waits_for(&self, which: Scheduled) -> Option<usize> {
        let course = self.course(which)?;
        (course.kind == CourseKind::WhenLearned).then(|| course.mode.map_or(0, |mode| mode as usize - 1))
    }

    /// Whether the values depend on the run itself.
    pub fn waits(&self) -> bool {
        Scheduled::ALL
            .into_iter()
            .any(|which| self.waits_for(which).is_some())
    }
}

impl Course {
    /// A course of a kind, with a length and an end to begin editing from.
    pub fn of(kind: CourseKind, steps: u64, to: f64) -> Self {
        let (has_steps, has_to) = match kind {
            CourseKind::Constant | CourseKind::Curve => (false, false),
            CourseKind::Warmup | CourseKind::InverseTime => (true, false),
            CourseKind::WhenLearned => (false, true),
            CourseKind::Step | CourseKind::Cosine | CourseKind::Exponential => (true, true),
        };
        Self {
            kind,
            steps: Some(steps).filter(|_| has_steps),
            from: None,
            to: Some(to).filter(|_| has_to),
            factor: None,
            mode: (kind == CourseKind::WhenLearned).then_some(1),
            points: if kind == CourseKind::Curve {
                vec![[0.0, to], [steps as f64, to]]
            } else {
                Vec::new()
            },
        }
    }

    /// Value for the step after `step` others.
    pub fn value(&self, set: f64, step: u64, learned_at: Option<u64>) -> f64 {
        let steps = self.length() as f64;
        let to = self.to.unwrap_or(set);
        let share = (step as f64 / steps).min(1.0);
        match self.kind {
            CourseKind::Warmup => {
                let from = self.from.unwrap_or(0.0);
                let share = ((step as f64 + 1.0) / steps).min(1.0);
                if share >= 1.0 {
                    set
                } else {
                    from + (set - from) * share
                }
            }
            CourseKind::Step => match self.factor {
                Some(factor) => set * factor.powf((step as f64 / steps).floor()),
                None if step < self.length() => set,
                None => to,
            },
            CourseKind::Cosine | CourseKind::Exponential if share >= 1.0 => to,
            CourseKind::Cosine => to + (set - to) * 0.5 * (1.0 + (std::f64::consts::PI * share).cos()),
            CourseKind::Exponential if set > 0.0 => set * (to / set).powf(share),
            CourseKind::InverseTime => {
                let value = set / (1.0 + step as f64 / steps);
                self.to.map_or(value, |least| value.max(least.min(set)))
            }
            CourseKind::WhenLearned => match learned_at {
                None => set,
                Some(learned) => {
                    let steps = self.steps.unwrap_or(0);
                    let since = step.saturating_sub(learned);
                    if since >= steps {
                        to
                    } else {
                        set + (to - set) * (since as f64 / steps as f64)
                    }
                }
            },
            CourseKind::Curve => self.on_curve(step as f64),
            // Nothing is nothing times any factor.
            CourseKind::Constant | CourseKind::Exponential => set,
        }
    }

    /// The first step after `step` at which the value may be another, or a mode is looked at.
    fn next_after(&self, step: u64, learned_at: Option<u64>) -> u64 {
        let until = |last: u64| if step < last { step + 1 } else { u64::MAX };
        match self.kind {
            CourseKind::Constant => u64::MAX,
            CourseKind::Warmup | CourseKind::Cosine | CourseKind::Exponential => until(self.length()),
            CourseKind::Step if self.factor.is_some() => {
                (step / self.length() + 1).saturating_mul(self.length())
            }
            CourseKind::Step => {
                if step < self.length() {
                    self.length()
                } else {
                    u64::MAX
                }
            }
            CourseKind::InverseTime => step.saturating_add(1),
            CourseKind::WhenLearned => match learned_at {
                None => (step / LOOK + 1).saturating_mul(LOOK),
                Some(learned) => until(learned.saturating_add(self.steps.unwrap_or(0))),
            },
            CourseKind::Curve => {
                let after = self.points.partition_point(|point| point[0] <= step as f64);
                match (
                    after.checked_sub(1).map(|i| self.points[i]),
                    self.points.get(after),
                ) {
                    (_, None) => u64::MAX,
                    // Before the first point, and between two of one height, nothing changes.
                    (None, Some(next)) => (next[0].ceil() as u64).max(step + 1),
                    (Some(last), Some(next)) if last[1].to_bits() == next[1].to_bits() => {
                        (next[0].ceil() as u64).max(step + 1)
                    }
                    (Some(_), Some(_)) => step + 1,
                }
            }
        }
    }

    /// The step after which nothing changes, where that is known.
    pub fn last_step(&self) -> Option<u64> {
        match self.kind {
            CourseKind::Constant => Some(0),
            CourseKind::InverseTime | CourseKind::WhenLearned => None,
            CourseKind::Step if self.factor.is_some() => None,
            CourseKind::Curve => self.points.last().map(|point| point[0].ceil() as u64),
            CourseKind::Warmup | CourseKind::Step | CourseKind::Cosine | CourseKind::Exponential => {
                Some(self.length())
            }
        }
    }

    fn length(&self) -> u64 {
        self.steps.unwrap_or(1).max(1)
    }

    fn on_curve(&self, step: f64) -> f64 {
        let after = self.points.partition_point(|point| point[0] <= step);
        match (
            after.checked_sub(1).map(|i| self.points[i]),
            self.points.get(after),
        ) {
            (None, None) => 0.0,
            (None, Some(next)) => next[1],
            (Some(last), None) => last[1],
            (Some(last), Some(next)) => {
                let share = (step - last[0]) / (next[0] - last[0]);
                last[1] + (next[1] - last[1]) * share
            }
        }
    }
}
