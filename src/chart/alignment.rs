//! Alignment of every mode of the student with the teacher's over time, `|u_k^T W v_k| u_k^T W v_k / (|W v_k| |W^T u_k|)`: 1 where the
//! teacher's directions are singular directions of the student too.

use super::drawing::{Drawing, OverTime};
use super::pen::{Pen, Role};
use super::picture::{Picture, Sign};
use super::plot_id::PlotId;
use crate::observables::Quantity;

/// Draws the alignment of every mode.
pub fn alignment(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Alignment);
    plot.picture
        .explain("student", Pen::of_mode(Role::Run, 0), Sign::Line);
    plot.kept_modes(Quantity::Alignment);
    plot.modes(Quantity::Alignment, "alignment", |_, _| true);
    plot.explain_companions(|_, _| true, Some(0));
    plot.uprights(false);
    plot.finish()
}
