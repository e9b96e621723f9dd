//! The worker's loop: look at the commands, take a slice of steps, offer a frame.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, TrySendError};

use super::frame::{Now, PendingFrame};
use super::messages::{Command, Event, RunSpec, RunState};
use super::pace::{PUBLISH_PERIOD, Pace, SLICE};
use crate::observables::Quantity;
use crate::observables::events::EventDetector;
use crate::simulation::{
    Crowd, Schedule, SetupError, Simulation, StationaryStatistics, Statistic, StepOutcome,
};

/// Runs until the command channel is closed. A panic in a run is reported and ends that run only.
pub(super) fn run(commands: &Receiver<Command>, events: &Sender<Event>, wake: &dyn Fn()) {
    let mut worker = RunLoop {
        commands,
        events,
        wake,
        loaded: None,
        pace: Pace::new(Instant::now()),
    };
    loop {
        match catch_unwind(AssertUnwindSafe(|| worker.turn())) {
            Ok(Turn::Again) => {}
            Ok(Turn::Closed) => return,
            Err(payload) => {
                let run = worker.loaded.take().map_or(0, |loaded| loaded.run);
                let text = payload.downcast_ref::<&str>().map(ToString::to_string);
                let message = text
                    .or_else(|| payload.downcast_ref::<String>().cloned())
                    .unwrap_or_default();
                worker.tell(Event::Failed { run, message });
            }
        }
    }
}

/// Whether there will be another turn.
enum Turn {
    Again,
    Closed,
}

/// A run with all its lanes.
struct Loaded {
    run: u64,
    lanes: Vec<Simulation>,
    statistics: Vec<StationaryStatistics>,
    crowds: Vec<(Crowd, StationaryStatistics)>,
    detector: EventDetector,
    schedule: Schedule,
    state: RunState,
    /// Step of the last row.
    recorded: Option<u64>,
    /// Step at which to halt.
    until: u64,
    pending: PendingFrame,
    last_offer: Instant,
}

struct RunLoop<'a> {
    commands: &'a Receiver<Command>,
    events: &'a Sender<Event>,
    wake: &'a dyn Fn(),
    loaded: Option<Loaded>,
    pace: Pace,
}

