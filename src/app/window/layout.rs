//! Where everything stands: menus, rail, plots, right panel and bottom bar; the lecture view; what lies over the window.

use eframe::egui::{self, CentralPanel, Panel, RichText, Ui};

use super::Window;
use super::teaching::shares;
use crate::app::card::card;
use crate::app::headline::headline;
use crate::app::menu::{self, menus};
use crate::app::side_panel::side_panel;
use crate::app::stationary_panel::stationary_panel;
use crate::app::view::Panels;
use crate::app::{controls, plots, style, transport};
use crate::lessons::Plot;
use crate::simulation::Stability;
use crate::worker::Command;

/// How much larger lines and letters are in the lecture view where it is as wide as this, in points: the smallest letters,
/// 11 points otherwise, have 24.
const LECTURE: (f32, f32) = (2.2, 1920.0);
/// Height, in points, below which the plots' texts are short.
const LOW: f32 = 500.0;
/// Heights, in points, from which on there is room for one, two and three plots.
const ROOM: [f32; 3] = [0.0, 150.0, 330.0];
/// Height, in points, below which the events are left to the marks on the curves.
const TOO_LOW_FOR_EVENTS: f32 = 280.0;
/// Height, in points, of everything between menus and transport below which what is not drawn is cut short.
pub(super) const VERY_LOW: f32 = 380.0;
/// Least height of all plots together, in points.
const LEAST: f32 = 90.0;

impl Window {
    pub(super) fn lay_out(&mut self, ui: &mut Ui) {
        self.fit_panels(ui.ctx().content_rect().width());
        let mut asked = None;
        if self.lecture {
            self.lecture_view(ui);
        } else {
            Panel::top("menus").resizable(false).show(ui, |ui| {
                asked = menus(ui, &mut self.view, self.run.rank());
            });
            match asked {
                Some(menu::Request::Action(action)) => self.perform(&ui.ctx().clone(), action),
                Some(menu::Request::Span(span)) => {
                    let present = plots::visible_range(&self.run, &self.view, self.horizon);
                    self.view.set_span(span, present);
                }
                None => {}
            }
            self.transport_bar(ui);
            self.left_rail(ui);
            self.right_panel(ui);
            CentralPanel::default().show(ui, |ui| {
                self.room = ui.available_height();
                self.banner(ui);
                self.lesson_panel(ui, 1.0);
                self.plots(ui, 1.0);
            });
        }
        self.dialogs(ui);
    }

