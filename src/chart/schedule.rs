//! Live parameters in force over time: those that a schedule moves or a person has changed, or else the learning rate; all on one axis, on
//! which each has its own unit.

use super::drawing::{Drawing, OverTime};
use super::known::Known;
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::experiment::Scheduled;

/// Draws the parameters in force.
pub fn schedule(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Schedule);
    let known = plot.known;
    for which in moving(known) {
        let pen = Pen::of(Role::Parameter(which));
        let index = Scheduled::ALL.iter().position(|other| *other == which);
        let column = known.schema.live() + index.unwrap_or(0);
        if !known.trajectories.is_empty() {
            plot.column(0, column, which.label().to_owned(), pen);
        }
        plot.picture.explain(which.label(), pen, Sign::Line);
    }
    plot.uprights(false);
    plot.finish()
}

/// The parameters that are not the same throughout.
fn moving(known: &Known<'_>) -> Vec<Scheduled> {
    let has_moved = |which: &Scheduled| {
        let start = which.of(&known.experiment.live).to_bits();
        known.experiment.schedule.course(*which).is_some()
            || known
                .interventions
                .iter()
                .any(|change| which.of(&change.live).to_bits() != start)
    };
    let moving: Vec<Scheduled> = Scheduled::ALL.into_iter().filter(has_moved).collect();
    if moving.is_empty() {
        vec![Scheduled::LearningRate]
    } else {
        moving
    }
}
