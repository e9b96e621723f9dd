//! Schedules: values by their formulas, the same bits however a run is driven, and training time as the sum of the learning rates.
//! Deterministic, so no false alarm.

use saddlescope::experiment::{Course, CourseKind, Engine, Experiment, LOOK, LiveParams, Schedules};
use saddlescope::observables::Schema;
use saddlescope::session::{Session, state_digest};
use saddlescope::simulation::{Ensemble, EnsembleKind, Replicas, Simulation};

fn course(kind: CourseKind, steps: Option<u64>, to: Option<f64>) -> Course {
    Course {
        kind,
        steps,
        from: None,
        to,
        factor: None,
        mode: (kind == CourseKind::WhenLearned).then_some(1),
        points: if kind == CourseKind::Curve {
            vec![[10.0, 0.01], [50.0, 0.02], [90.0, 0.02], [120.0, 0.004]]
        } else {
            Vec::new()
        },
    }
}

/// A value by the number of steps.
type Formula = Box<dyn Fn(u64) -> f64>;

/// A course of every kind for the learning rate, with its formula.
fn courses() -> Vec<(Course, Formula)> {
    let eta = 0.01;
    let share = |k: u64| (k as f64 / 100.0).min(1.0);
    let stairs = Course {
        factor: Some(0.5),
        ..course(CourseKind::Step, Some(40), None)
    };
    let warm = Course {
        from: Some(0.002),
        ..course(CourseKind::Warmup, Some(100), None)
    };
    let mut all: Vec<(Course, Formula)> = Vec::new();
    all.push((course(CourseKind::Constant, None, None), Box::new(move |_| eta)));
    all.push((
        warm,
        Box::new(move |k| 0.002 + (eta - 0.002) * ((k as f64 + 1.0) / 100.0).min(1.0)),
    ));
    all.push((
        course(CourseKind::Step, Some(64), Some(0.002)),
        Box::new(move |k| if k < 64 { eta } else { 0.002 }),
    ));
    all.push((stairs, Box::new(move |k| eta * 0.5_f64.powi((k / 40) as i32))));
    all.push((
        course(CourseKind::Cosine, Some(100), Some(0.001)),
        Box::new(move |k| 0.001 + 0.009 * 0.5 * (1.0 + (std::f64::consts::PI * share(k)).cos())),
    ));
    all.push((
        course(CourseKind::Exponential, Some(100), Some(0.0001)),
        Box::new(move |k| eta * 0.01_f64.powf(share(k))),
    ));
    all.push((
        course(CourseKind::InverseTime, Some(50), Some(0.003)),
        Box::new(move |k| (eta / (1.0 + k as f64 / 50.0)).max(0.003)),
    ));
    all.push((
        course(CourseKind::Curve, None, None),
        Box::new(|k| match k {
            0..=10 => 0.01,
            11..=50 => 0.01 + 0.01 * (k as f64 - 10.0) / 40.0,
            51..=90 => 0.02,
            91..=120 => 0.02 - 0.016 * (k as f64 - 90.0) / 30.0,
            _ => 0.004,
        }),
    ));
    all
}

fn experiment(engine: Engine, schedule: Schedules) -> Experiment {
    let mut experiment = Experiment {
        engine,
        schedule,
        ..Experiment::default()
    };
    experiment.teacher.strengths = vec![2.0, 1.0];
    experiment.init.strength = 0.3;
    experiment.live = LiveParams {
        learning_rate: 0.01,
        batch_size: 2,
        label_noise_std: 0.2,
        ..LiveParams::default()
    };
    experiment
}

