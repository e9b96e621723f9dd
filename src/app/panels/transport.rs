//! The bottom bar: reset, single steps, play and pause, speed; and where the run is.

use eframe::egui::{self, Slider, SliderClamping, TextStyle, Ui};

use super::icon::{Icon, icon_button};
use crate::app::action::Action;
use crate::app::format::{brief, grouped, prefixed, significant};
use crate::app::state::State;
use crate::app::style;
use crate::chart::{TimeAxis, TimeScale};
use crate::worker::{HaltRule, RunState};

/// Width of the slider of the speed, in points.
const SPEED: f32 = 110.0;
/// Width of the slider with its name and its value.
const SPEED_WITH_VALUE: f32 = SPEED + 130.0;

/// Draws the bar.
pub(crate) fn transport(ui: &mut Ui, state: &State) -> Option<Action> {
    let (run, view) = (&state.run, &state.view);
    let mut asked = scrubber(ui, state);
    ui.horizontal_wrapped(|ui| {
        asked = moves(ui, run.state).or(asked.take());
        ui.separator();
        asked = speed(ui, state).or(asked.take());
        if let Some(rule) = halt_menu(ui, view.settings.halt, run.rank()) {
            let mut settings = view.settings.clone();
            settings.halt = rule;
            asked = Some(Action::Look(Box::new(settings)));
        }
        ui.separator();
        let live = egui::Button::selectable(view.is_live(), "LIVE");
        let hint = "The plots follow the run. Dragging or zooming a plot lets go; this, End or a double click takes hold again.";
        if ui.add(live).on_hover_text(hint).clicked() {
            asked = Some(Action::ToLiveEnd);
        }
        ui.separator();
        read_outs(ui, state);
    });
    asked
}

/// Back to the start, on and off, and single steps.
fn moves(ui: &mut Ui, present: RunState) -> Option<Action> {
    let mut asked = None;
    let hint = "Start again from step 0 with the same seed (key R).";
    if icon_button(ui, Icon::ToStart, "Reset", hint, false).clicked() {
        asked = Some(Action::Reset);
    }
    ui.add_enabled_ui(matches!(present, RunState::Running | RunState::Paused), |ui| {
        let (icon, name) = if present == RunState::Running {
            (Icon::Pause, "Pause")
        } else {
            (Icon::Play, "Play")
        };
        // The one thing to press: chosen where it waits to be.
        let waits = present == RunState::Paused;
        if icon_button(ui, icon, name, "Go on or halt (space).", waits).clicked() {
            asked = Some(Action::PlayPause);
        }
        for n_steps in [1, 10, 100] {
            let hint = format!("Take {n_steps} steps, then halt.");
            if ui.button(format!("+{n_steps}")).on_hover_text(hint).clicked() {
                asked = Some(Action::Step(n_steps));
            }
        }
    });
    asked
}

/// How fast the run goes on.
fn speed(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut wanted = state.speed;
    // A slider does not wrap by itself: its value would be cut off.
    if ui.available_size_before_wrap().x < SPEED_WITH_VALUE {
        ui.end_row();
    }
    let label = ui.label("speed");
    ui.add_enabled_ui(!wanted.unlimited, |ui| {
        ui.spacing_mut().slider_width = SPEED;
        ui.spacing_mut().interact_size.y = style::SLIDER;
        let slider = Slider::new(&mut wanted.steps_per_second, 1.0..=1e6)
            .logarithmic(true)
            .clamping(SliderClamping::Always)
            .custom_formatter(|value, _| brief(value, 3))
            .suffix(" steps/s");
        ui.add(slider)
            .labelled_by(label.id)
            .on_hover_text("Most steps a second.");
    });
    ui.toggle_value(&mut wanted.unlimited, "max")
        .on_hover_text("As fast as the machine can.");
    (wanted != state.speed).then_some(Action::SetSpeed(wanted))
}

/// When runs halt by themselves; gives the new choice.
fn halt_menu(ui: &mut Ui, rule: HaltRule, rank: usize) -> Option<HaltRule> {
    let mut wanted = rule;
    let menu = ui.menu_button("halt\u{2026}", |ui| {
        ui.label("The run halts by itself");
        ui.checkbox(&mut wanted.settled, "when every mode has settled")
            .on_hover_text("Every mode is learned or held, and its histogram holds 400 independent values.");
        optional(ui, "at step", &mut wanted.step, 1000, |ui, step| {
            ui.add(egui::DragValue::new(step).range(1..=1_u64 << 53).speed(10.0))
        });
        optional(ui, "at training time", &mut wanted.time, 10.0, |ui, time| {
            ui.add(egui::DragValue::new(time).range(0.0..=1e12).speed(0.1))
        });
        mode_choice(ui, "at the noise peak of", &mut wanted.peak, rank);
        mode_choice(ui, "when learned:", &mut wanted.learned, rank);
    });
    menu.response.on_hover_text("When a run halts by itself.");
    (wanted != rule).then_some(wanted)
}

/// A condition that may be left out, with its value.
fn optional<T: Copy>(
    ui: &mut Ui,
    text: &str,
    value: &mut Option<T>,
    usual: T,
    edit: impl FnOnce(&mut Ui, &mut T) -> egui::Response,
) {
    ui.horizontal(|ui| {
        let mut is_on = value.is_some();
        let label = ui.checkbox(&mut is_on, text);
        let mut now = value.unwrap_or(usual);
        ui.add_enabled_ui(is_on, |ui| edit(ui, &mut now).labelled_by(label.id));
        *value = is_on.then_some(now);
    });
}

