//! Plot A: mode strengths `a_k = u_k^T W v_k` and the student's singular values, with the teacher's strengths dashed.

use eframe::egui::{Ui, Visuals};
use egui_plot::LineStyle;

use super::curves::{Curve, Gatherer, KEPT_RUN_PREFIX, Scene};
use super::end_labels::{EndLabel, Side};
use super::marks::{self, Mark, Shape, event_marks};
use super::scale::Scale;
use super::time_plot::{Level, TimePlot};
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style::{self, TrajectoryStyle};
use crate::experiment::{DataKind, Dynamics, InitScheme};
use crate::observables::Quantity;

pub(super) const ID: &str = "mode strengths";

/// Draws plot A.
pub(crate) fn strengths_plot(ui: &mut Ui, scene: &mut Scene<'_>, height: f32) {
    let run = scene.run;
    let mut gatherer = Gatherer::new(ui, scene, ID, Scale::Linear);
    let scale = gatherer.scale;
    let mut curves = if gatherer.view.settings.shown.singular_values {
        singular_values(&mut gatherer)
    } else {
        Vec::new()
    };
    let (bands, means) = gatherer.ensembles();
    curves.extend(means);
    for mode in 0..run.rank() {
        let color =
            style::mode_color(mode, ui.visuals()).gamma_multiply(gatherer.view.settings.opacity(mode));
        curves.extend(gatherer.kept_runs(|kept_run| kept_run.column(Quantity::Strength, mode), color));
    }
    curves.extend(gatherer.modes(Quantity::Strength, "mode strength"));
    let n_rows_per_pixel = gatherer.n_rows_per_pixel;
    let mut end_labels = end_labels(&gatherer);
    end_labels.extend(kept_run_labels(&curves, ui.visuals()));
    let (mut marks, drops) = event_marks(run, scene.view, ui.visuals(), scale, marks::Curve::Strength);
    if scene.view.settings.shown.theory {
        let (predicted, half_times) = theory(run, scene.view, ui.visuals(), scale);
        curves.splice(0..0, predicted);
        marks.splice(0..0, half_times);
    }

    let strengths = &run.experiment.teacher.strengths;
    let levels = strengths
        .iter()
        .enumerate()
        .map(|(mode, &value)| Level {
            name: format!("teacher strength {}", mode + 1),
            value,
            color: style::mode_color(mode, ui.visuals()).gamma_multiply(0.55),
        })
        .collect();
    let strongest = strengths.first().copied().unwrap_or(1.0);
    let plot = TimePlot {
        id: ID,
        title: "strength",
        tooltip: "Mode strengths a = u\u{1d40}Wv of the student in the teacher's basis (solid), its own singular \
                  values (faint), the teacher's strengths (dashed) and what theory predicts for an aligned, balanced start \
                  (thin dashes, a ring where half learned); no unit.",
        height,
        scale,
        curves,
        levels,
        bands,
        marks,
        drops,
        end_labels,
        include: match scale {
            Scale::Linear => vec![0.0, 1.04 * strongest],
            Scale::Log => vec![strongest],
            Scale::Symlog => vec![0.0, strongest],
        },
        shows_time: scene.n_plots == 1,
        shows_changes: true,
        n_rows_per_pixel,
    };
    plot.show(ui, scene);
}

