//! The bottom bar: reset, single steps, play and pause, speed; and where the run is.

use eframe::egui::{self, RichText, Slider, SliderClamping, Ui};

use super::format::{brief, grouped, prefixed, significant};
use super::run_data::{HISTORY_BUDGET_BYTES, RunData};
use super::style;
use super::view::View;
use crate::worker::{RunState, Speed};

/// What the bar asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Request {
    /// Start again, same seed.
    Reset,
    /// Take so many steps, then halt.
    Step(u64),
    /// Go on, or halt.
    PlayPause,
    /// Another speed.
    Speed,
}

/// How fast the person wants the run to go.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct SpeedSetting {
    /// Steps a second when limited.
    pub(super) steps_per_second: f64,
    /// Whether the machine alone sets the limit.
    pub(super) unlimited: bool,
}

impl Default for SpeedSetting {
    /// The default experiment then takes about ten seconds to learn everything.
    fn default() -> Self {
        Self {
            steps_per_second: 150.0,
            unlimited: false,
        }
    }
}

impl SpeedSetting {
    /// As the worker is told.
    pub(super) fn speed(self) -> Speed {
        if self.unlimited {
            Speed::Unlimited
        } else {
            Speed::StepsPerSecond(self.steps_per_second)
        }
    }
}

/// Draws the bar.
pub(super) fn transport(
    ui: &mut Ui,
    run: &RunData,
    view: &mut View,
    speed: &mut SpeedSetting,
    frames_per_second: f64,
) -> Option<Request> {
    let mut request = None;
    ui.horizontal_wrapped(|ui| {
        let mut button = |ui: &mut Ui, text: &str, hint: &str, asks: Request| {
            if ui.button(text).on_hover_text(hint).clicked() {
                request = Some(asks);
            }
        };
        button(ui, "Reset", "Start again from step 0 with the same seed (key R).", Request::Reset);
        let running = run.state == RunState::Running;
        ui.add_enabled_ui(matches!(run.state, RunState::Running | RunState::Paused), |ui| {
            let text = if running { "Pause" } else { "Play" };
            let main = egui::Button::new(RichText::new(text).strong()).min_size(egui::vec2(56.0, 0.0));
            if ui.add(main).on_hover_text("Go on or halt (space).").clicked() {
                request = Some(Request::PlayPause);
            }
            for n_steps in [1, 10, 100] {
                let hint = format!("Take {n_steps} steps, then halt.");
                if ui.button(format!("+{n_steps}")).on_hover_text(hint).clicked() {
                    request = Some(Request::Step(n_steps));
                }
            }
        });
        ui.separator();
        let label = ui.label("speed");
        let mut wanted = *speed;
        ui.add_enabled_ui(!speed.unlimited, |ui| {
            ui.spacing_mut().slider_width = 110.0;
            let slider = Slider::new(&mut wanted.steps_per_second, 1.0..=1e6)
                .logarithmic(true)
                .clamping(SliderClamping::Always)
                .custom_formatter(|value, _| brief(value, 3))
                .suffix(" steps/s");
            ui.add(slider).labelled_by(label.id).on_hover_text("Most steps a second.");
        });
        ui.toggle_value(&mut wanted.unlimited, "max").on_hover_text("As fast as the machine can.");
        if wanted != *speed {
            *speed = wanted;
            request = Some(Request::Speed);
        }
        ui.separator();
        let live = egui::Button::selectable(view.is_live(), "LIVE");
        let hint = "The plots follow the run. Dragging or zooming a plot lets go; this, End or a double click takes hold again.";
        if ui.add(live).on_hover_text(hint).clicked() {
            view.attach();
        }
        ui.separator();
        read_outs(ui, run, frames_per_second);
    });
    request
}

/// Where the run is, in digits of fixed width so that nothing moves while they change.
fn read_outs(ui: &mut Ui, run: &RunData, frames_per_second: f64) {
    let mono = |text: String| RichText::new(text).monospace().size(12.5);
    ui.label(mono(format!("step {:>9}", grouped(run.step))))
        .on_hover_text("Steps taken.");
    ui.label(mono(format!("t {:>9}", significant(run.time, 5))))
        .on_hover_text("Training time: the sum of the learning rates of all steps.");
    ui.label(mono(format!("{:>8}steps/s", prefixed(run.steps_per_second))))
        .on_hover_text("Steps a second, as measured.");
    ui.label(mono(format!("{frames_per_second:>3.0} FPS")))
        .on_hover_text("Pictures a second, while something changes.");
    ui.label(mono(format!("seed {}", run.experiment.seed)))
        .on_hover_text("Seed of every random stream.");
    let mebibytes = run.n_bytes() as f64 / f64::from(1 << 20);
    let budget = HISTORY_BUDGET_BYTES >> 20;
    ui.label(mono(format!("{mebibytes:>4.0}/{budget} MiB"))).on_hover_text(format!(
        "Memory of the history and its limit. {} offers of a picture found the window busy; {} rows were left out because it slept.",
        grouped(run.n_merged),
        grouped(run.n_thinned),
    ));
    if run.state == RunState::Diverged {
        ui.label(mono("diverged".to_owned()).color(style::red(ui.visuals())));
    }
}
