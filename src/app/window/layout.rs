//! Where everything stands: menus, rail, plots, right panel and bottom bar; the lecture view; what lies over the window.

use eframe::egui::{self, CentralPanel, Panel, Ui};

use super::Window;
use crate::app::action::Action;
use crate::app::state::{Dialog, Panels, State};
use crate::app::{panels, plots};
use crate::lessons::Plot;

/// How much larger lines and letters are in the lecture view where it is as wide as this, in points: the smallest letters,
/// 11 points otherwise, have 24.
const LECTURE: (f32, f32) = (2.2, 1920.0);
/// Height, in points, below which the plots' texts are short.
const LOW: f32 = 500.0;
/// Heights, in points, from which on there is room for one, two and three plots.
const ROOM: [f32; 3] = [0.0, 150.0, 330.0];
/// Height, in points, below which the events are left to the marks on the curves.
const TOO_LOW_FOR_EVENTS: f32 = 280.0;
/// Height, in points, of everything between menus and transport below which there is no legend.
const TOO_LOW_FOR_LEGEND: f32 = 380.0;
/// Least height of all plots together, in points.
const LEAST: f32 = 90.0;

impl Window {
    pub(super) fn lay_out(&mut self, ui: &mut Ui) {
        self.state.view.fit(ui.ctx().content_rect().width());
        self.state.check_draft();
        if self.state.appearance.lecture {
            self.lecture_view(ui);
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
        let emphasis = LECTURE.0 * (ui.ctx().content_rect().width() / LECTURE.1).clamp(0.9, 1.6);
        let wants = |plot| self.state.view.settings.large.contains(&plot);
        let (law, stationary) = (wants(Plot::Law), wants(Plot::Stationary));
        if law || stationary {
            let width = 0.36 * ui.available_width();
            Panel::right("beside the lecture")
                .resizable(false)
                .exact_size(width)
                .show(ui, |ui| {
                    enlarge(ui, emphasis);
                    if law {
                        let height = if stationary { 0.5 } else { 0.9 } * ui.available_height();
                        let place = plots::law_plot(ui, &self.state.run, &self.state.view, height);
                        self.carry_out(ui, place.map(|(x, y)| Action::Click(Plot::Law, x, y)));
                    }
                    if stationary {
                        let predictions = &mut self.predictions;
                        let asked = panels::stationary_panel(ui, &self.state, predictions, emphasis);
                        self.carry_out(ui, asked);
                    }
                });
        }
        CentralPanel::default().show(ui, |ui| {
            enlarge(ui, emphasis);
            self.centre(ui, emphasis);
        });
    }

    /// What stands between menus and transport: news, the lesson, the plots.
    fn centre(&mut self, ui: &mut Ui, emphasis: f32) {
        self.state.view.room = ui.available_height();
        let asked = panels::banner(ui, &self.state);
        self.carry_out(ui, asked);
        let asked = panels::lesson_panel(ui, &self.state, emphasis);
        self.carry_out(ui, asked);
        self.plots(ui, emphasis);
    }

    fn plots(&mut self, ui: &mut Ui, emphasis: f32) {
        // Where there is little room the curves have it.
        let is_short = emphasis > 1.0 || ui.available_height() < LOW;
        panels::headline(ui, &self.state, emphasis, is_short);
        let style = plots::LegendStyle {
            has_kept_runs: !self.state.kept_runs.is_empty(),
            is_short,
            emphasis,
        };
        if self.state.view.room >= TOO_LOW_FOR_LEGEND {
            let mode = plots::legend(ui, &self.state.run, &self.state.view, style);
            self.carry_out(ui, mode.map(Action::Solo));
        }
        let State {
            run, kept_runs, view, ..
        } = &mut self.state;
        // Found again in every frame.
        let hovered_before = view.hovered.take();
        let x_range = plots::visible_range(run, view, view.horizon);
        ui.spacing_mut().item_spacing.y = 6.0;
        let room = ui.available_height();
        let most = if emphasis > 1.0 { 2 } else { 3 };
        let n_plots = ROOM
            .iter()
            .filter(|&&least| room >= least * emphasis)
            .count()
            .clamp(1, most);
        let shows_events = room >= TOO_LOW_FOR_EVENTS * emphasis.sqrt();
        let n_gaps = n_plots as f32 - 1.0 + f32::from(u8::from(shows_events));
        let strip = if shows_events {
            plots::strip_height(run.rank(), emphasis)
        } else {
            0.0
        };
        let height = (room - n_gaps * ui.spacing().item_spacing.y - strip).max(LEAST);
        let corner = ui.cursor().min + egui::vec2(plots::GUTTER * emphasis + 70.0, 28.0);
        let shares = shares(&view.settings.large, n_plots);
        let mut scene = plots::Scene {
            run,
            view,
            traces: &mut self.traces,
            kept_runs,
            x_range,
            emphasis,
            n_plots,
        };
        plots::strengths_plot(ui, &mut scene, shares[0] * height);
        if n_plots > 1 {
            plots::diffusion_plot(ui, &mut scene, shares[1] * height);
        }
        if shows_events {
            plots::event_strip(ui, scene.run, scene.view, x_range, emphasis);
        }
        if n_plots > 2 {
            plots::loss_plot(ui, &mut scene, shares[2] * height);
        }
        panels::card(ui, &self.state, corner);
        // Keys ask about the plot under the pointer before the next frame is drawn.
        if self.state.view.hovered.is_none() && hovered_before.is_some() {
            ui.ctx().request_repaint();
        }
    }

    fn transport_bar(&mut self, ui: &mut Ui) {
        let has_panels = !self.state.appearance.lecture;
        let asked = Panel::bottom("transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            let asked = panels::transport(ui, &self.state, has_panels);
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
        let asked = panel.show_collapsible(ui, &mut open.controls, |ui| {
            let rail = egui::ScrollArea::vertical().auto_shrink(false);
            let asked = rail.show(ui, |ui| {
                let lesson = panels::lesson_picker(ui, &self.state);
                panels::controls(ui, &self.state).or(lesson)
            });
            asked.inner
        });
        self.take_panels(open);
        self.carry_out(ui, asked.and_then(|asked| asked.inner));
    }

    fn right_panel(&mut self, ui: &mut Ui) {
        let mut open = self.state.view.panels();
        let panel = Panel::right("distributions")
            .default_size(300.0)
            .size_range(220.0..=460.0);
        let asked = panel.show_collapsible(ui, &mut open.distributions, |ui| {
            panels::side_panel(ui, &self.state, &mut self.predictions)
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

fn enlarge(ui: &mut Ui, emphasis: f32) {
    for font in ui.style_mut().text_styles.values_mut() {
        font.size *= emphasis;
    }
}

/// Shares of the height that strengths, diffusion and loss take; those that are large are twice as high.
fn shares(large: &[Plot], n_plots: usize) -> [f32; 3] {
    match n_plots {
        0 | 1 => return [1.0, 0.0, 0.0],
        2 => return [0.55, 0.45, 0.0],
        _ => {}
    }
    let kinds = [Plot::Strengths, Plot::Diffusion, Plot::Loss];
    if !large.iter().any(|plot| kinds.contains(plot)) {
        return [0.42, 0.28, 0.30];
    }
    let weights = kinds.map(|kind| if large.contains(&kind) { 2.0 } else { 1.0 });
    let total: f32 = weights.iter().sum();
    weights.map(|weight| weight / total)
}
