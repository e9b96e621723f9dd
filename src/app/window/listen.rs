//! What comes in between two frames: the worker's events, copies of the run, results of background work, dropped files.

use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui;

use super::Window;
use super::background::Done;
use super::export::{check_target, write_export};
use super::files::Purpose;
use super::system_dialog::{self, Wanted};
use crate::app::format;
use crate::app::state::{ExportForm, Offer, visible_range};
use crate::figure::FigureOptions;
use crate::palette::Ground;
use crate::platform::{self, Answer, Instant, Patience};
use crate::session::{Autosave, Session, session_link};
use crate::simulation::Simulation;
use crate::worker::{Command, Event, HaltCause, RunState};

/// Longest that the window takes in events before it draws.
const DRAIN_TIME: Duration = Duration::from_millis(10);
/// Time that the work beside the window has in every frame, where there are no threads for it.
const SHARE_OF_FRAME: Duration = Duration::from_millis(8);
/// Longest that closing the window waits for the last session.
const LAST_WORD: Duration = Duration::from_millis(500);

impl Window {
    /// Takes in what the worker has to say, what came of background work, and keys; runs also while the window is hidden.
    pub fn listen(&mut self, ctx: &egui::Context) {
        self.drain(ctx);
        self.keys(ctx);
        self.pass_on_halt_rule();
        self.look_after_pictures(ctx);
        self.look_after_files(ctx);
        if let Some(address) = platform::new_address() {
            self.open_link(&address);
        }
        self.look_after_settings();
        self.look_after_lesson();
        self.look_after_map(ctx);
        self.update_title(ctx);
        self.count_frames(ctx);
        platform::publish(|| self.published());
        if let Some(wait) = platform::give_time(SHARE_OF_FRAME) {
            ctx.request_repaint_after(wait);
        }
    }

    /// Takes in the worker's events, but not for long.
    fn drain(&mut self, ctx: &egui::Context) {
        let start = Instant::now();
        while let Ok(event) = self.worker.events().try_recv() {
            match event {
                Event::Rewound { run, to, script } if run == self.newest_run => {
                    // What came after stays to be compared with.
                    self.keep_run();
                    self.state.run = self.state.run.rewound(run, to);
                    self.script = script;
                    self.state.live = self.state.run.live;
                    self.state.view.attach();
                }
                Event::Snapshot { run, simulation } if run == self.state.run.run => {
                    self.take_snapshot(ctx, &simulation);
                }
                Event::Halted { run, cause } if run == self.state.run.run => self.inform(halted(cause)),
                Event::KeptState {
                    run,
                    step,
                    simulation,
                    script,
                } => self.take_kept_state(run, step, *simulation, script),
                Event::Rewound { .. } | Event::Snapshot { .. } | Event::Halted { .. } => {}
                Event::Frame(_) | Event::Refused { .. } | Event::Failed { .. } => {
                    let n_before = self.state.run.interventions.len();
                    self.state.run.take(event);
                    // The sliders follow what a script has changed.
                    let new = self.state.run.interventions.iter().skip(n_before);
                    if let Some(change) = new
                        .rev()
                        .find(|change| self.script.at(change.step) == Some(change.live))
                    {
                        self.state.live = change.live;
                    }
                }
            }
            if start.elapsed() > DRAIN_TIME {
                break;
            }
        }
    }

    /// Tells the worker when runs shall halt by themselves, if that has changed.
    fn pass_on_halt_rule(&mut self) {
        let rule = self.state.view.settings.halt;
        if rule != self.halt {
            self.halt = rule;
            self.send(Command::SetHalt(rule));
        }
    }

    /// Asks the worker for a copy of the run.
    pub(super) fn ask_snapshot(&mut self, purpose: Purpose) {
        self.files.asked.push_back(purpose);
        self.send(Command::Snapshot);
    }

