//! A run in the worker can be taken back, follows a script, and tells what it is: all of it bit for bit.

use std::time::Duration;

use saddlescope::dynamics::LiveParams;
use saddlescope::experiment::{Dynamics, Experiment};
use saddlescope::observables::Quantity;
use saddlescope::session::Session;
use saddlescope::simulation::{Change, EnsembleKind, Passage, Schedule, Script, Simulation};
use saddlescope::worker::{Checkpoint, Command, Event, Frame, RunSpec, RunState, Speed, Watch, Worker};

const PATIENCE: Duration = Duration::from_mins(1);

fn live(learning_rate: f64, batch_size: u64, label_noise_std: f64) -> LiveParams {
    LiveParams {
        learning_rate,
        batch_size,
        label_noise_std,
        ..LiveParams::default()
    }
}

fn spec(run: u64, script: Vec<Change>, catch_up_to: u64) -> RunSpec {
    RunSpec {
        run,
        experiment: Experiment::default(),
        companions: vec![Dynamics::Langevin],
        ensembles: vec![(EnsembleKind::ModeEquations, 64), (EnsembleKind::Replicas, 3)],
        schedule: Schedule::DenseFirst,
        script: Script::new(script).unwrap(),
        catch_up_to,
        start: false,
    }
}

/// Frames until the run has halted at `step`.
fn frames_until(worker: &Worker, run: u64, step: u64) -> Vec<Frame> {
    let mut frames = Vec::new();
    loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(frame) if frame.run == run => {
                let reached = frame.state != RunState::Running && frame.step >= step;
                frames.push(*frame);
                if reached {
                    return frames;
                }
            }
            Event::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The answer to a command, passing over frames.
fn answer(worker: &Worker) -> Event {
    loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(_) => {}
            other => return other,
        }
    }
}

fn snapshot(worker: &Worker) -> Simulation {
    assert!(worker.send(Command::Snapshot));
    match answer(worker) {
        Event::Snapshot { simulation, .. } => *simulation,
        other => panic!("{other:?}"),
    }
}

/// Takes the run back to a step; gives the kept state from which it goes there, and the frames on the way.
fn rewind(worker: &Worker, run: u64, step: u64) -> (Checkpoint, Vec<Frame>) {
    assert!(worker.send(Command::Rewind { run, step }));
    match answer(worker) {
        Event::Rewound { run: found, to, .. } if found == run => (to, frames_until(worker, run, step)),
        other => panic!("{other:?}"),
    }
}

fn rows(frames: &[Frame], trajectory: usize) -> Vec<u64> {
    let rows = frames
        .iter()
        .flat_map(|frame| &frame.trajectories[trajectory].rows);
    rows.map(|value| value.to_bits()).collect()
}

fn ensemble_rows(frames: &[Frame], ensemble: usize) -> Vec<u64> {
    let rows = frames.iter().flat_map(|frame| &frame.ensembles[ensemble].rows);
    rows.map(|value| value.to_bits()).collect()
}

fn same_weights(a: &Simulation, b: &Simulation) -> bool {
    a.network().weights() == b.network().weights() && a.time().to_bits() == b.time().to_bits()
}

#[test]
fn a_script_is_followed_to_the_bit_at_any_speed() {
    let changes = vec![
        Change {
            step: 0,
            live: live(0.004, 32, 0.1),
        },
        Change {
            step: 101,
            live: live(0.01, 8, 0.5),
        },
        Change {
            step: 102,
            live: live(0.01, 2, 0.5),
        },
        Change {
            step: 450,
            live: live(0.002, 2, 0.0),
        },
    ];
    // Many more, one after the other.
    let more = (0..20_u16).map(|i| Change {
        step: 460 + 7 * u64::from(i),
        live: live(0.002 + 1e-4 * f64::from(i), 1 + u64::from(i), 0.05 * f64::from(i)),
    });
    let changes: Vec<Change> = changes.into_iter().chain(more).collect();
    let mut direct = Simulation::new(&Experiment::default()).unwrap();
    for change in &changes {
        direct.advance_to(change.step);
        direct.set_live(change.live).unwrap();
    }
    direct.advance_to(600);
    for speed in [Speed::Unlimited, Speed::StepsPerSecond(1.0)] {
        let worker = Worker::spawn(|| {}).unwrap();
        assert!(worker.send(Command::SetSpeed(speed)));
        assert!(worker.send(Command::Reset(Box::new(spec(1, changes.clone(), 600)))));
        let frames = frames_until(&worker, 1, 600);
        let made: Vec<_> = frames.iter().flat_map(|frame| &frame.interventions).collect();
        assert_eq!(made.len(), changes.len());
        let found = snapshot(&worker);
        assert_eq!(found.step(), 600);
        assert!(same_weights(&found, &direct));
        assert_eq!(found.interventions(), direct.interventions());
        // The session of the run, done again without a worker, ends with the same digest.
        let session = Session::of(&found);
        assert!(session.script.changes().len() >= 20);
        assert_eq!(Session::of(&session.replay().unwrap()).end, session.end);
    }
}

