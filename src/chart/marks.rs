//! Marks and lines of a picture over time: peaks of the diffusion, modes learned, changes of parameters, divergences.

use super::drawing::OverTime;
use super::pen::{Pen, Role};
use super::picture::{Label, Mark, Shape, Side, Upright};
use crate::observables::events::{LEARNED_FRACTION, ModeEvents, Moment};

/// On which curve events are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkedCurve {
    Strength,
    Diffusion,
}

impl OverTime<'_, '_> {
    /// Lines where runs leave every scale; their names where asked for.
    fn divergences(&mut self, with_texts: bool) {
        let (low, high) = self.picture.x.range;
        let known = self.known;
        let trajectories = known.trajectories.iter().zip(&self.left.trajectories);
        let names = trajectories.enumerate().map(|(i, (trajectory, end))| {
            let name = if i == 0 {
                "diverges".to_owned()
            } else {
                format!("{} diverges", trajectory.dynamics.label())
            };
            (name, *end)
        });
        let kept = known.kept.iter().zip(&self.left.kept);
        let kept = kept.map(|(kept, end)| (format!("{} diverges", kept.label), *end));
        for (name, end) in names.chain(kept) {
            if let Some(x) = end.filter(|end| (low..=high).contains(end)) {
                self.picture.uprights.push(Upright {
                    pen: Pen::of(Role::Diverged),
                    x,
                    label: with_texts.then_some(name),
                });
            }
        }
    }

    /// Lines at the peaks of the diffusion and at the changes of parameters; the texts of the changes where asked for.
    pub(super) fn uprights(&mut self, with_texts: bool) {
        self.divergences(with_texts);
        let (low, high) = self.picture.x.range;
        for (x, text) in super::changes::visible_changes(self.known, self.options.time, (low, high)) {
            self.picture.uprights.push(Upright {
                pen: Pen::of(Role::Change),
                x,
                label: with_texts.then_some(text),
            });
        }
        for (mode, events) in self.options.events(self.known).iter().enumerate() {
            let Some(peak) = events.peak else { continue };
            let x = self.options.time.place(peak.step, peak.time);
            if (low..=high).contains(&x) {
                self.picture.uprights.push(Upright {
                    pen: self.pen(Role::Peak, mode),
                    x,
                    label: None,
                });
            }
        }
    }

    /// Marks of every kept run's events on one kind of curve.
    fn marks_of_kept(&mut self, curve: MarkedCurve) {
        let (time, scale, known) = (self.options.time, self.scale(), self.known);
        if self.options.perspective.is_own() {
            return;
        }
        for (kept, end) in known.kept.iter().zip(&self.left.kept) {
            let end = end.unwrap_or(f64::INFINITY);
            for (mode, events) in kept.modes.iter().enumerate() {
                let pen = self.pen(Role::KeptRun, mode);
                let mark = |moment: Moment, value: f64, shape: Shape, what: &str| {
                    Some(Mark {
                        name: format!("{}: {what} of mode {}", kept.label, mode + 1),
                        pen,
                        at: [kept.place(time, moment), scale.place(value)?],
                        shape,
                    })
                };
                let peak = events.peak.zip(events.peak_moment()).and_then(|(peak, moment)| {
                    let value = match curve {
                        MarkedCurve::Strength => peak.strength,
                        MarkedCurve::Diffusion => peak.diffusion,
                    };
                    mark(moment, value, Shape::Peak, "diffusion peak")
                });
                let learned = { events.learned }
                    .filter(|_| curve == MarkedCurve::Strength)
                    .and_then(|moment| {
                        let value = LEARNED_FRACTION * kept.teacher.get(mode)?;
                        mark(moment, value, Shape::Learned, "95 %")
                    });
                let both = peak.into_iter().chain(learned);
                self.picture.marks.extend(both.filter(|mark| mark.at[0] <= end));
            }
        }
    }

    /// The number of each mode beside the peak of its diffusion: colours alone do not tell them apart for everyone.
    pub(super) fn number_peaks(&mut self) {
        if self.options.events(self.known).len() < 2 {
            return;
        }
        let is_of_run = |mark: &&Mark| mark.pen.role == Role::Peak;
        let numbers = self.picture.marks.iter().filter(is_of_run).filter_map(|mark| {
            Some(Label {
                text: (mark.pen.mode? + 1).to_string(),
                at: mark.at,
                side: Side::Above,
            })
        });
        let numbers: Vec<Label> = numbers.collect();
        self.picture.labels.extend(numbers);
    }

    /// Marks of every mode's events on one kind of curve, and their keys.
    pub(super) fn marks(&mut self, curve: MarkedCurve) {
        self.marks_of_kept(curve);
        let (time, scale) = (self.options.time, self.scale());
        for (mode, events) in self.options.events(self.known).iter().enumerate() {
            let pen = self.pen(Role::Peak, mode);
            let peak = events.peak.and_then(|peak| {
                let value = match curve {
                    MarkedCurve::Strength => peak.strength,
                    MarkedCurve::Diffusion => peak.diffusion,
                };
                Some(Mark {
                    name: peak_name(mode, events),
                    pen,
                    at: [time.place(peak.step, peak.time), scale.place(value)?],
                    shape: if peak.confirmed {
                        Shape::Peak
                    } else {
                        Shape::PeakSoFar
                    },
                })
            });
            let learned = events
                .learned
                .filter(|_| curve == MarkedCurve::Strength && !self.options.perspective.is_own())
                .and_then(|learned| {
                    let value = LEARNED_FRACTION * self.known.teacher.get(mode)?;
                    Some(Mark {
                        name: format!("feature {} learned (95 %)", mode + 1),
                        pen,
                        at: [time.place(learned.step, learned.time), scale.place(value)?],
                        shape: Shape::Learned,
                    })
                });
            self.picture.marks.extend(peak.into_iter().chain(learned));
        }
    }
}

fn peak_name(mode: usize, events: &ModeEvents) -> String {
    let peak = format!("diffusion peak of mode {}", mode + 1);
    match (events.peak, events.lead()) {
        (_, Some(lead)) => format!("{peak}, {} steps before it is learned", lead.steps),
        (Some(peak_now), None) if !peak_now.confirmed => format!("{peak} so far"),
        (Some(_) | None, None) => peak,
    }
}