#[test]
fn values_are_those_of_the_formulas_and_time_is_their_sum() {
    for (course, formula) in courses() {
        let kind = course.kind;
        let schedule = Schedules {
            learning_rate: Some(course),
            ..Schedules::default()
        };
        let mut simulation = Simulation::new(&experiment(Engine::Sgd, schedule)).unwrap();
        let mut time = 0.0;
        for step in 0..200 {
            let (found, expected) = (simulation.in_force().learning_rate, formula(step));
            assert!(
                (found / expected - 1.0).abs() < 1e-12,
                "{kind:?} {step}: {found} {expected}"
            );
            let mut row = Vec::new();
            simulation.observe(&mut row);
            let schema = simulation.schema();
            assert_eq!(
                schema.read_live(|column| row[column]),
                Some(*simulation.in_force())
            );
            assert!((row[Schema::TIME] - time).abs() < 1e-12);
            time += expected;
            simulation.advance(1);
        }
    }
}

/// Every kind, for learning rate, batch size and noise at once, with a mode that is waited for.
fn schedules() -> Vec<Schedules> {
    let mut all: Vec<Schedules> = courses()
        .into_iter()
        .map(|(course, _)| Schedules {
            learning_rate: Some(course),
            ..Schedules::default()
        })
        .collect();
    all.push(Schedules {
        learning_rate: Some(course(CourseKind::WhenLearned, None, Some(0.002))),
        label_noise_std: Some(course(CourseKind::WhenLearned, Some(20), Some(0.05))),
        batch_size: Some(course(CourseKind::Exponential, Some(150), Some(32.0))),
        momentum: Some(course(CourseKind::Step, Some(120), Some(0.8))),
        weight_decay: Some(course(CourseKind::Step, Some(240), Some(0.02))),
    });
    all
}

#[test]
fn the_bits_are_the_same_however_a_run_is_driven() {
    for schedule in schedules() {
        for engine in [Engine::Sgd, Engine::Langevin, Engine::GradientFlow, Engine::Adam] {
            let experiment = experiment(engine, schedule.clone());
            let other = LiveParams {
                learning_rate: 0.008,
                ..experiment.live
            };
            let run = |stride: u64| {
                let mut simulation = Simulation::new(&experiment).unwrap();
                while simulation.step() < 500 {
                    if simulation.step() == 200 {
                        simulation.set_live(other).unwrap();
                    }
                    let until = if simulation.step() < 200 { 200 } else { 500 };
                    let next = (simulation.step() + stride).min(until);
                    simulation.advance_to(next);
                }
                simulation
            };
            let whole = run(500);
            let digest = state_digest(&whole);
            assert_eq!(digest, state_digest(&run(1)), "{engine:?} {schedule:?}");
            assert_eq!(digest, state_digest(&run(7)));
            // As a session, read back.
            let session = Session::parse(&Session::of(&whole).to_toml(), "test").unwrap();
            assert_eq!(session.experiment, experiment);
            assert_eq!(state_digest(&session.replay().unwrap()), digest);
            // Eight replicas, four of them side by side where they can; the first is the run.
            let mut replicas = Replicas::new(&experiment, 8).unwrap();
            replicas.advance_to(200);
            replicas.set_live(other).unwrap();
            replicas.advance_to(500);
            assert_eq!(
                state_digest(replicas.replica(0)),
                digest,
                "{engine:?} {schedule:?}"
            );
        }
    }
}

#[test]
fn a_step_is_what_a_hand_would_do() {
    let to = 0.003;
    let schedule = Schedules {
        learning_rate: Some(course(CourseKind::Step, Some(70), Some(to))),
        ..Schedules::default()
    };
    for engine in [Engine::Sgd, Engine::Langevin, Engine::GradientFlow] {
        let mut scheduled = Simulation::new(&experiment(engine, schedule.clone())).unwrap();
        let plain = experiment(engine, Schedules::default());
        let mut by_hand = Simulation::new(&plain).unwrap();
        scheduled.advance(200);
        by_hand.advance(70);
        by_hand
            .set_live(LiveParams {
                learning_rate: to,
                ..plain.live
            })
            .unwrap();
        by_hand.advance(130);
        assert_eq!(scheduled.network(), by_hand.network());
        assert_eq!(scheduled.time().to_bits(), by_hand.time().to_bits());
        assert!(scheduled.interventions().is_empty());
    }
}

