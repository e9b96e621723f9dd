//! Where everything stands: menus, rail, plots, right panel and bottom bar; the lecture view; what lies over the window.

use eframe::egui::{self, CentralPanel, Panel, Ui};

use super::Window;
use crate::app::action::Action;
use crate::app::paint::{Stack, beside_plot, map_plot, stack};
use crate::app::panels;
use crate::app::state::{Dialog, Panels, State, known, visible_range};
use crate::app::style;
use crate::chart::{PlotId, SettledLaws};

/// How much larger lines and letters are in the lecture view where it is as wide as this, in points: the smallest letters,
/// 11 points otherwise, have 24.
const LECTURE: (f32, f32) = (2.2, 1920.0);
/// Steps in which letters grow with the window.
const STEP_OF_LETTERS: f32 = 0.1;
/// How much larger the transport is at most: it has to stay one or two lines.
const MOST_OF_TRANSPORT: f32 = 1.5;
/// Height, in points, below which the plots' texts are short.
const LOW: f32 = 500.0;
/// Heights, in points, that the first of them and each further one need at least.
const FIRST: f32 = 150.0;
const NEXT: f32 = 120.0;
/// Share of the height that the map takes, and what it needs at least in points.
const SHARE_OF_MAP: f32 = 0.62;
const LEAST_MAP: f32 = 200.0;
/// Height, in points, below which the events are left to the marks on the curves.
const WITH_EVENTS: f32 = 300.0;

impl Window {
    pub(super) fn lay_out(&mut self, ui: &mut Ui) {
        self.caches.begin_frame();
        self.state.view.fit(ui.ctx().content_rect().width());
        self.state.check_draft();
        style::enlarge_tips(ui.ctx(), self.emphasis(ui).min(MOST_OF_TRANSPORT));
        if self.state.appearance.lecture {
            self.lecture_view(ui);
        } else if self.state.appearance.embed {
            self.transport_bar(ui);
            self.left_rail(ui);
            CentralPanel::default().show(ui, |ui| self.centre(ui, 1.0));
        } else {
            let asked = Panel::top("menus")
                .resizable(false)
                .show(ui, |ui| panels::menus(ui, &self.state));
            self.carry_out(ui, asked.inner);
            self.transport_bar(ui);
            self.left_rail(ui);
            self.right_panel(ui);
            CentralPanel::default().show(ui, |ui| self.centre(ui, 1.0));
        }
        let asked = dialog(ui.ctx(), &self.state);
        if asked.is_some() {
            // What was chosen closes the dialog, unless it shows it again.
            self.state.dialog = Dialog::None;
        }
        self.carry_out(ui, asked);
    }

    /// Performs what a panel asked for.
    fn carry_out(&mut self, ui: &Ui, asked: Option<Action>) {
        if let Some(action) = asked {
            self.perform(&ui.ctx().clone(), action);
        }
    }

    /// Strengths, diffusion and events alone, to be read from the last row.
    fn lecture_view(&mut self, ui: &mut Ui) {
        self.transport_bar(ui);
        let emphasis = self.emphasis(ui);
        // A guess is asked for where it can be clicked.
        let guessed = self.state.view.guess.as_ref().map(|mark| mark.plot);
        let wants = |plot| self.state.view.settings.large.contains(&plot) || guessed == Some(plot);
        let beside = { PlotId::BESIDE.into_iter() }.find(|plot| wants(*plot));
        let stationary = wants(PlotId::Histogram);
        if beside.is_some() || stationary {
            let width = 0.36 * ui.available_width();
            Panel::right("beside the lecture")
                .resizable(false)
                .exact_size(width)
                .show(ui, |ui| {
                    style::enlarge(ui, emphasis);
                    if let Some(plot) = beside {
                        let height = if stationary { 0.5 } else { 0.9 } * ui.available_height();
                        let (state, caches) = (&self.state, &mut self.caches);
                        let known = known(
                            &state.run,
                            &state.kept_runs,
                            &state.view.settings,
                            SettledLaws::default(),
                        );
                        let asked = beside_plot(ui, &known, &state.view, caches, (plot, height, emphasis));
                        self.carry_out(ui, asked);
                    }
                    if stationary {
                        let (predictions, caches) = (&mut self.predictions, &mut self.caches);
                        let asked = panels::stationary_panel(ui, &self.state, predictions, caches, emphasis);
                        self.carry_out(ui, asked);
                    }
                });
        }
        CentralPanel::default().show(ui, |ui| {
            style::enlarge(ui, emphasis);
            self.centre(ui, emphasis);
        });
    }

    /// How much larger letters are than usual.
    fn emphasis(&self, ui: &Ui) -> f32 {
        if !self.state.appearance.lecture {
            return 1.0;
        }
        let times = LECTURE.0 * (ui.ctx().content_rect().width() / LECTURE.1).clamp(0.9, 1.6);
        // In steps: every size of letters has glyphs of its own, which are kept.
        (times / STEP_OF_LETTERS).round() * STEP_OF_LETTERS
    }

    /// What stands between menus and transport: news, the lesson, the plots.
    fn centre(&mut self, ui: &mut Ui, emphasis: f32) {
        self.state.view.room = ui.available_height();
        let asked = panels::banner(ui, &self.state);
        self.carry_out(ui, asked);
        let asked = panels::lesson_panel(ui, &self.state, &mut self.caches, emphasis);
        self.carry_out(ui, asked);
        if self.state.view.settings.map.shown {
            self.map_view(ui, emphasis);
        }
        self.plots(ui, emphasis);
    }