    /// Strengths, diffusion and events alone, to be read from the last row.
    fn lecture_view(&mut self, ui: &mut Ui) {
        Panel::bottom("transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            let asked = transport::transport(
                ui,
                &self.run,
                &mut self.view,
                None,
                &mut self.speed,
                self.frames_per_second,
            );
            self.carry_out(asked);
            ui.add_space(2.0);
        });
        let emphasis = LECTURE.0 * (ui.ctx().content_rect().width() / LECTURE.1).clamp(0.9, 1.6);
        let wants = |plot| self.view.large.contains(&plot);
        let (law, stationary) = (wants(Plot::Law), wants(Plot::Stationary));
        if law || stationary {
            let width = 0.36 * ui.available_width();
            Panel::right("companions the lecture")
                .resizable(false)
                .exact_size(width)
                .show(ui, |ui| {
                    for font in ui.style_mut().text_styles.values_mut() {
                        font.size *= emphasis;
                    }
                    if law {
                        let height = if stationary { 0.5 } else { 0.9 } * ui.available_height();
                        plots::law_plot(ui, &self.run, &mut self.view, height);
                    }
                    if stationary {
                        let _restart =
                            stationary_panel(ui, &self.run, &mut self.view, &mut self.predictions, emphasis);
                    }
                });
        }
        CentralPanel::default().show(ui, |ui| {
            for font in ui.style_mut().text_styles.values_mut() {
                font.size *= emphasis;
            }
            self.room = ui.available_height();
            self.banner(ui);
            self.lesson_panel(ui, emphasis);
            self.plots(ui, emphasis);
        });
    }

    fn plots(&mut self, ui: &mut Ui, emphasis: f32) {
        // Where there is little room the curves have it.
        let is_short = emphasis > 1.0 || ui.available_height() < LOW;
        headline(ui, &self.run, emphasis, is_short);
        let style = plots::LegendStyle {
            has_kept_runs: !self.kept_runs.is_empty(),
            is_short,
            emphasis,
        };
        if self.room >= VERY_LOW
            && let Some(mode) = plots::legend(ui, &self.run, &self.view, style)
        {
            self.view.toggle_solo(mode);
        }
        // Found anew in every picture.
        let hovered_before = self.view.hovered.take();
        let x_range = plots::visible_range(&self.run, &self.view, self.horizon);
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
            plots::strip_height(self.run.rank(), emphasis)
        } else {
            0.0
        };
        let height = (room - n_gaps * ui.spacing().item_spacing.y - strip).max(LEAST);
        let corner = ui.cursor().min + egui::vec2(plots::GUTTER * emphasis + 70.0, 28.0);
        let shares = shares(&self.view.large, n_plots);
        let mut scene = plots::Scene {
            run: &self.run,
            view: &mut self.view,
            traces: &mut self.traces,
            kept_runs: &self.kept_runs,
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
        card(ui, &self.run, &self.view, corner);
        // Keys ask about the plot under the pointer before the next picture is drawn.
        if self.view.hovered.is_none() && hovered_before.is_some() {
            ui.ctx().request_repaint();
        }
    }

    /// A divergence, a fault or a piece of news, told above the plots with a way on.
    fn banner(&mut self, ui: &mut Ui) {
        let red = style::red(ui.visuals());
        if let Some(divergence) = self.run.divergence().copied() {
            ui.label(RichText::new(divergence.to_string()).color(red));
            ui.horizontal_wrapped(|ui| {
                let limit = Stability::of(&self.run.experiment).largest_learning_rate;
                let safe = 0.5 * limit.min(self.live.learning_rate);
                let text = format!("Set \u{3b7} = {} and reset", crate::app::format::brief(safe, 2));
                if ui
                    .button(text)
                    .on_hover_text("Half the smaller of the present and the limit.")
                    .clicked()
                {
                    self.live.learning_rate = safe;
                    self.reset();
                }
                let hint = "Back to the last kept state before the divergence, with the parameters it had.";
                if let Some(last) = self.run.checkpoints.last().copied()
                    && ui.button("Rewind").on_hover_text(hint).clicked()
                {
                    self.newest_run += 1;
                    let (run, step) = (self.newest_run, last.step);
                    self.send(Command::Rewind { run, step });
                }
                if ui
                    .button("Undo")
                    .on_hover_text("Take back the last change of a setting, and reset.")
                    .clicked()
                    && let Some(settings) = self.undo.undo()
                {
                    self.restore(settings);
                    self.reset();
                }
            });
        }
        if let Some(trouble) = self.run.trouble.clone() {
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new(trouble).color(red));
                if ui.button("Reset").clicked() {
                    self.reset();
                }
            });
        }
        self.offer(ui);
        self.job_line(ui);
        if let Some(notice) = self.notice.clone() {
            ui.horizontal_wrapped(|ui| {
                let color = if notice.is_trouble {
                    red
                } else {
                    ui.visuals().text_color()
                };
                ui.label(RichText::new(notice.text).color(color));
                if ui.small_button("close").clicked() {
                    self.notice = None;
                }
            });
        }
        if self.invites {
            let text = "Drag \u{3c3} on the left and watch the curves begin to tremble; Page Down opens the first lesson.";
            ui.label(RichText::new(text).color(style::amber(ui.visuals())));
        }
    }

    /// The session of the last time.
    fn offer(&mut self, ui: &mut Ui) {
        let Some(session) = &self.files.offered else {
            return;
        };
        let text = format!(
            "Last session: seed {}, {} steps, {} changes.",
            session.experiment.seed,
            crate::app::format::grouped(session.end.step),
            session.script.changes().len()
        );
        let mut answer = None;
        ui.horizontal_wrapped(|ui| {
            ui.label(text);
            if ui.button("Go on with it").clicked() {
                answer = Some(true);
            }
            if ui.button("Not now").clicked() {
                answer = Some(false);
            }
        });
        if let Some(accepted) = answer
            && let Some(session) = self.files.offered.take()
            && accepted
        {
            self.open_session(&session);
        }
    }

    /// An export going on.
    fn job_line(&self, ui: &mut Ui) {
        let Some(job) = &self.files.job else { return };
        ui.horizontal_wrapped(|ui| {
            let share = job.done.load(std::sync::atomic::Ordering::Relaxed) as f32 / 1000.0;
            ui.label(&job.name);
            ui.add(
                egui::ProgressBar::new(share)
                    .desired_width(160.0)
                    .show_percentage(),
            );
            if ui.button("Cancel").clicked() {
                job.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        });
    }

    /// Opens or closes side panels when the window's width crosses a limit; between limits the person decides.
    fn fit_panels(&mut self, width: f32) {
        let fitting = Panels::that_fit(width);
        if fitting != Panels::that_fit(self.fitted_width) {
            self.panels = fitting;
        }
        self.fitted_width = width;
    }

    fn transport_bar(&mut self, ui: &mut Ui) {
        Panel::bottom("transport").resizable(false).show(ui, |ui| {
            ui.add_space(4.0);
            let asked = transport::transport(
                ui,
                &self.run,
                &mut self.view,
                Some(&mut self.panels),
                &mut self.speed,
                self.frames_per_second,
            );
            self.carry_out(asked);
            ui.add_space(2.0);
        });
    }

    fn carry_out(&mut self, asked: Option<transport::Request>) {
        match asked {
            Some(transport::Request::Reset) => self.reset(),
            Some(transport::Request::Step(n_steps)) => self.step(n_steps),
            Some(transport::Request::PlayPause) => self.play_or_pause(),
            Some(transport::Request::Rewind) => self.rewind_here(),
            Some(transport::Request::Speed) => self.send(Command::SetSpeed(self.speed.speed())),
            None => {}
        }
    }

    fn left_rail(&mut self, ui: &mut Ui) {
        let (mut asked, mut lesson) = (None, None);
        let panel = Panel::left("controls")
            .default_size(258.0)
            .size_range(220.0..=360.0);
        panel.show_collapsible(ui, &mut self.panels.controls, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                lesson = lesson_picker(ui, &self.teaching.lessons, self.teaching.current);
                asked = self
                    .controls
                    .ui(ui, self.live, &mut self.draft, &self.run.experiment);
            });
        });
        match asked {
            Some(controls::Request::Live(live)) => self.set_live(live),
            Some(controls::Request::Reset) => self.reset(),
            Some(controls::Request::NewSeed) => self.new_seed(),
            None => {}
        }
        if let Some(index) = lesson {
            self.open_lesson(index);
        }
    }

    fn right_panel(&mut self, ui: &mut Ui) {
        let mut restart = None;
        let panel = Panel::right("distributions")
            .default_size(300.0)
            .size_range(220.0..=460.0);
        panel.show_collapsible(ui, &mut self.panels.distributions, |ui| {
            restart = side_panel(
                ui,
                &self.run,
                &mut self.view,
                &mut self.kept_runs,
                &mut self.predictions,
            );
        });
        if let Some(factor) = restart {
            self.send(Command::RestartStatistics(factor));
        }
    }
}

/// The list of lessons; gives the one that was chosen.
fn lesson_picker(ui: &mut Ui, lessons: &[crate::lessons::Lesson], current: Option<usize>) -> Option<usize> {
    let mut chosen = None;
    let name = |i: usize| {
        let lesson = &lessons[i];
        let mark = if lesson.beyond_the_paper { " *" } else { "" };
        format!("{}. {}{mark}", lesson.number, lesson.title)
    };
    let label = ui.strong("Lesson");
    egui::ComboBox::from_id_salt("lesson")
        .selected_text(current.map_or_else(|| "none: the lab".to_owned(), name))
        .width(ui.available_width() - 12.0)
        .height(420.0)
        .show_ui(ui, |ui| {
            for i in 0..lessons.len() {
                if ui.selectable_label(current == Some(i), name(i)).clicked() {
                    chosen = Some(i);
                }
            }
            ui.weak("* beyond the paper");
        })
        .response
        .labelled_by(label.id)
        .on_hover_text(
            "A saved state of the program with captions, a question and a thing to do (Page Down).",
        );
    ui.add_space(4.0);
    ui.separator();
    chosen
}
