//! What the network is learning now, above the plots: a few large coloured words, a bar with each mode's share of the
//! noise, and what there is to add. A screen reader is told both as one line.

use std::fmt::Write as _;

use eframe::egui::{self, Color32, RichText, Ui};

use crate::app::format::{grouped, significant};
use crate::app::state::{RunData, State};
use crate::app::style;
use crate::observables::Quantity;
use crate::observables::events::{Activity, BlindActivity, Headline, Moment, noise_shares};

/// Size of the bar of shares, in points.
const BAR: egui::Vec2 = egui::vec2(150.0, 16.0);

/// Draws the line; where it `is_short`, without what there is to add.
pub(crate) fn headline(ui: &mut Ui, state: &State, emphasis: f32, is_short: bool) {
    let run = &state.run;
    let scrubbed = state.view.scrubbed;
    let is_blind = state.view.settings.shown.perspective.is_own();
    let (token, told) = if is_blind {
        blind(run, scrubbed, ui.visuals())
    } else {
        by_modes(run, scrubbed, ui.visuals())
    };
    let step = scrubbed.map(|moment| format!("step {}", grouped(moment.step)));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let name = format!("{} {}", token.sign, told.name);
        let text = style::strong(name.trim_start()).size(style::TITLE * emphasis);
        let label = ui.label(text.color(token.color));
        let read = step
            .as_ref()
            .map_or_else(|| told.to_string(), |step| format!("{step}: {told}"));
        label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &read));
        let noise = if is_blind {
            Quantity::StudentDiffusion
        } else {
            Quantity::Diffusion
        };
        share_bar(ui, run, scrubbed, (emphasis, noise));
        if is_short {
            return;
        }
        let detail = Some(told.detail).filter(|detail| !detail.is_empty());
        let parts: Vec<String> = step.into_iter().chain(detail).collect();
        let more = parts.join(": ");
        if !more.is_empty() {
            ui.label(RichText::new(more).size(style::BODY * emphasis));
        }
    });
}

/// How the name of what happens looks.
struct Token {
    /// Filled where something is learned, hollow where it waits.
    sign: &'static str,
    color: Color32,
}

impl Token {
    const FILLED: &'static str = "\u{25cf}";
    const HOLLOW: &'static str = "\u{25cb}";

    fn new(sign: &'static str, color: Color32) -> Self {
        Self { sign, color }
    }
}

/// What is learned of the teacher's modes, now or at the moment looked at.
fn by_modes(run: &RunData, scrubbed: Option<Moment>, visuals: &egui::Visuals) -> (Token, Headline) {
    let (activity, told) = match scrubbed {
        Some(moment) => {
            let (activity, told) = run.activity_at(moment);
            (Some(activity), told)
        }
        None => (run.events.activity, run.events.headline.clone()),
    };
    let token = match activity {
        None => return starting(visuals),
        Some(Activity::Learning { mode }) => Token::new(Token::FILLED, style::mode_text_color(mode, visuals)),
        Some(Activity::AtSaddle { next, .. }) => {
            Token::new(Token::HOLLOW, style::mode_text_color(next, visuals))
        }
        Some(Activity::AllLearned) => Token::new(Token::FILLED, visuals.strong_text_color()),
        Some(Activity::Diverged) => Token::new("", style::red(visuals)),
    };
    (token, told)
}

/// What is learned, told without the teacher. The colours are those of the pairs.
fn blind(run: &RunData, scrubbed: Option<Moment>, visuals: &egui::Visuals) -> (Token, Headline) {
    let (activity, told) = match scrubbed {
        Some(moment) => {
            let activity = run.blind_at(moment);
            let told = Headline {
                name: activity.name(),
                detail: activity.detail(),
            };
            (Some(activity), told)
        }
        // That is no news of the teacher.
        None if run.divergence().is_some() => return by_modes(run, None, visuals),
        None => (run.events.blind, run.events.blind_headline.clone()),
    };
    let token = match activity {
        None => return starting(visuals),
        Some(BlindActivity::Learning { pair }) => {
            Token::new(Token::FILLED, style::mode_text_color(pair, visuals))
        }
        Some(BlindActivity::AtRest { next: Some(pair), .. }) => {
            Token::new(Token::HOLLOW, style::mode_text_color(pair, visuals))
        }
        Some(BlindActivity::AtRest { next: None, .. }) => {
            Token::new(Token::HOLLOW, visuals.strong_text_color())
        }
    };
    (token, told)
}

fn starting(visuals: &egui::Visuals) -> (Token, Headline) {
    let told = Headline {
        name: "starting".to_owned(),
        detail: String::new(),
    };
    (Token::new("", visuals.strong_text_color()), told)
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
        .size(style::SMALL * emphasis.max(1.0))
        .color(style::quiet(ui.visuals()));
    ui.add(egui::Label::new(name).extend());
}
