//! The worker's loop: look at the commands, take a slice of steps, offer a frame.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, TrySendError};

use super::halt::HaltRule;
use super::loaded::Loaded;
use super::messages::{Command, Event, Watch};
use super::pace::{PUBLISH_PERIOD, Pace};
use super::panic_text::panic_text;
use super::run_state::RunState;

/// Runs until the command channel is closed. A panic in a run is reported and ends that run only.
pub(super) fn run(commands: &Receiver<Command>, events: &Sender<Event>, wake: &dyn Fn()) {
    let mut worker = RunLoop {
        commands,
        events,
        wake,
        loaded: None,
        pace: Pace::new(Instant::now()),
        halt: HaltRule::NEVER,
        watch: Watch::default(),
    };
    loop {
        match catch_unwind(AssertUnwindSafe(|| worker.turn())) {
            Ok(Turn::Again) => {}
            Ok(Turn::Closed) => return,
            Err(payload) => {
                let run = worker.loaded.take().map_or(0, |loaded| loaded.run);
                let message = panic_text(payload.as_ref());
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

struct RunLoop<'a> {
    commands: &'a Receiver<Command>,
    events: &'a Sender<Event>,
    wake: &'a dyn Fn(),
    loaded: Option<Loaded>,
    pace: Pace,
    /// When runs halt by themselves.
    halt: HaltRule,
    /// What frames hold beside rows.
    watch: Watch,
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
        // A limited run with nothing to do waits for its next step, or for a command.
        if let Some(loaded) = &self.loaded
            && loaded.state == RunState::Running
        {
            let wait = self.pace.wait();
            if !wait.is_zero() && loaded.n_steps_behind() == 0 {
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