#[test]
fn what_waits_for_a_mode_changes_once_it_is_learned() {
    let schedule = Schedules {
        label_noise_std: Some(course(CourseKind::WhenLearned, None, Some(0.01))),
        ..Schedules::default()
    };
    let mut experiment = experiment(Engine::Sgd, schedule);
    experiment.init.strength = 1e-3;
    let mut simulation = Simulation::new(&experiment).unwrap();
    let mut strengths = Vec::new();
    let learned = loop {
        simulation.advance(1);
        strengths.clear();
        simulation.observe_settled(&mut strengths, &mut Vec::new());
        if simulation.in_force().label_noise_std < 0.1 {
            break simulation.step();
        }
        let is_due = simulation.step().is_multiple_of(LOOK) && strengths[0] >= 0.95 * 2.0;
        assert!(!is_due && simulation.step() < 5000);
    };
    assert!(learned.is_multiple_of(LOOK) && strengths[0] >= 0.95 * 2.0);
    assert_eq!(simulation.learned_at()[2], Some(learned));
    // The mode equations follow the run they stand beside.
    let mut run = Simulation::new(&experiment).unwrap();
    let mut ensemble = Ensemble::new(EnsembleKind::ModeEquations, 64, &mut run).unwrap();
    run.advance_to(learned + 100);
    ensemble.advance_to(learned + 100, &run);
    let mut in_parts = Ensemble::new(
        EnsembleKind::ModeEquations,
        64,
        &mut Simulation::new(&experiment).unwrap(),
    )
    .unwrap();
    let mut run = Simulation::new(&experiment).unwrap();
    for step in (0..=learned + 100).step_by(9).chain([learned + 100]) {
        run.advance_to(step);
        in_parts.advance_to(step, &run);
    }
    let (mut one, mut other) = (Vec::new(), Vec::new());
    ensemble.observe(0.0, &mut one);
    in_parts.observe(0.0, &mut other);
    assert_eq!(one, other);
}

#[test]
fn what_no_course_can_be_is_refused() {
    let refused = |text: &str| {
        let text = format!("[schedule]\n{text}\n");
        Experiment::parse(&text, &[]).map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert_eq!(
        refused("learning_rate = { kind = \"cosine\", steps = 3000, to = 1e-4 }"),
        ""
    );
    assert_eq!(refused("momentum = { kind = \"warmup\", steps = 10 }"), "");
    for (text, words) in [
        ("learning_rate = { kind = \"cosine\", to = 1e-4 }", "steps"),
        ("learning_rate = { kind = \"cosine\", steps = 10 }", "to"),
        (
            "learning_rate = { kind = \"cosine\", steps = 10, to = 0 }",
            "to = 0",
        ),
        (
            "learning_rate = { kind = \"cosine\", steps = 0, to = 0.1 }",
            "steps = 0",
        ),
        (
            "learning_rate = { kind = \"sine\", steps = 10, to = 0.1 }",
            "cosine",
        ),
        ("learning_rate = { steps = 10, to = 0.1 }", "kind"),
        (
            "learning_rate = { kind = \"warmup\", steps = 5, to = 0.1 }",
            "left out",
        ),
        (
            "label_noise_std = { kind = \"exponential\", steps = 10, to = 0.1 }",
            "above 0",
        ),
        (
            "label_noise_std = { kind = \"when_learned\", mode = 5, to = 0.1 }",
            "from 1 to 4",
        ),
        ("momentum = { kind = \"step\", steps = 5, to = 1.0 }", "0.999"),
        (
            "batch_size = { kind = \"curve\", points = [[5, 1.0], [5, 2.0]] }",
            "rising",
        ),
        ("batch_size = { kind = \"curve\", points = [[5, 0.2]] }", "from 1"),
        ("temperature = { kind = \"constant\" }", "learning_rate"),
    ] {
        let message = refused(text);
        assert!(message.contains(words), "{text}: {message}");
        assert!(!message.contains('\n'), "{message}");
    }
}
