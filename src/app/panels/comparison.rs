//! Kept runs beside the present one in numbers: for every mode when its noise peaked, when it was learned, by how much the peak led,
//! what theory says, and mean and variance once it had settled.

use eframe::egui::{self, RichText, Ui};

use crate::app::format::{grouped, significant};
use crate::app::state::State;
use crate::app::style;
use crate::observables::events::ModeEvents;
use crate::simulation::StationaryStatistics;

/// A run of the table.
struct Row<'a> {
    name: &'a str,
    modes: &'a [ModeEvents],
    statistics: Option<&'a StationaryStatistics>,
}

/// Draws the table.
pub(super) fn comparison(ui: &mut Ui, state: &State) {
    let run = &state.run;
    let present = Row {
        name: "present",
        modes: &run.events.modes,
        statistics: { run.trajectories.first() }.and_then(|trajectory| trajectory.statistics.as_ref()),
    };
    let kept = state.kept_runs.iter().filter(|kept| kept.is_shown);
    let kept = kept.map(|kept| Row {
        name: &kept.label,
        modes: &kept.modes,
        statistics: kept.statistics.as_ref(),
    });
    let rows: Vec<Row<'_>> = std::iter::once(present).chain(kept).collect();
    egui::ScrollArea::both().auto_shrink(false).show(ui, |ui| {
        for mode in 0..run.rank() {
            let color = style::mode_text_color(mode, ui.visuals());
            ui.label(style::strong(format!("mode {}", mode + 1)).color(color));
            egui::Grid::new(("comparison", mode))
                .striped(true)
                .spacing([10.0, 2.0])
                .show(ui, |ui| of_mode(ui, &rows, mode));
            ui.add_space(style::STEP);
        }
    });
}

fn of_mode(ui: &mut Ui, rows: &[Row<'_>], mode: usize) {
    for (name, hint) in [
        ("run", "The present run, then the kept ones that are shown."),
        ("peak", "Step at which the diffusion peaked."),
        ("95 %", "Step at which the mode was learned."),
        ("lead", "Steps by which the peak came first."),
        (
            "theory",
            "The same for an aligned, balanced mode under gradient flow.",
        ),
        ("mean", "Mean of the settled mode strength."),
        ("variance", "Variance of the settled mode strength."),
    ] {
        ui.label(RichText::new(name).small().color(style::quiet(ui.visuals())))
            .on_hover_text(hint);
    }
    ui.end_row();
    for row in rows {
        let mut cell = |text: Option<String>| {
            let text = text.unwrap_or_else(|| "\u{2013}".to_owned());
            ui.label(RichText::new(text).small());
        };
        let events = row.modes.get(mode).copied().unwrap_or_default();
        let lead = events.lead();
        let settled = row.statistics.and_then(|statistics| statistics.modes.get(mode));
        let moments = settled
            .map(|mode| &mode.moments)
            .filter(|moments| moments.count() > 1);
        cell(Some(row.name.to_owned()));
        cell(events.peak.map(|peak| grouped(peak.step)));
        cell(events.learned.map(|learned| grouped(learned.step)));
        cell(lead.map(|lead| grouped(lead.steps)));
        cell(
            lead.and_then(|lead| lead.steps_predicted())
                .map(|steps| format!("{steps:.0}")),
        );
        cell(moments.and_then(|moments| Some(significant(moments.mean()?, 4))));
        cell(moments.and_then(|moments| Some(significant(moments.variance()?, 3))));
        ui.end_row();
    }
}