#[test]
fn a_run_taken_back_goes_on_as_it_did_before() {
    let worker = Worker::spawn(|| {}).unwrap();
    assert!(worker.send(Command::Reset(Box::new(spec(1, Vec::new(), 0)))));
    frames_until(&worker, 1, 0);
    assert!(worker.send(Command::SetLive(live(0.005, 16, 0.2))));
    assert!(worker.send(Command::Step(900)));
    let before = frames_until(&worker, 1, 900);
    let end = snapshot(&worker);
    let kept = before.last().unwrap().checkpoints.clone();
    assert!(kept.len() > 16 && kept[0].step == 0, "{kept:?}");

    let (to, mut after) = rewind(&worker, 2, 501);
    assert_eq!(
        Some(to),
        kept.iter().rev().find(|moment| moment.step <= 501).copied()
    );
    assert!((400..501).contains(&to.step));
    let frame = after.last().unwrap();
    assert_eq!((frame.step, frame.state), (501, RunState::Paused));
    assert!(frame.checkpoints.iter().all(|moment| moment.step <= 501));
    assert!(worker.send(Command::Step(900 - 501)));
    after.extend(frames_until(&worker, 2, 900));
    // The rows recorded after the rewind are the last ones recorded before it.
    for trajectory in 0..2 {
        let (old, new) = (rows(&before, trajectory), rows(&after, trajectory));
        assert!(new.len() > 100 && old.ends_with(&new));
    }
    for ensemble in 0..2 {
        let (old, new) = (ensemble_rows(&before, ensemble), ensemble_rows(&after, ensemble));
        assert!(new.len() > 100 && old.ends_with(&new));
    }
    assert!(same_weights(&snapshot(&worker), &end));

    // With other parameters it goes elsewhere, and the change made after the point of return is forgotten.
    let (to, _) = rewind(&worker, 3, 0);
    assert_eq!(to.step, 0);
    assert!(worker.send(Command::Step(900)));
    frames_until(&worker, 3, 900);
    let other = snapshot(&worker);
    assert!(other.interventions().is_empty() && !same_weights(&other, &end));
}

#[test]
fn a_diverged_run_can_be_taken_back() {
    let worker = Worker::spawn(|| {}).unwrap();
    assert!(worker.send(Command::Reset(Box::new(spec(1, Vec::new(), 0)))));
    assert!(worker.send(Command::Step(200)));
    frames_until(&worker, 1, 200);
    assert!(worker.send(Command::SetLive(live(5.0, 16, 0.0))));
    assert!(worker.send(Command::Step(10_000)));
    let frames = frames_until(&worker, 1, 200);
    assert_eq!(frames.last().unwrap().state, RunState::Diverged);
    let (to, _) = rewind(&worker, 2, 199);
    assert!(to.step <= 199);
    assert!(worker.send(Command::Step(10)));
    let frame = frames_until(&worker, 2, 209).pop().unwrap();
    assert_eq!((frame.step, frame.state), (209, RunState::Paused));
    assert_eq!(frame.live, Experiment::default().live);
    assert!(frame.trajectories[0].divergence.is_none());
}

