//! The worker computes what a direct run computes, bit for bit, at any speed and however slowly it is listened to.

use std::time::Duration;

use saddlescope::dynamics::LiveParams;
use saddlescope::experiment::{Dynamics, Experiment};
use saddlescope::observables::Schema;
use saddlescope::simulation::{Ensemble, EnsembleKind, Schedule, Script, Simulation};
use saddlescope::worker::{Command, Event, Frame, RunSpec, RunState, Speed, Worker};

const PATIENCE: Duration = Duration::from_mins(1);

fn experiment() -> Experiment {
    let mut experiment = Experiment::default();
    experiment.live.label_noise_std = 0.3;
    experiment
}

fn spec(run: u64, experiment: &Experiment, companions: &[Dynamics], start: bool) -> Command {
    Command::Reset(Box::new(RunSpec {
        run,
        experiment: experiment.clone(),
        companions: companions.to_vec(),
        ensembles: Vec::new(),
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start,
    }))
}

/// Rows of every trajectory until the worker says that it has halted at `step`, and the frames' thinned rows.
fn rows_until(worker: &Worker, n_trajectories: usize, step: u64, delay: Duration) -> (Vec<Vec<f64>>, u64) {
    let mut rows = vec![Vec::new(); n_trajectories];
    let mut n_thinned = 0;
    loop {
        std::thread::sleep(delay);
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(frame) => {
                for (rows, trajectory) in rows.iter_mut().zip(&frame.trajectories) {
                    rows.extend_from_slice(&trajectory.rows);
                }
                n_thinned += frame.n_thinned;
                if frame.state != RunState::Running && frame.step >= step {
                    return (rows, n_thinned);
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

fn direct_rows(experiment: &Experiment, dynamics: Dynamics, n_steps: u64) -> Vec<f64> {
    let mut experiment = experiment.clone();
    experiment = experiment.with_dynamics(dynamics);
    let mut simulation = Simulation::new(&experiment).unwrap();
    let mut rows = Vec::new();
    simulation.observe(&mut rows);
    while simulation.step() < n_steps {
        let next = Schedule::DenseFirst.next_after(simulation.step());
        simulation.advance_to(next.min(n_steps));
        if simulation.step() == next {
            simulation.observe(&mut rows);
        }
    }
    rows
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.to_bits() == y.to_bits())
}

#[test]
fn a_worker_run_equals_a_direct_run_at_any_speed() {
    let experiment = experiment();
    let engines = [Dynamics::Sgd, Dynamics::GradientFlow, Dynamics::Langevin];
    let n_steps = 2_000;
    let expected: Vec<_> = engines
        .iter()
        .map(|&engine| direct_rows(&experiment, engine, n_steps))
        .collect();
    let speeds = [
        (Speed::Unlimited, Duration::ZERO),
        (Speed::StepsPerSecond(20_000.0), Duration::ZERO),
        (Speed::Unlimited, Duration::from_millis(40)),
    ];
    for (speed, delay) in speeds {
        let worker = Worker::spawn(|| {}).unwrap();
        worker.send(Command::SetSpeed(speed));
        worker.send(spec(1, &experiment, &engines[1..], false));
        worker.send(Command::Step(n_steps));
        let (rows, n_thinned) = rows_until(&worker, engines.len(), n_steps, delay);
        assert_eq!(n_thinned, 0);
        for ((rows, expected), engine) in rows.iter().zip(&expected).zip(engines) {
            assert!(
                same_bits(rows, expected),
                "{engine:?} at {speed:?}, listened to every {delay:?}"
            );
        }
    }
}

#[test]
fn a_run_that_nobody_listens_to_stays_bounded_and_says_what_it_left_out() {
    let experiment = experiment();
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(spec(1, &experiment, &[], false));
    // 100 000 recorded rows, three times what a pending frame may hold.
    let n_steps = 1_200_000;
    worker.send(Command::Step(n_steps));
    let n_columns = Schema::new(4, 2).n_columns();
    let mut largest = 0;
    let mut n_rows = 0;
    let mut n_thinned = 0;
    std::thread::sleep(Duration::from_millis(200));
    loop {
        // Nothing is taken while the worker is busy: it must go on by itself.
        std::thread::sleep(Duration::from_millis(1500));
        let Event::Frame(frame) = worker.events().recv_timeout(PATIENCE).unwrap() else {
            panic!("no fault was expected");
        };
        let n = frame.trajectories[0].rows.len() / n_columns;
        largest = largest.max(n);
        n_rows += n as u64;
        n_thinned += frame.n_thinned;
        if frame.step == n_steps && frame.state == RunState::Paused {
            break;
        }
    }
    let mut step = 0;
    let mut n_recorded = 1;
    while Schedule::DenseFirst.next_after(step) <= n_steps {
        step = Schedule::DenseFirst.next_after(step);
        n_recorded += 1;
    }
    assert_eq!(n_rows + n_thinned, n_recorded, "rows are either shown or counted");
    assert!(largest <= 1 << 15, "{largest} rows in one frame");
}

#[test]
fn changed_parameters_reach_every_trajectory_and_are_recorded() {
    let experiment = experiment();
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(spec(1, &experiment, &[Dynamics::GradientFlow], false));
    worker.send(Command::Step(100));
    rows_until(&worker, 2, 100, Duration::ZERO);
    let live = LiveParams {
        learning_rate: 0.01,
        batch_size: 8,
        label_noise_std: 0.0,
        ..LiveParams::default()
    };
    worker.send(Command::SetLive(live));
    worker.send(Command::Step(50));
    let mut frames: Vec<Box<Frame>> = Vec::new();
    while frames.last().is_none_or(|frame| frame.step < 150) {
        if let Event::Frame(frame) = worker.events().recv_timeout(PATIENCE).unwrap() {
            frames.push(frame);
        }
    }
    let changes: Vec<_> = frames.iter().flat_map(|frame| &frame.interventions).collect();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].step, changes[0].live), (100, live));
    let last = frames.last().unwrap();
    assert_eq!(last.live, live);
    assert!((last.time - (100.0 * 0.005 + 50.0 * 0.01)).abs() < 1e-12);
}