    /// Does what the oldest copy was asked for.
    fn take_snapshot(&mut self, ctx: &egui::Context, simulation: &Simulation) {
        let Some(purpose) = self.files.asked.pop_front() else {
            return;
        };
        let session = self.session_of(simulation);
        match purpose {
            Purpose::Save(path) => self.start(format!("saving {}", path.display()), move |_| {
                check_target(&session.experiment, &path)?;
                let written = session.write(&path).map_err(|error| error.to_string());
                written.map(|()| Done::Saved(path))
            }),
            Purpose::Copy => {
                ctx.copy_text(session.to_toml());
                self.inform("the session is on the clipboard");
            }
            Purpose::CopyLink => match session_link(&session) {
                Ok(link) => self.give_link(ctx, &link),
                Err(error) => self.complain(error.to_string()),
            },
            Purpose::Autosave => {
                let wake = self.background.wake();
                self.files.autosaving.save(session, wake);
            }
            Purpose::Export(form) => self.export(session, form),
            Purpose::Verify(expected) => {
                let step = simulation.step();
                if session.end.digest == Some(expected) {
                    self.inform(format!(
                        "replayed to step {step}: the state is the session's, bit for bit"
                    ));
                } else {
                    self.complain(format!(
                        "replayed to step {step}, but the state is not the session's to the last bit: it was made by another \
                         version of the program or on another kind of processor"
                    ));
                }
            }
        }
    }

    /// Starts file work.
    pub(super) fn start(
        &mut self,
        name: String,
        work: impl FnOnce(&crate::worker::Task<Result<Done, String>>) -> Result<Done, String> + Send + 'static,
    ) {
        if let Err(error) = self.background.start(name, work) {
            self.complain(format!("no thread can be started: {error}"));
        }
    }

    /// Begins an export of a session.
    fn export(&mut self, session: Session, form: ExportForm) {
        let path = PathBuf::from(form.path.trim());
        self.files.remember_folder(&path);
        let (run, view) = (&self.state.run, &self.state.view);
        let options = FigureOptions {
            ground: if form.dark { Ground::Dark } else { Ground::Light },
            chart: view.options(visible_range(run, view, view.horizon)),
            paper: form.paper,
            ..FigureOptions::default()
        };
        self.start(format!("exporting {}", path.display()), move |task| {
            check_target(&session.experiment, &path)?;
            write_export(&session, &path, &form, options, task)?;
            Ok(Done::Written(format!("exported {}", path.display())))
        });
    }

    fn session_of(&self, simulation: &Simulation) -> Session {
        let mut session = Session::of(simulation);
        session.companions = self.state.draft.companions.chosen(session.experiment.dynamics());
        session.kept = { self.state.kept_runs.iter() }
            .map(|kept| kept.saved().clone())
            .collect();
        session.view = toml::Table::try_from(&self.state.view.settings).unwrap_or_default();
        session
    }

    /// Files dropped on the window, the end of a replay, sessions to be saved, and work that has ended.
    fn look_after_files(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
        if let Some(path) = dropped {
            self.take_dropped(path);
        }
        self.take_choice();
        for done in self.background.finished() {
            match done {
                Ok(Done::Written(text)) => self.inform(text),
                Ok(Done::Saved(path)) => {
                    self.inform(format!("session saved as {}", path.display()));
                    self.state.remember_file(path);
                }
                Ok(Done::Read(path, opened)) => {
                    self.state.remember_file(path);
                    self.show_opened(opened);
                }
                Err(text) => self.complain(text),
            }
        }
        self.state.progress = self.background.progress();
        let run = &self.state.run;
        let halted = matches!(run.state, RunState::Paused | RunState::Diverged);
        let now = (run.run, run.step, run.interventions.len());
        if let Some((step, digest)) = self.files.expected
            && halted
            && (run.step >= step || run.state == RunState::Diverged)
        {
            self.files.expected = None;
            self.ask_snapshot(Purpose::Verify(digest));
        }
        if let Some(text) = self.files.autosaving.trouble() {
            self.complain(format!("the session is not saved automatically: {text}"));
        }
        if self.files.autosaving.is_due(now) {
            self.ask_snapshot(Purpose::Autosave);
        }
    }

