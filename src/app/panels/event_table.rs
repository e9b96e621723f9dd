//! The events as a table: for every mode the step of its diffusion peak, the step at which it is learned, the lead, theory's
//! lead and their ratio; below, everything that happened, newest first.

use eframe::egui::{self, RichText, Ui};

use crate::app::format::{brief, grouped, significant};
use crate::app::state::{RunData, State};
use crate::app::style;
use crate::observables::events::{Event, EventKind};

/// Newest events that are listed.
const MAX_LISTED: usize = 200;
const SMALL: f32 = 11.5;

/// Draws the table.
pub(crate) fn event_table(ui: &mut Ui, state: &State) {
    let run = &state.run;
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        modes(ui, run);
        ui.separator();
        for event in run.events.log.iter().rev().take(MAX_LISTED) {
            let line = format!(
                "step {}, t {}: {}",
                grouped(event.step),
                significant(event.time, 4),
                words(event)
            );
            let text = RichText::new(line).size(SMALL);
            let color = event
                .kind
                .mode()
                .map(|mode| style::mode_text_color(mode, ui.visuals()));
            ui.label(match color {
                Some(color) => text.color(color),
                None => text,
            });
        }
    });
}

fn modes(ui: &mut Ui, run: &RunData) {
    let grid = egui::Grid::new("modes").striped(true).spacing([10.0, 3.0]);
    grid.show(ui, |ui| {
        for (name, hint) in [
            ("mode", "Mode, strongest first."),
            ("t peak", "Step at which the exact diffusion of the mode peaked."),
            (
                "t 95 %",
                "Step at which the mode reached 95 % of the teacher's strength.",
            ),
            ("lead", "Steps by which the peak came first."),
            (
                "theory",
                "The same for an aligned, balanced mode under gradient flow.",
            ),
            ("ratio", "Lead over theory's lead."),
        ] {
            ui.label(RichText::new(name).size(SMALL).strong())
                .on_hover_text(hint);
        }
        ui.end_row();
        for (mode, events) in run.events.modes.iter().enumerate() {
            let mut cell = |text: String| {
                ui.label(RichText::new(text).size(SMALL).monospace());
            };
            let dash = || "\u{2013}".to_owned();
            let lead = events.lead();
            cell((mode + 1).to_string());
            cell(events.peak.map_or_else(dash, |peak| {
                let mark = if peak.confirmed { "" } else { "?" };
                format!("{}{mark}", grouped(peak.step))
            }));
            cell(events.learned.map_or_else(dash, |learned| grouped(learned.step)));
            cell(lead.map_or_else(dash, |lead| grouped(lead.steps)));
            let predicted = lead.and_then(|lead| lead.steps_predicted());
            cell(predicted.map_or_else(dash, |steps| format!("{steps:.0}")));
            let ratio = lead.and_then(|lead| lead.ratio());
            cell(ratio.map_or_else(dash, |ratio| significant(ratio, 3)));
            ui.end_row();
        }
    });
}

fn words(event: &Event) -> String {
    match event.kind {
        EventKind::PeakProvisional { mode, peak } => format!(
            "diffusion of mode {} turns down from {}",
            mode + 1,
            significant(peak.diffusion, 3)
        ),
        EventKind::PeakConfirmed { mode, peak } => format!(
            "diffusion peak of mode {} confirmed, at step {}",
            mode + 1,
            grouped(peak.step)
        ),
        EventKind::PeakWithdrawn { mode } => format!("no peak of mode {} after all", mode + 1),
        EventKind::Learned { mode } => format!("feature {} learned", mode + 1),
        EventKind::PlateauEntered { n_learned } => format!("plateau with {n_learned} learned entered"),
        EventKind::PlateauLeft { n_learned } => format!("plateau with {n_learned} learned left"),
        EventKind::ParameterChanged { live } => format!(
            "\u{3b7} = {}, B = {}, \u{3c3} = {}",
            brief(live.learning_rate, 3),
            grouped(live.batch_size),
            brief(live.label_noise_std, 3)
        ),
        EventKind::Diverged => "diverged".to_owned(),
    }
}
