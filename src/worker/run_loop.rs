//! The worker's loop: look at the commands, take a slice of steps, offer a frame.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};

use super::halt::HaltRule;
use super::loaded::Loaded;
use super::messages::{Command, Event, Watch};
use super::pace::{PUBLISH_PERIOD, Pace};
use super::panic_text::panic_text;
use super::run_state::RunState;
use crate::platform::{self, Instant, Patience, Turn};

/// The worker between its turns.
pub(super) struct RunLoop<W> {
    commands: Receiver<Command>,
    events: Sender<Event>,
    wake: W,
    loaded: Option<Loaded>,
    pace: Pace,
    /// When runs halt by themselves.
    halt: HaltRule,
    /// What frames hold beside rows.
    watch: Watch,
    /// Events that must not be lost and for which there was no room yet, oldest first.
    untold: VecDeque<Event>,
}

impl<W: Fn()> RunLoop<W> {
    pub(super) fn new(commands: Receiver<Command>, events: Sender<Event>, wake: W) -> Self {
        Self {
            commands,
            events,
            wake,
            loaded: None,
            pace: Pace::new(Instant::now()),
            halt: HaltRule::NEVER,
            watch: Watch::default(),
            untold: VecDeque::new(),
        }
    }

    /// One turn; there is none after the command channel has been closed. A panic in a run is reported and ends that run only.
    pub(super) fn turn(&mut self) -> Turn {
        match catch_unwind(AssertUnwindSafe(|| self.round())) {
            Ok(turn) => turn,
            Err(payload) => {
                let run = self.loaded.take().map_or(0, |loaded| loaded.run);
                let message = panic_text(payload.as_ref());
                self.tell(Event::Failed { run, message });
                Turn::Again
            }
        }
    }

    /// One round: commands, work, frame.
    fn round(&mut self) -> Turn {
        loop {
            match platform::receive(&self.commands, self.patience()) {
                Ok(command) => self.obey(command),
                Err(RecvTimeoutError::Disconnected) => return Turn::End,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        self.deliver();
        let Some(loaded) = &mut self.loaded else {
            return Turn::Rest(self.patience().time());
        };
        if loaded.state == RunState::Running {
            let now = Instant::now();
            let n_steps = match loaded.n_steps_behind() {
                0 => self.pace.allowed_steps(now),
                behind => behind,
            };
            let n_steps = n_steps.min(loaded.until.saturating_sub(loaded.step()));
            if n_steps > 0 {
                let taken = loaded.work(n_steps, self.pace.steps_per_look(), now);
                self.pace.took(taken, now.elapsed(), Instant::now());
            } else {
                self.pace.took(0, PUBLISH_PERIOD, now);
            }
        }
        self.offer_frame();
        self.tell_halt();
        self.rest()
    }

    /// Says when the next round is due. A limited run with nothing to do waits for its next step, or for a command.
    fn rest(&mut self) -> Turn {
        let Some(loaded) = self
            .loaded
            .as_ref()
            .filter(|loaded| loaded.state == RunState::Running)
        else {
            return Turn::Rest(self.patience().time());
        };
        let wait = self.pace.wait();
        if wait.is_zero() || loaded.n_steps_behind() > 0 {
            return Turn::Again;
        }
        match platform::receive(&self.commands, Patience::UpTo(wait)) {
            Ok(command) => self.obey(command),
            Err(RecvTimeoutError::Disconnected) => return Turn::End,
            Err(RecvTimeoutError::Timeout) => {}
        }
        Turn::Rest(wait)
    }

    /// How long a round waits for a command.
    fn patience(&self) -> Patience {
        match &self.loaded {
            Some(loaded) if loaded.state == RunState::Running => Patience::None,
            Some(loaded) if loaded.pending.dirty => Patience::UpTo(PUBLISH_PERIOD),
            Some(_) | None if !self.untold.is_empty() => Patience::UpTo(PUBLISH_PERIOD),
            Some(_) | None => Patience::Forever,
        }
    }

    fn obey(&mut self, command: Command) {
        let now = Instant::now();
        match command {
            Command::Reset(spec) => match Loaded::new(&spec, self.halt, now) {
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
            Command::SetHalt(rule) => {
                self.halt = rule;
                if let Some(loaded) = &mut self.loaded {
                    loaded.halting.set_rule(rule);
                }
            }
            Command::Resume => self.start(u64::MAX, now),
            Command::Step(n_steps) => {
                let step = self.loaded.as_ref().map_or(0, Loaded::step);
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
            Command::Rewind { run, step } => {
                let rewound = self.loaded.as_mut().and_then(|loaded| loaded.rewind(run, step));
                self.pace.restart(now);
                if let Some((to, script)) = rewound {
                    self.tell(Event::Rewound { run, to, script });
                }
            }
            Command::Watch(watch) => {
                self.watch = watch;
                if let Some(loaded) = &mut self.loaded {
                    loaded.pending.dirty = true;
                }
            }
            Command::KeptState(step) => {
                let kept = self
                    .loaded
                    .as_ref()
                    .and_then(|loaded| Some((loaded.run, loaded.kept_state(step)?)));
                if let Some((run, (simulation, script))) = kept {
                    self.tell(Event::KeptState {
                        run,
                        step,
                        simulation: Box::new(simulation),
                        script,
                    });
                }
            }
            Command::Snapshot => {
                if let Some(loaded) = &self.loaded {
                    let (run, simulation) = (loaded.run, Box::new(loaded.simulation().clone()));
                    self.tell(Event::Snapshot { run, simulation });
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
                    loaded.pass_over_halts();
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
        // What was to be told before goes before.
        loaded.last_offer = Instant::now();
        if self.events.is_full() || !self.untold.is_empty() {
            loaded.pending.count_merge();
            return;
        }
        let rate = if loaded.state == RunState::Running {
            self.pace.rate()
        } else {
            0.0
        };
        let frame = loaded.take_frame(rate, self.watch);
        let Some(frame) = frame else { return };
        match self.events.try_send(Event::Frame(Box::new(frame))) {
            Ok(()) => {
                let n_events = loaded.n_events();
                loaded.pending.clear(n_events);
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

    /// Says why the run halted by itself, once it has.
    fn tell_halt(&mut self) {
        let halted = self
            .loaded
            .as_mut()
            .and_then(|loaded| Some((loaded.run, loaded.halted_by.take()?)));
        if let Some((run, cause)) = halted {
            self.tell(Event::Halted { run, cause });
        }
    }

    /// Sends an event that must not be lost, now or as soon as there is room for it.
    fn tell(&mut self, event: Event) {
        self.untold.push_back(event);
        self.deliver();
    }

    /// Sends what could not be sent before; nothing of it, where the window is gone.
    fn deliver(&mut self) {
        while let Some(event) = self.untold.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => (self.wake)(),
                Err(TrySendError::Full(event)) => {
                    self.untold.push_front(event);
                    (self.wake)();
                    return;
                }
                Err(TrySendError::Disconnected(_)) => self.untold.clear(),
            }
        }
    }
}