    /// Opens a file that was dropped, as soon as it can be read.
    fn take_dropped(&mut self, path: PathBuf) {
        let mut answer = platform::dropped(path);
        match answer() {
            Answer::Chosen(path) => self.open_file(&path),
            Answer::Waiting => {
                if let Ok(job) = system_dialog::wait_for(Wanted::Open, answer, self.background.wake()) {
                    self.background.expect_choice(job);
                }
            }
            Answer::Cancelled | Answer::NoDialog => {}
        }
    }

    /// Saves the newest session in a directory from now on, and offers the last one that was saved there.
    pub fn keep_sessions_in(&mut self, directory: &Path) {
        match Autosave::last(directory) {
            Ok(last) => {
                if let Some(damaged) = last.damaged.first() {
                    self.complain(damaged.error.to_string());
                }
                if let Some((session, _)) = last.session {
                    self.state.offer = Some(Offer {
                        seed: session.experiment.seed,
                        n_steps: session.end.step,
                        n_changes: session.script.changes().len(),
                    });
                    self.files.offered = Some(Box::new(session));
                }
            }
            Err(error) => self.complain(format!("{}: {error}", directory.display())),
        }
        match Autosave::new(directory) {
            Ok(saver) => self.files.autosaving.begin(saver),
            Err(error) => self.complain(format!("sessions are not saved automatically: {error}")),
        }
    }

    /// Goes on with the session of the last time, or not.
    pub(super) fn answer_offer(&mut self, is_accepted: bool) {
        let session = self.files.offered.take();
        self.decline_offer();
        if let Some(session) = session
            && is_accepted
        {
            self.open_session(&session);
        }
    }

    /// No longer offers the session of the last time.
    pub(super) fn decline_offer(&mut self) {
        self.files.offered = None;
        self.state.offer = None;
    }

    /// Saves the session as it is now; called when the window closes.
    pub(super) fn keep_last_session(&mut self) {
        if !self.files.autosaving.is_on() {
            return;
        }
        self.files.asked.clear();
        self.ask_snapshot(Purpose::Autosave);
        let until = Instant::now() + LAST_WORD;
        while let Ok(event) = platform::receive(
            self.worker.events(),
            Patience::UpTo(until.saturating_duration_since(Instant::now())),
        ) {
            if let Event::Snapshot { simulation, .. } = event {
                let session = self.session_of(&simulation);
                self.files.autosaving.save_last(&session);
                break;
            }
        }
    }

    fn update_title(&mut self, ctx: &egui::Context) {
        let title = format!("saddlescope \u{2014} seed {}", self.state.run.experiment.seed);
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Averages the frame rate; one is told only while the run asks for frames.
    fn count_frames(&mut self, ctx: &egui::Context) {
        let dt = f64::from(ctx.input(|input| input.stable_dt)).max(1e-4);
        self.frame_rate += 0.1 * (1.0 / dt - self.frame_rate);
        let is_running = self.state.run.state == RunState::Running;
        self.state.frames_per_second = is_running.then_some(self.frame_rate);
    }
}

/// Why a run halted by itself, in words.
fn halted(cause: HaltCause) -> String {
    let why = match cause {
        HaltCause::Settled => "every feature has settled".to_owned(),
        HaltCause::Step(step) => format!("step {} is reached", format::grouped(step)),
        HaltCause::Time(time) => format!("training time {} is reached", format::significant(time, 4)),
        HaltCause::Peak(mode) => format!("the diffusion along mode {} has peaked", mode + 1),
        HaltCause::Learned(mode) => format!("feature {} is learned", mode + 1),
    };
    format!("halted: {why}; Space goes on")
}