/// A condition on one mode that may be left out.
fn mode_choice(ui: &mut Ui, text: &str, mode: &mut Option<usize>, rank: usize) {
    optional(ui, text, mode, 0, |ui, mode| {
        egui::ComboBox::from_id_salt(text)
            .selected_text(format!("mode {}", *mode + 1))
            .show_ui(ui, |ui| {
                for other in 0..rank {
                    ui.selectable_value(mode, other, format!("mode {}", other + 1));
                }
            })
            .response
    });
}

/// The scrubber over the history, with a tick at every kept state, and the way back to one.
fn scrubber(ui: &mut Ui, state: &State) -> Option<Action> {
    let (run, view) = (&state.run, &state.view);
    let mut request = None;
    ui.horizontal(|ui| {
        let label = ui
            .label("history")
            .on_hover_text("Look at any moment of the run (left and right arrow).");
        ui.spacing_mut().slider_width = (ui.available_width() - 150.0).max(60.0);
        ui.spacing_mut().interact_size.y = style::SLIDER;
        let mut step = state.step_in_view();
        let slider = Slider::new(&mut step, 0..=run.step.max(1)).show_value(false);
        let response = ui
            .add(slider)
            .labelled_by(label.id)
            .on_hover_text("Look at any moment of the run; ticks are states that it can be taken back to.");
        let rail = response
            .rect
            .shrink2(egui::vec2(0.5 * response.rect.height(), 0.0));
        let stroke = egui::Stroke::new(1.0, style::quiet(ui.visuals()));
        for checkpoint in &run.checkpoints {
            let share = checkpoint.step as f32 / run.step.max(1) as f32;
            let x = rail.left() + rail.width() * share.min(1.0);
            let y = response.rect.bottom();
            ui.painter()
                .line_segment([egui::pos2(x, y - 3.0), egui::pos2(x, y)], stroke);
        }
        if response.changed() {
            let scale = TimeScale {
                axis: TimeAxis::Steps,
                log: false,
            };
            let moment = run.moment_at(scale, step as f64).filter(|_| step < run.step);
            request = Some(Action::Scrub(moment));
        }
        let hint = "Take the run back to this moment and go on from there; what came after stays as a \
                    kept run (Backspace).";
        let button = egui::Button::new("Rewind to here");
        if ui
            .add_enabled(view.scrubbed.is_some(), button)
            .on_hover_text(hint)
            .clicked()
        {
            request = Some(Action::RewindHere);
        }
    });
    request
}

/// A seed in at most nine letters: those that cells of a map have are long.
fn short_seed(seed: u64) -> String {
    let digits = seed.to_string();
    if digits.len() <= 9 {
        return digits;
    }
    format!("{}\u{2026}{}", &digits[..4], &digits[digits.len() - 4..])
}

/// Where the run is, each number in a place as wide as its largest so that nothing moves while they change.
fn read_outs(ui: &mut Ui, state: &State) {
    let run = &state.run;
    ui.spacing_mut().item_spacing.x = 3.0 * style::STEP;
    let mut show = |text: &str, widest: &str, hint: &str| {
        read_out(ui, text, widest).on_hover_text(hint);
    };
    show(
        &format!("step {}", grouped(run.step)),
        "step 9\u{2009}999\u{2009}999",
        "Steps taken.",
    );
    show(
        &format!("t {}", significant(run.time, 5)),
        "t 99.9999",
        "Training time: the sum of the learning rates of all steps.",
    );
    // A hall reads no more than where the run is.
    if state.appearance.lecture {
        return;
    }
    show(
        &format!("{}steps/s", prefixed(run.steps_per_second)),
        "999.9 Msteps/s",
        "Steps a second, as measured.",
    );
    let frames = state
        .frames_per_second
        .map_or_else(|| "\u{2013}".to_owned(), |frames| format!("{frames:.0}"));
    show(
        &format!("{frames} FPS"),
        "999 FPS",
        "Frames drawn per second, while something changes.",
    );
    let seed = format!("seed {}", short_seed(run.experiment.seed));
    show(
        &seed,
        &seed,
        &format!("Seed of every random stream: {}.", run.experiment.seed),
    );
    let mebibytes = run.n_bytes() as f64 / f64::from(1 << 20);
    let hint = format!(
        "Memory of the history and its limit. {} frames were merged because the window was busy; {} rows were left out \
         because it was hidden.",
        grouped(run.n_merged),
        grouped(run.n_thinned),
    );
    let most = run.most_bytes() >> 20;
    show(
        &format!("{mebibytes:.0}/{most} MiB"),
        &format!("{most}/{most} MiB"),
        &hint,
    );
}

/// A text at the right end of a place that is as wide as `widest`, or as itself where it is wider.
fn read_out(ui: &mut Ui, text: &str, widest: &str) -> egui::Response {
    let (font, color) = (
        TextStyle::Monospace.resolve(ui.style()),
        style::quiet(ui.visuals()),
    );
    let laid_out = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), color);
    let galley = laid_out(text);
    let place = laid_out(widest).size().max(galley.size());
    let (rect, response) = ui.allocate_exact_size(place, egui::Sense::hover());
    let left = rect.right() - galley.size().x;
    ui.painter().galley(egui::pos2(left, rect.top()), galley, color);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
    response
}