impl RunLoop<'_> {
    /// One round: commands, work, frame.
    fn turn(&mut self) -> Turn {
        loop {
            let running = self
                .loaded
                .as_ref()
                .is_some_and(|loaded| loaded.state == RunState::Running);
            let unsent = self.loaded.as_ref().is_some_and(|loaded| loaded.pending.dirty);
            let received = if running {
                self.commands
                    .try_recv()
                    .map_err(|error| error == TryRecvError::Disconnected)
            } else if unsent {
                let timed = self.commands.recv_timeout(PUBLISH_PERIOD);
                timed.map_err(|error| error == RecvTimeoutError::Disconnected)
            } else {
                self.commands.recv().map_err(|_| true)
            };
            match received {
                Ok(command) => self.obey(command),
                Err(true) => return Turn::Closed,
                Err(false) => break,
            }
        }
        let Some(loaded) = &mut self.loaded else {
            return Turn::Again;
        };
        if loaded.state == RunState::Running {
            let now = Instant::now();
            let n_steps = self
                .pace
                .allowed_steps(now)
                .min(loaded.until.saturating_sub(loaded.lanes[0].step()));
            if n_steps > 0 {
                let taken = loaded.work(n_steps, self.pace.steps_per_look(), now);
                self.pace.took(taken, now.elapsed(), Instant::now());
            } else {
                self.pace.took(0, PUBLISH_PERIOD, now);
            }
        }
        self.offer_frame();
        // A limited run with nothing to do waits for its next step, or for a command.
        if let Some(loaded) = &self.loaded
            && loaded.state == RunState::Running
        {
            let wait = self.pace.wait();
            if !wait.is_zero() {
                match self.commands.recv_timeout(wait) {
                    Ok(command) => self.obey(command),
                    Err(RecvTimeoutError::Disconnected) => return Turn::Closed,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        }
        Turn::Again
    }

    fn obey(&mut self, command: Command) {
        let now = Instant::now();
        match command {
            Command::Reset(spec) => match Loaded::new(&spec, now) {
                Ok(loaded) => {
                    self.loaded = Some(loaded);
                    self.pace.restart(now);
                }
                Err(error) => self.tell(Event::Refused {
                    run: spec.run,
                    message: error.to_string(),
                }),
            },
            Command::SetSpeed(speed) => self.pace.set_speed(speed),
            Command::Resume => self.start(u64::MAX, now),
            Command::Step(n_steps) => {
                let step = self.loaded.as_ref().map_or(0, |loaded| loaded.lanes[0].step());
                self.start(step.saturating_add(n_steps), now);
            }
            Command::Pause => {
                if let Some(loaded) = &mut self.loaded {
                    loaded.halt();
                    self.pace.restart(now);
                }
            }
            Command::RestartStatistics(factor) => {
                if let Some(loaded) = &mut self.loaded {
                    loaded.restart_statistics(Some(factor));
                }
            }
            Command::SetLive(live) => {
                let Some(loaded) = &mut self.loaded else { return };
                if let Err(error) = live.validate() {
                    let run = loaded.run;
                    self.tell(Event::Refused {
                        run,
                        message: error.to_string(),
                    });
                } else {
                    loaded.set_live(live);
                }
            }
        }
    }

    fn start(&mut self, until: u64, now: Instant) {
        if let Some(loaded) = &mut self.loaded {
            match loaded.state {
                RunState::Paused => {
                    loaded.state = RunState::Running;
                    loaded.until = until;
                    loaded.pending.dirty = true;
                    self.pace.restart(now);
                }
                RunState::Running => loaded.until = until,
                RunState::Empty | RunState::Diverged => {}
            }
        }
    }

    /// Offers the pending frame if it is time, and keeps it if the window has no room.
    fn offer_frame(&mut self) {
        let Some(loaded) = &mut self.loaded else { return };
        if !loaded.pending.dirty || loaded.last_offer.elapsed() < PUBLISH_PERIOD {
            return;
        }
        loaded.last_offer = Instant::now();
        if self.events.is_full() {
            loaded.pending.count_merge();
            return;
        }
        let rate = if loaded.state == RunState::Running {
            self.pace.rate()
        } else {
            0.0
        };
        let crowds = loaded.crowds.iter();
        let frame = loaded.pending.take_frame(&Now {
            run: loaded.run,
            state: loaded.state,
            steps_per_second: rate,
            lanes: &loaded.lanes,
            statistics: &loaded.statistics,
            crowds: crowds
                .map(|(crowd, statistics)| (crowd.kind(), statistics))
                .collect(),
            detector: &loaded.detector,
        });
        let Some(frame) = frame else { return };
        match self.events.try_send(Event::Frame(Box::new(frame))) {
            Ok(()) => {
                loaded.pending.clear(loaded.detector.n_events());
                (self.wake)();
            }
            Err(TrySendError::Full(event) | TrySendError::Disconnected(event)) => {
                loaded.pending.count_merge();
                if let Event::Frame(frame) = event {
                    loaded.pending.restore(*frame);
                }
            }
        }
    }

    /// Sends an event that must not be lost, unless the window is gone.
    fn tell(&mut self, event: Event) {
        let mut event = event;
        // The window may hold a full channel while it closes, so this must not wait for ever.
        for _ in 0..200 {
            match self.events.send_timeout(event, PUBLISH_PERIOD) {
                Ok(()) => break,
                Err(error) => event = error.into_inner(),
            }
            (self.wake)();
        }
        (self.wake)();
    }
}

impl Loaded {
    fn new(spec: &RunSpec, now: Instant) -> Result<Self, SetupError> {
        let dynamics = std::iter::once(spec.experiment.dynamics()).chain(spec.companions.iter().copied());
        let mut lanes: Vec<Simulation> = dynamics
            .map(|dynamics| Simulation::new(&spec.experiment.clone().with_dynamics(dynamics)))
            .collect::<Result<_, _>>()?;
        let statistics = StationaryStatistics::new(
            spec.experiment.network.depth(),
            &spec.experiment.teacher.strengths,
            &spec.experiment.live,
        );
        let crowds: Vec<_> = spec
            .crowds
            .iter()
            .map(|&(kind, n)| Ok((Crowd::new(kind, n, &mut lanes[0])?, statistics.clone())))
            .collect::<Result<_, SetupError>>()?;
        let mut loaded = Self {
            run: spec.run,
            statistics: vec![statistics; lanes.len()],
            pending: PendingFrame::new(lanes.len(), crowds.len()),
            detector: lanes[0].event_detector(),
            crowds,
            lanes,
            schedule: spec.schedule,
            state: if spec.start {
                RunState::Running
            } else {
                RunState::Paused
            },
            recorded: None,
            until: u64::MAX,
            last_offer: now.checked_sub(PUBLISH_PERIOD).unwrap_or(now),
        };
        loaded.record();
        Ok(loaded)
    }

    fn halt(&mut self) {
        if self.state == RunState::Running {
            self.state = RunState::Paused;
        }
        self.pending.dirty = true;
    }

    fn set_live(&mut self, live: crate::dynamics::LiveParams) {
        if self.lanes.iter().all(|lane| *lane.live() == live) {
            return;
        }
        for lane in &mut self.lanes {
            // The caller has validated them, which is all that can be refused.
            let _valid = lane.set_live(live);
        }
        for (crowd, _) in &mut self.crowds {
            let _valid = crowd.set_live(live);
        }
        self.detector
            .set_live(self.lanes[0].step(), self.lanes[0].time(), live);
        if let Some(intervention) = self.lanes[0].interventions().last() {
            self.pending.add_intervention(*intervention);
        }
        self.restart_statistics(None);
    }

    /// Begins the statistics anew, leaving out `factor` relaxation times if that is told.
    fn restart_statistics(&mut self, factor: Option<f64>) {
        let (step, live) = (self.lanes[0].step(), *self.lanes[0].live());
        let of_crowds = self.crowds.iter_mut().map(|(_, statistics)| statistics);
        for statistics in self.statistics.iter_mut().chain(of_crowds) {
            let factor = factor.unwrap_or(statistics.factor);
            statistics.set_factor(factor, step, &live);
        }
        self.pending.dirty = true;
    }

    /// Takes up to `n_steps` steps in every lane, for about one slice of time; gives how many.
    fn work(&mut self, n_steps: u64, steps_per_look: u64, start: Instant) -> u64 {
        let first_step = self.lanes[0].step();
        let target = first_step.saturating_add(n_steps);
        while self.state == RunState::Running && self.lanes[0].step() < target {
            let step = self.lanes[0].step();
            let recorded = self.schedule.next_after(step);
            let next = recorded.min(target).min(step.saturating_add(steps_per_look));
            for (i, lane) in self.lanes.iter_mut().enumerate() {
                match lane.advance_to(next) {
                    StepOutcome::Advanced => {}
                    // A companion that diverged just ends; the run itself goes on.
                    StepOutcome::Diverged(_) if i > 0 => {}
                    StepOutcome::Diverged(_) => self.state = RunState::Diverged,
                }
            }
            let reached = self.lanes[0].step();
            for (crowd, _) in &mut self.crowds {
                crowd.advance_to(reached);
            }
            self.pending.dirty = true;
            if self.state == RunState::Diverged || self.lanes[0].step() == recorded {
                self.record();
            }
            if start.elapsed() >= SLICE {
                break;
            }
        }
        if self.lanes[0].step() >= self.until {
            self.halt();
        }
        self.lanes[0].step() - first_step
    }

    /// Observes every lane that is still moving. A row of a diverging run may hold numbers beyond what can be drawn; this
    /// is the one door through which rows pass, so it is closed to them here.
    fn record(&mut self) {
        let schema = self.lanes[0].schema();
        let step = self.lanes[0].step();
        if self.recorded == Some(step) {
            return;
        }
        self.recorded = Some(step);
        for (i, lane) in self.lanes.iter_mut().enumerate() {
            if lane.step() != step || (i > 0 && lane.divergence().is_some()) {
                continue;
            }
            let rows = self.pending.rows_mut(i);
            let first = rows.len();
            lane.observe(rows);
            if rows[first..].iter().any(|value| !value.is_finite()) {
                rows.truncate(first);
                continue;
            }
            let row = &rows[first..];
            self.statistics[i].push(step, &row[schema.columns(Quantity::Strength)]);
            if i == 0 {
                self.detector.observe(row);
            }
        }
        if self.state == RunState::Diverged {
            self.detector.diverge(step, self.lanes[0].time());
        }
        self.record_crowds(step, schema.rank());
        self.pending
            .thin(schema.n_columns(), Crowd::n_columns(schema.rank()));
    }

    fn record_crowds(&mut self, step: u64, rank: usize) {
        let time = self.lanes[0].time();
        for (i, (crowd, statistics)) in self.crowds.iter_mut().enumerate() {
            let rows = self.pending.crowd_rows_mut(i);
            let first = rows.len();
            crowd.observe(time, rows);
            let row = &rows[first..];
            if let (Crowd::Ensemble(ensemble), false) = (&*crowd, row.is_empty()) {
                for mode in 0..rank {
                    let mean = row[Crowd::column(rank, Statistic::Mean, mode)];
                    statistics.push_many(step, mode, mean, ensemble.strengths(mode));
                }
            }
        }
    }
}