#[test]
fn what_is_not_allowed_is_refused_and_the_run_goes_on() {
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(spec(1, &experiment(), &[], false));
    worker.send(Command::SetLive(LiveParams {
        batch_size: 0,
        ..LiveParams::default()
    }));
    let mut bad = experiment();
    bad.network.d_in = 0;
    worker.send(spec(2, &bad, &[], true));
    worker.send(Command::Step(10));
    let mut refused = Vec::new();
    loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Refused { run, message } => refused.push((run, message)),
            Event::Frame(frame) if frame.step == 10 => break,
            Event::Frame(_) => {}
            Event::Failed { message, .. } => panic!("{message}"),
            Event::Rewound { .. }
            | Event::Snapshot { .. }
            | Event::KeptState { .. }
            | Event::Halted { .. } => panic!("not asked for"),
        }
    }
    assert_eq!(refused.len(), 2);
    assert!(
        refused[0].0 == 1 && refused[0].1.contains("live.batch_size = 0"),
        "{refused:?}"
    );
    assert!(
        refused[1].0 == 2 && refused[1].1.contains("network.d_in = 0"),
        "{refused:?}"
    );
}

#[test]
fn divergence_halts_the_run_and_is_told_in_numbers() {
    let mut experiment = experiment();
    experiment.live.learning_rate = 2.0;
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(spec(1, &experiment, &[Dynamics::GradientFlow], true));
    let frame = loop {
        match worker.events().recv_timeout(PATIENCE).unwrap() {
            Event::Frame(frame) if frame.state == RunState::Diverged => break frame,
            Event::Frame(_) => {}
            other => panic!("{other:?}"),
        }
    };
    let divergence = frame.trajectories[0].divergence.unwrap();
    assert_eq!(divergence.step, frame.step);
    let text = divergence.to_string();
    assert!(
        text.contains("eta = 2 exceeds") && text.contains("= 0.25"),
        "{text}"
    );
    worker.send(Command::Resume);
    worker.send(spec(2, &Experiment::default(), &[], true));
    loop {
        if let Event::Frame(frame) = worker.events().recv_timeout(PATIENCE).unwrap()
            && frame.run == 2
            && frame.step > 0
        {
            break;
        }
    }
}

#[test]
fn dropping_the_handle_ends_the_thread_whatever_it_is_doing() {
    for listen in [false, true] {
        let worker = Worker::spawn(|| {}).unwrap();
        worker.send(spec(1, &experiment(), &[], true));
        if listen {
            worker.events().recv_timeout(PATIENCE).unwrap();
        }
        std::thread::sleep(Duration::from_millis(100));
        // Returns only once the thread has ended.
        drop(worker);
    }
}

#[test]
fn events_and_ensembles_are_those_of_a_direct_run() {
    let experiment = experiment();
    let n_steps = 600;
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(Command::SetSpeed(Speed::Unlimited));
    worker.send(Command::Reset(Box::new(RunSpec {
        run: 1,
        experiment: experiment.clone(),
        companions: Vec::new(),
        ensembles: vec![(EnsembleKind::ModeEquations, 600), (EnsembleKind::Replicas, 3)],
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start: false,
    })));
    worker.send(Command::Step(n_steps));
    let (mut events, mut ensemble_rows) = (Vec::new(), vec![Vec::new(); 2]);
    let modes = loop {
        let Event::Frame(frame) = worker.events().recv_timeout(PATIENCE).unwrap() else {
            panic!("no fault was expected")
        };
        events.extend(frame.events.new);
        for (rows, ensemble) in ensemble_rows.iter_mut().zip(&frame.ensembles) {
            rows.extend_from_slice(&ensemble.rows);
        }
        if frame.state == RunState::Paused && frame.step == n_steps {
            break frame.events.modes;
        }
    };

    let mut simulation = Simulation::new(&experiment).unwrap();
    let mut detector = simulation.event_detector();
    let mut ensembles = [(EnsembleKind::ModeEquations, 600), (EnsembleKind::Replicas, 3)]
        .map(|(kind, n)| Ensemble::new(kind, n, &mut simulation).unwrap());
    let mut expected_rows = vec![Vec::new(); 2];
    loop {
        let mut row = Vec::new();
        simulation.observe(&mut row);
        detector.observe(&row);
        for (ensemble, rows) in ensembles.iter_mut().zip(&mut expected_rows) {
            ensemble.advance_to(simulation.step(), &simulation);
            ensemble.observe(simulation.time(), rows);
        }
        let next = Schedule::DenseFirst.next_after(simulation.step());
        if next > n_steps {
            break;
        }
        simulation.advance_to(next);
    }
    let expected: Vec<_> = detector.events_from(0).copied().collect();
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(events, expected);
    assert_eq!(modes, detector.modes().collect::<Vec<_>>());
    for (rows, expected) in ensemble_rows.iter().zip(&expected_rows) {
        assert!(
            same_bits(rows, expected),
            "{} numbers, {}",
            rows.len(),
            expected.len()
        );
    }
}