/// The name of every kept run: on the way up of its first curve or, where that is up from the start, under it.
fn kept_run_labels(curves: &[Curve], visuals: &Visuals) -> Vec<EndLabel> {
    let mut named: Vec<&str> = Vec::new();
    let mut labels = Vec::new();
    for curve in curves {
        let Some(name) = curve.name.strip_prefix(KEPT_RUN_PREFIX) else {
            continue;
        };
        let cells = &curve.trace.cells;
        let top = cells.iter().map(|cell| cell.max).fold(f64::MIN, f64::max);
        let bottom = cells.iter().map(|cell| cell.min).fold(f64::MAX, f64::min);
        // At heights of their own, for kept runs often lie on one another.
        let n = labels.len();
        let share = 0.35 + 0.14 * (n % 5) as f64;
        let on_the_way = cells
            .iter()
            .position(|cell| cell.max >= bottom + share * (top - bottom))
            .filter(|&i| i > cells.len() / 6);
        let (place, side) = match on_the_way {
            Some(i) => (i, Side::Above),
            None => (cells.len() / 4 * 3, Side::Below(n as u8 + 1)),
        };
        if let (Some(cell), false) = (cells.get(place), named.contains(&name)) {
            named.push(name);
            labels.push(EndLabel {
                x: cell.first[0],
                y: cell.first[1],
                text: name.to_owned(),
                color: visuals.text_color(),
                side,
                mode: None,
            });
        }
    }
    labels
}

/// In the lecture view, the name of every mode where its curve ends.
fn end_labels(gatherer: &Gatherer<'_>) -> Vec<EndLabel> {
    let run = gatherer.run;
    if !gatherer.is_emphasised() {
        return Vec::new();
    }
    (0..run.rank())
        .filter_map(|mode| {
            let strength = run.latest(Quantity::Strength, mode)?;
            let x = gatherer.view.settings.time.place(run.step, run.time);
            let color = style::mode_text_color(mode, gatherer.visuals);
            Some(EndLabel {
                x,
                y: gatherer.scale.position(strength),
                text: format!("mode {}", mode + 1),
                color,
                side: Side::Below(0),
                mode: Some(mode),
            })
        })
        .collect()
}

/// The student's own singular values, faint: they coincide with the mode strengths once the student is aligned.
fn singular_values(gatherer: &mut Gatherer<'_>) -> Vec<Curve> {
    let style = TrajectoryStyle {
        width: 4.5,
        line: LineStyle::Solid,
        opacity: 0.28,
    };
    (0..gatherer.run.rank())
        .flat_map(|mode| {
            let column = gatherer.run.schema.column(Quantity::SingularValue, mode);
            let name = format!("student singular value {}", mode + 1);
            // Singular values are the student's own and ordered by size: they have no mode's colour.
            let color = gatherer.visuals.text_color();
            gatherer.column(0, column, name, color, style)
        })
        .collect()
}

/// What theory predicts: the curve of every mode from its strength at the start, as if aligned and balanced, and where it is
/// half learned. Left out where gradient flow from an aligned start is drawn, which is the same curve.
fn theory(run: &RunData, view: &View, visuals: &Visuals, scale: Scale) -> (Vec<Curve>, Vec<Mark>) {
    let is_drawn = run.experiment.init.scheme == InitScheme::Aligned
        && run.experiment.data.kind == DataKind::Online
        && run
            .trajectories
            .iter()
            .any(|trajectory| trajectory.dynamics == Dynamics::GradientFlow);
    let place = |time: f64| run.place_at(view.settings.time, time);
    let (mut curves, mut rings) = (Vec::new(), Vec::new());
    for (mode, predicted) in run.predicted.iter().enumerate() {
        let color = style::mode_color(mode, visuals).gamma_multiply(view.settings.opacity(mode));
        if !is_drawn {
            let points = predicted
                .points
                .iter()
                .map(|&[time, s]| [place(time), scale.position(s)]);
            let name = format!("theory: mode {} if aligned and balanced", mode + 1);
            let (color, line) = if view.settings.theory_band {
                (style::quiet(visuals), style::THEORY_BAND)
            } else {
                (color, style::THEORY)
            };
            curves.push(Curve::through(points.collect(), name, color, line));
        }
        if let Some(half_time) = predicted.half_time {
            rings.push(Mark {
                name: format!("theory: mode {} half learned", mode + 1),
                x: place(half_time),
                y: scale.position(0.5 * run.experiment.teacher.strengths[mode]),
                color,
                shape: Shape::HalfTime,
            });
        }
    }
    (curves, rings)
}