#[test]
fn changes_before_the_point_of_return_are_made_again() {
    let changes = [
        (101, live(0.01, 8, 0.5)),
        (102, live(0.01, 2, 0.5)),
        (450, live(0.002, 2, 0.0)),
    ];
    let script = changes.map(|(step, live)| Change { step, live }).to_vec();
    for step in [1, 101, 102, 103, 449, 450, 451, 777] {
        let worker = Worker::spawn(|| {}).unwrap();
        assert!(worker.send(Command::Reset(Box::new(spec(1, script.clone(), 900)))));
        frames_until(&worker, 1, 900);
        rewind(&worker, 2, step);
        let found = snapshot(&worker);
        // Changes of the very step are open again.
        let mut direct = Simulation::new(&Experiment::default()).unwrap();
        for change in script.iter().filter(|change| change.step < step) {
            direct.advance_to(change.step);
            direct.set_live(change.live).unwrap();
        }
        direct.advance_to(step);
        assert_eq!(found.step(), step);
        assert!(same_weights(&found, &direct), "{step}");
        assert_eq!(found.interventions(), direct.interventions());
        assert_eq!(Session::of(&found).end, Session::of(&direct).end);
    }
}

#[test]
fn frames_hold_the_network_and_the_members_while_they_are_watched() {
    let worker = Worker::spawn(|| {}).unwrap();
    assert!(worker.send(Command::SetSpeed(Speed::Unlimited)));
    assert!(worker.send(Command::Reset(Box::new(spec(1, Vec::new(), 300)))));
    let before = frames_until(&worker, 1, 300);
    let is_bare =
        |frame: &Frame| frame.network.is_none() && frame.ensembles.iter().all(|one| one.members.is_none());
    assert!(before.iter().all(is_bare));
    assert!(worker.send(Command::Watch(Watch {
        network: true,
        members: true,
        pair: (0, 1),
    })));
    assert!(worker.send(Command::Step(500)));
    let frames = frames_until(&worker, 1, 800);
    let last = frames.last().unwrap();
    // Watching changes nothing in the run.
    let mut direct = Simulation::new(&Experiment::default()).unwrap();
    direct.advance_to(800);
    assert!(same_weights(&snapshot(&worker), &direct));
    let state = last.network.as_ref().unwrap();
    assert_eq!(
        (state.step, state.network.weights()),
        (800, direct.network().weights())
    );
    let schema = direct.schema();
    let mut row = Vec::new();
    direct.observe(&mut row);
    for (place, mode) in [(0, 0), (1, 1)] {
        let value = |quantity| row[schema.column(quantity, mode)];
        assert_eq!(
            state.dynamics.strengths[place].to_bits(),
            value(Quantity::Strength).to_bits()
        );
        assert_eq!(
            state.dynamics.drift[place].to_bits(),
            value(Quantity::Drift).to_bits()
        );
        assert_eq!(
            state.dynamics.covariance[2 * place].to_bits(),
            value(Quantity::Diffusion).to_bits()
        );
    }
    for (ensemble, n_members) in last.ensembles.iter().zip([64, 3]) {
        let members = ensemble.members.as_ref().unwrap();
        assert!(members.strengths.len() == schema.rank() && members.strengths[0].len() == n_members);
        // The first mode has been learned by all, between rows.
        let times: Vec<f64> = members.passages.of_mode(Passage::Half, 0).collect();
        assert!(
            times.len() == n_members && times.iter().all(|time| (0.5..4.0).contains(time)),
            "{times:?}"
        );
    }
}

#[test]
fn a_kept_state_leads_to_any_step_before_the_end_and_leaves_the_run_where_it_is() {
    let changes = vec![Change {
        step: 333,
        live: live(0.004, 8, 0.3),
    }];
    let worker = Worker::spawn(|| {}).unwrap();
    assert!(worker.send(Command::Reset(Box::new(spec(1, changes.clone(), 1000)))));
    frames_until(&worker, 1, 1000);
    for wanted in [0, 3, 333, 334, 700, 1000] {
        assert!(worker.send(Command::KeptState(wanted)));
        let Event::KeptState {
            run,
            step,
            mut simulation,
            script,
        } = answer(&worker)
        else {
            panic!("a kept state was asked for");
        };
        assert!(run == 1 && step == wanted && simulation.step() <= wanted);
        while simulation.step() < wanted {
            if let Some(live) = script.at(simulation.step()) {
                simulation.set_live(live).unwrap();
            }
            let next = script.next_after(simulation.step()).unwrap_or(u64::MAX);
            simulation.advance_to(next.min(wanted));
        }
        let mut direct = Simulation::new(&Experiment::default()).unwrap();
        if wanted > 333 {
            direct.advance_to(333);
            direct.set_live(changes[0].live).unwrap();
        }
        direct.advance_to(wanted);
        assert!(same_weights(&simulation, &direct), "{wanted}");
    }
    assert_eq!(snapshot(&worker).step(), 1000);
}
