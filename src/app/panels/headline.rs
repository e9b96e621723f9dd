//! What the network is learning now, above the plots: a large coloured token, a bar with each mode's share of the noise, and
//! one line of text, which is also what a screen reader is told.

use std::fmt::Write as _;

use eframe::egui::{self, Color32, RichText, Ui};

use crate::app::format::{grouped, significant};
use crate::app::state::{RunData, State};
use crate::app::style;
use crate::observables::Quantity;
use crate::observables::events::{Activity, BlindActivity, Moment, Rest, noise_shares};

/// Size of the bar of shares, in points.
const BAR: egui::Vec2 = egui::vec2(150.0, 16.0);

/// Draws the line; where it `is_short`, without the sentence.
pub(crate) fn headline(ui: &mut Ui, state: &State, emphasis: f32, is_short: bool) {
    let run = &state.run;
    let scrubbed = state.view.scrubbed;
    let is_blind = state.view.settings.shown.perspective.is_own();
    let (activity, summary) = match scrubbed {
        _ if is_blind => (None, blind_summary(run, scrubbed)),
        Some(moment) => {
            let (activity, summary) = run.activity_at(moment);
            (
                Some(activity),
                format!("step {}: {summary}", grouped(moment.step)),
            )
        }
        None => (run.events.activity, run.events.summary.clone()),
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let (text, color) = if is_blind && run.divergence().is_none() {
            blind_token(run, scrubbed, ui.visuals())
        } else {
            token(activity, rest(run, activity, scrubbed), ui.visuals())
        };
        let token = ui.label(RichText::new(&text).size(18.0 * emphasis).strong().color(color));
        let told = format!("{text}: {summary}");
        token.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &told));
        let noise = if is_blind {
            Quantity::StudentDiffusion
        } else {
            Quantity::Diffusion
        };
        share_bar(ui, run, scrubbed, (emphasis, noise));
        if is_short {
            return;
        }
        ui.label(RichText::new(&summary).size(12.5 * emphasis));
    });
}

/// Where the next mode waits, now or at the moment looked at.
fn rest(run: &RunData, activity: Option<Activity>, scrubbed: Option<Moment>) -> Option<Rest> {
    let Some(Activity::AtSaddle { next, .. }) = activity else {
        return None;
    };
    let column = run.schema.column(Quantity::Strength, next);
    let (strength, law) = match scrubbed {
        Some(Moment { step, .. }) => (
            run.value_at_step(step, column),
            run.experiment.mode_law(next, &run.live_at(step)),
        ),
        None => (run.latest(Quantity::Strength, next)?, run.mode_law(next)),
    };
    Some(Rest::of(&law, strength))
}

fn token(activity: Option<Activity>, rest: Option<Rest>, visuals: &egui::Visuals) -> (String, Color32) {
    let neutral = visuals.strong_text_color();
    match activity {
        None => ("starting".to_owned(), neutral),
        Some(Activity::Learning { mode }) => (
            format!("\u{25cf} learning feature {}", mode + 1),
            style::mode_text_color(mode, visuals),
        ),
        Some(Activity::AtSaddle { next, .. }) => {
            let place = rest.and_then(Rest::name);
            let place = place.map_or_else(String::new, |place| format!("{place}, "));
            (
                format!("\u{25cb} {place}next: feature {}", next + 1),
                style::mode_text_color(next, visuals),
            )
        }
        Some(Activity::AllLearned) => ("\u{25cf} all features learned".to_owned(), neutral),
        Some(Activity::Diverged) => ("diverged".to_owned(), style::red(visuals)),
    }
}

/// What is said without the teacher.
fn blind_summary(run: &RunData, scrubbed: Option<Moment>) -> String {
    match scrubbed {
        Some(moment) => format!("step {}: told by the student's own noise", grouped(moment.step)),
        None => run.events.blind_summary.clone(),
    }
}

/// What is being learned, told without the teacher. The colours are those of the pairs.
fn blind_token(run: &RunData, scrubbed: Option<Moment>, visuals: &egui::Visuals) -> (String, Color32) {
    let neutral = visuals.strong_text_color();
    let activity = scrubbed.map_or(run.events.blind, |moment| Some(run.blind_at(moment)));
    match activity {
        None => ("starting".to_owned(), neutral),
        Some(BlindActivity::Learning { pair }) => (
            format!("\u{25cf} noise points at pair {}", pair + 1),
            style::mode_text_color(pair, visuals),
        ),
        Some(BlindActivity::AtRest { next: Some(pair), .. }) => (
            format!("\u{25cb} at rest, pair {} grows", pair + 1),
            style::mode_text_color(pair, visuals),
        ),
        Some(BlindActivity::AtRest {
            n_learned,
            next: None,
        }) => (format!("\u{25cb} at rest, {n_learned} learned"), neutral),
    }
}

/// Which mode holds how much of the total diffusion now, or at the moment looked at.
fn share_bar(ui: &mut Ui, run: &RunData, scrubbed: Option<Moment>, (emphasis, noise): (f32, Quantity)) {
    let (rect, response) = ui.allocate_exact_size(emphasis * BAR, egui::Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, ui.visuals().extreme_bg_color);
    let diffusions: Option<Vec<f64>> = (0..run.rank())
        .map(|mode| match scrubbed {
            Some(moment) => Some(run.value_at_step(moment.step, run.schema.column(noise, mode))),
            None => run.latest(noise, mode),
        })
        .collect();
    let shares = diffusions.and_then(|diffusions| noise_shares(&diffusions));
    let mut text =
        "Noise share: how much of the total diffusion of the mode strengths each mode holds now.".to_owned();
    let mut left = rect.left();
    for (mode, share) in shares.iter().flatten().enumerate() {
        let right = left + rect.width() * *share as f32;
        let piece = egui::Rect::from_min_max(egui::pos2(left, rect.top()), egui::pos2(right, rect.bottom()));
        painter.rect_filled(piece, 0.0, style::mode_color(mode, ui.visuals()));
        left = right;
        let percent = significant(100.0 * share, 3);
        // Writing to a string cannot fail.
        let _written = write!(text, "\nmode {}: {percent} %", mode + 1);
    }
    let described = shares.map_or_else(|| "no noise".to_owned(), |_| text.replace('\n', "; "));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &described));
    response.on_hover_text(text);
    let name = RichText::new("noise share")
        .size(11.0 * emphasis.max(1.0))
        .color(style::quiet(ui.visuals()));
    ui.add(egui::Label::new(name).extend());
}