    /// The map with its controls; below it there is room for the run that was clicked.
    fn map_view(&mut self, ui: &mut Ui, emphasis: f32) {
        if emphasis <= 1.0 {
            let asked = panels::map_controls(ui, &self.state);
            self.carry_out(ui, asked);
        }
        let height = (SHARE_OF_MAP * ui.available_height()).max(LEAST_MAP);
        let asked = map_plot(ui, &self.state, &mut self.caches, height, emphasis);
        self.carry_out(ui, asked);
    }

    fn plots(&mut self, ui: &mut Ui, emphasis: f32) {
        // Where there is little room the curves have it.
        let is_short = emphasis > 1.0 || ui.available_height() < LOW;
        panels::headline(ui, &self.state, emphasis, is_short);
        let room = ui.available_height();
        let settings = &self.state.view.settings;
        let room = room / emphasis.sqrt();
        let shown = shown_plots(&settings.stack(), &settings.large, room, emphasis > 1.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        let State {
            run, kept_runs, view, ..
        } = &mut self.state;
        // Found again in every frame.
        let hovered_before = view.hovered.take();
        let x_range = visible_range(run, view, view.horizon);
        let corner = ui.cursor().min + egui::vec2(70.0, 28.0) * emphasis;
        let known = known(run, kept_runs, &view.settings, SettledLaws::default());
        let plots = Stack {
            known: &known,
            view,
            caches: &mut self.caches,
            plots: &shown,
            x_range,
            letters: emphasis,
        };
        let asked = stack(ui, plots);
        self.carry_out(ui, asked);
        panels::card(ui, &self.state, corner, emphasis);
        // Keys ask about the plot under the pointer before the next frame is drawn.
        if self.state.view.hovered.is_none() && hovered_before.is_some() {
            ui.ctx().request_repaint();
        }
    }

    fn transport_bar(&mut self, ui: &mut Ui) {
        let emphasis = self.emphasis(ui);
        let asked = Panel::bottom("transport").resizable(false).show(ui, |ui| {
            style::enlarge(ui, emphasis.min(MOST_OF_TRANSPORT));
            ui.add_space(4.0);
            let asked = panels::transport(ui, &self.state);
            ui.add_space(2.0);
            asked
        });
        self.carry_out(ui, asked.inner);
    }

    fn left_rail(&mut self, ui: &mut Ui) {
        let mut open = self.state.view.panels();
        let panel = Panel::left("controls")
            .default_size(258.0)
            .size_range(220.0..=360.0);
        let asked = panel.show_collapsible(ui, &mut open.controls, |ui| panels::rail(ui, &self.state));
        self.take_panels(open);
        self.carry_out(ui, asked.and_then(|asked| asked.inner));
    }

    fn right_panel(&mut self, ui: &mut Ui) {
        let mut open = self.state.view.panels();
        let panel = Panel::right("distributions")
            .default_size(300.0)
            .size_range(220.0..=460.0);
        let asked = panel.show_collapsible(ui, &mut open.distributions, |ui| {
            panels::side_panel(ui, &self.state, &mut self.predictions, &mut self.caches)
        });
        self.take_panels(open);
        self.carry_out(ui, asked.and_then(|asked| asked.inner));
    }

    /// Panels may be opened and closed by dragging their edges.
    fn take_panels(&mut self, open: Panels) {
        if open != self.state.view.panels() {
            self.state.view.set_panels(open);
        }
    }
}

/// What lies over the window.
fn dialog(ctx: &egui::Context, state: &State) -> Option<Action> {
    match &state.dialog {
        Dialog::None => None,
        Dialog::Palette(search) => panels::palette(ctx, state, search),
        Dialog::Glossary => panels::glossary(ctx, state),
        Dialog::Save(path) => panels::save_form(ctx, path),
        Dialog::Open(path) => panels::open_form(ctx, path),
        Dialog::Export(form) => panels::export_form(ctx, form),
    }
}

/// Those of the plots over time for which there is room: large ones before others, then the first; strips where there is enough;
/// a hall sees two and the strips.
fn shown_plots(plots: &[PlotId], large: &[PlotId], room: f32, is_hall: bool) -> Vec<PlotId> {
    let n_fitting = ((room - FIRST) / NEXT).max(0.0) as usize + 1;
    let most = if is_hall { n_fitting.min(2) } else { n_fitting };
    let mut ranked: Vec<PlotId> = plots.iter().copied().filter(|plot| !plot.is_strip()).collect();
    ranked.sort_by_key(|plot| !large.contains(plot));
    ranked.truncate(most);
    let mut shown = plots.to_vec();
    shown.retain(|plot| ranked.contains(plot) || plot.is_strip() && room >= WITH_EVENTS);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_give_way_from_the_last_on_where_there_is_little_room() {
        let shown = |room, is_hall| shown_plots(&PlotId::USUAL, &[], room, is_hall);
        assert_eq!(shown(800.0, false), PlotId::USUAL);
        assert_eq!(shown(100.0, false), [PlotId::Strengths]);
        assert!(!shown(300.0, false).contains(&PlotId::Loss));
        assert_eq!(
            shown(800.0, true),
            [PlotId::Strengths, PlotId::Diffusion, PlotId::Events]
        );
        // What is large goes before others.
        let large = [PlotId::Loss];
        assert_eq!(shown_plots(&PlotId::USUAL, &large, 100.0, false), [PlotId::Loss]);
    }
}
