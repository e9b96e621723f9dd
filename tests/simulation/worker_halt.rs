//! Runs that halt by themselves.

use std::time::Duration;

use saddlescope::experiment::Experiment;
use saddlescope::session::Session;
use saddlescope::simulation::{Schedule, Script, Simulation};
use saddlescope::worker::{Command, Event, Frame, HaltCause, HaltRule, RunSpec, RunState, Worker};

const PATIENCE: Duration = Duration::from_mins(1);

fn spec(experiment: Experiment, catch_up_to: u64) -> RunSpec {
    RunSpec {
        run: 1,
        experiment,
        companions: Vec::new(),
        ensembles: Vec::new(),
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to,
        start: catch_up_to == 0,
    }
}

/// What halts the run, and the last frame before.
fn halted(worker: &Worker) -> (HaltCause, Frame) {
    let mut last = None;
    let mut cause = None;
    loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(frame) => last = Some(*frame),
            Event::Halted { run: 1, cause: why } => cause = Some(why),
            other => panic!("{other:?}"),
        }
        if let (Some(cause), Some(frame)) = (cause, &last)
            && frame.state != RunState::Running
        {
            return (cause, frame.clone());
        }
    }
}

fn halted_by(rule: HaltRule, experiment: Experiment) -> (HaltCause, Frame) {
    let worker = Worker::spawn(|| {}).unwrap();
    assert!(worker.send(Command::SetHalt(rule)));
    assert!(worker.send(Command::Reset(Box::new(spec(experiment, 0)))));
    halted(&worker)
}

#[test]
fn steps_and_training_times_are_met_exactly() {
    let rule = HaltRule {
        step: Some(1234),
        ..HaltRule::NEVER
    };
    let (cause, frame) = halted_by(rule, Experiment::default());
    assert_eq!((cause, frame.step), (HaltCause::Step(1234), 1234));
    let rule = HaltRule {
        time: Some(3.001),
        ..HaltRule::NEVER
    };
    let (cause, frame) = halted_by(rule, Experiment::default());
    // 0.005 a step.
    assert_eq!((cause, frame.step), (HaltCause::Time(3.001), 601));
}

#[test]
fn events_halt_a_run_and_it_goes_on_when_told() {
    let worker = Worker::spawn(|| {}).unwrap();
    let rule = HaltRule {
        peak: Some(1),
        learned: Some(1),
        ..HaltRule::NEVER
    };
    assert!(worker.send(Command::SetHalt(rule)));
    assert!(worker.send(Command::Reset(Box::new(spec(Experiment::default(), 0)))));
    let (cause, at_peak) = halted(&worker);
    assert_eq!(cause, HaltCause::Peak(1));
    assert!(at_peak.events.modes[1].learned.is_none());
    assert!(worker.send(Command::Resume));
    let (cause, when_learned) = halted(&worker);
    assert_eq!(cause, HaltCause::Learned(1));
    assert!(when_learned.step > at_peak.step);
    let learned = when_learned.events.modes[1].learned.unwrap();
    assert!(when_learned.step - learned.step < 20);
    // What has held does not hold the run again.
    assert!(worker.send(Command::Step(500)));
    loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(frame)
                if frame.state == RunState::Paused && frame.step == when_learned.step + 500 =>
            {
                break;
            }
            Event::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_run_halts_once_every_mode_has_settled() {
    let (cause, frame) = halted_by(HaltRule::default(), Experiment::default());
    assert_eq!(cause, HaltCause::Settled);
    assert!(frame.events.modes.iter().all(|mode| mode.learned.is_some()));
    assert!((2000..20_000).contains(&frame.step), "{}", frame.step);

    let mut noisy = Experiment::default();
    noisy.teacher.strengths = vec![2.0, 1.0];
    noisy.live.label_noise_std = 0.3;
    noisy.live.batch_size = 8;
    let (cause, frame) = halted_by(HaltRule::default(), noisy);
    assert_eq!(cause, HaltCause::Settled);
    for mode in &frame.trajectories[0].statistics.modes {
        assert!(mode.n_effective().unwrap() >= 400.0);
    }
}

#[test]
fn halting_changes_no_bit_and_a_replay_is_not_halted() {
    let rule = HaltRule {
        step: Some(700),
        ..HaltRule::NEVER
    };
    let worker = Worker::spawn(|| {}).unwrap();
    assert!(worker.send(Command::SetHalt(rule)));
    assert!(worker.send(Command::Reset(Box::new(spec(Experiment::default(), 900)))));
    let frame = loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(frame) if frame.state == RunState::Paused => break frame,
            Event::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(frame.step, 900);
    assert!(worker.send(Command::Snapshot));
    let found = loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Snapshot { simulation, .. } => break simulation,
            Event::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    };
    let mut direct = Simulation::new(&Experiment::default()).unwrap();
    direct.advance_to(900);
    assert_eq!(Session::of(&found).end, Session::of(&direct).end);
}
