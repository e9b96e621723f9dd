//! Session files: what is written is read back to the bit, a session does its run again to the bit at every stride, and every
//! way of being wrong is told in one line with file, line and key.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use saddlescope::dynamics::LiveParams;
use saddlescope::experiment::{DataKind, Dynamics, Engine, Experiment, Sampling};
use saddlescope::session::{
    LONGEST_SESSION, Recording, Session, SessionError, read_npz, state_digest, write_npz,
};
use saddlescope::simulation::{Companions, Schedule, Simulation};
use tempfile::TempDir;

/// Files of `tests/data/bad_sessions`, one for each way of being wrong, and what the message must name.
const BAD_FILES: &[(&str, &[&str])] = &[
    ("an_experiment", &["line 1", "missing key `format`"]),
    (
        "companions_dynamics_twice",
        &["line 23", "companions.dynamics", "twice"],
    ),
    (
        "companions_dynamics_unknown",
        &["line 23", "companions.dynamics", "adamax", "langevin"],
    ),
    (
        "companions_too_many",
        &["line 23", "companions.replicas", "at most 65536"],
    ),
    ("digest_not_hex", &["line 24", "end.digest", "32 hexadecimal"]),
    ("digest_short", &["line 24", "end.digest", "32 hexadecimal"]),
    ("empty", &["line 1", "missing key `format`"]),
    ("end_missing", &["missing key `end`"]),
    ("end_step_missing", &["line 22", "end", "missing key `step`"]),
    (
        "end_step_negative",
        &["line 23", "end.step", "-30", "whole number"],
    ),
    (
        "experiment_infinite",
        &["line 8", "experiment.live.learning_rate = inf"],
    ),
    ("experiment_key_unknown", &["line 5", "experiment.sed", "seed"]),
    ("experiment_missing", &["missing key `experiment`"]),
    (
        "experiment_nan",
        &["line 8", "experiment.live.learning_rate = NaN"],
    ),
    (
        "experiment_word",
        &["line 5", "experiment.seed", "lucky", "whole number"],
    ),
    ("format_missing", &["line 1", "missing key `format`"]),
    (
        "format_unknown",
        &["line 1", "format = 7", "reads format 1", "version 0.1.0"],
    ),
    ("format_word", &["line 1", "format", "one", "whole number"]),
    (
        "intervention_after_the_end",
        &["line 17", "intervention[1].step = 31", "end.step = 30"],
    ),
    (
        "intervention_key_missing",
        &["line 10", "intervention[0]", "missing key `label_noise_std`"],
    ),
    (
        "intervention_key_unknown",
        &["line 18", "intervention[1].nesterov", "learning_rate"],
    ),
    (
        "intervention_nan",
        &["line 18", "intervention[1].learning_rate = NaN", "above 0"],
    ),
    (
        "intervention_negative_noise",
        &["line 20", "intervention[1].label_noise_std = -0.25", "from 0"],
    ),
    ("intervention_table", &["line 10", "intervention", "a list"]),
    (
        "intervention_word",
        &["line 19", "intervention[1].batch_size", "many", "whole number"],
    ),
    (
        "interventions_at_one_step",
        &["line 17", "intervention[1].step = 10", "above 10"],
    ),
    (
        "interventions_unsorted",
        &["line 17", "intervention[1].step = 5", "above 10"],
    ),
    ("key_twice", &["line 24", "duplicate key"]),
    ("not_toml", &["line 22", "unclosed table"]),
    ("not_utf8", &["UTF-8"]),
    ("table_unknown", &["line 22", "optimizer", "experiment"]),
    ("version_missing", &["missing key `version`"]),
    ("version_number", &["line 2", "version", "a string"]),
    ("view_nan", &["line 27", "view.zoom", "finite"]),
    ("view_number", &["line 26", "view", "a table"]),
    ("view_too_deep", &["line 27", "view.a.b.c", "at most 8"]),
];

fn bad_sessions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad_sessions")
}

#[test]
fn every_way_of_being_wrong_is_told_with_file_line_and_key() {
    for (name, words) in BAD_FILES {
        let path = bad_sessions().join(format!("{name}.toml"));
        let message = Session::read(&path).unwrap_err().to_string();
        assert!(message.contains(&format!("{name}.toml")), "{message}");
        assert!(!message.contains('\n') && message.len() < 600, "{message}");
        for word in *words {
            assert!(message.contains(word), "{name}: no {word:?} in {message:?}");
        }
    }
    let n_files = fs::read_dir(bad_sessions()).unwrap().count();
    assert_eq!(n_files, BAD_FILES.len(), "a file is not in the list");
}

#[test]
fn noise_of_any_size_is_refused_quickly() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("noise.toml");
    // 100 MB, without writing them.
    fs::File::create(&path).unwrap().set_len(100_000_000).unwrap();
    let start = Instant::now();
    let message = Session::read(&path).unwrap_err().to_string();
    assert!(start.elapsed() < Duration::from_millis(200));
    assert!(
        message.contains("too long for a session") && message.contains("noise.toml"),
        "{message}"
    );
    // As long as a session may be, and text.
    let noise: String = (0..LONGEST_SESSION)
        .map(|i| char::from(33 + (i * i % 89) as u8))
        .collect();
    let message = Session::parse(&noise, "pasted text").unwrap_err().to_string();
    assert!(
        message.starts_with("pasted text: line 1: ") && message.len() < 600,
        "{message}"
    );
    let longer = noise + "x";
    assert!(matches!(
        Session::parse(&longer, "a"),
        Err(SessionError::TooLong { .. })
    ));
    // Brackets without end.
    let deep = format!("format = 1\nversion = \"1\"\nview.a = {}", "[".repeat(1_000_000));
    assert!(Session::parse(&deep, "a").is_err());
    let missing = directory.path().join("none.toml");
    let message = Session::read(&missing).unwrap_err().to_string();
    assert!(message.contains("none.toml: cannot be read"), "{message}");
    assert!(Session::read(directory.path()).is_err());
}

/// Parameters that no decimal of few digits tells.
fn awkward(step: u64) -> LiveParams {
    let x = step as f64;
    LiveParams {
        learning_rate: 0.003 * (1.1 + (0.7 * x).sin()),
        batch_size: 1 + step % 7,
        label_noise_std: (0.31 * x).cos().abs(),
        ..LiveParams::default()
    }
}

/// A run with changes at 24 steps, some of them made twice or taken back, and its state at the end.
fn changed_run(experiment: &Experiment) -> Simulation {
    let mut simulation = Simulation::new(experiment).unwrap();
    for i in 0..24_u64 {
        let before = *simulation.live();
        simulation.set_live(awkward(17 * i + 3)).unwrap();
        if i % 3 == 1 {
            // A slider that is held and moved on.
            simulation.set_live(awkward(i)).unwrap();
        }
        if i % 8 == 5 {
            // One that is put back.
            simulation.set_live(before).unwrap();
        }
        simulation.advance(1 + 13 * i % 37);
    }
    assert!(simulation.interventions().len() >= 20);
    simulation
}

fn experiments() -> Vec<Experiment> {
    let plain = Experiment {
        seed: 11,
        ..Experiment::default()
    };
    let mut flow = plain.clone();
    flow.engine = Engine::GradientFlow;
    let mut stored = plain.clone();
    stored.data.kind = DataKind::Dataset;
    stored.data.sampling = Sampling::Epochs;
    let mut stored_flow = stored.clone();
    stored_flow.engine = Engine::GradientFlow;
    vec![
        plain.clone().with_dynamics(Dynamics::Langevin),
        plain.with_dynamics(Dynamics::Sgd),
        flow,
        stored,
        stored_flow,
    ]
}

#[test]
fn a_replay_has_the_bits_of_the_run_at_every_stride() {
    for experiment in experiments() {
        let direct = changed_run(&experiment);
        let session = Session::of(&direct);
        let read = Session::parse(&session.to_toml(), "text").unwrap();
        assert_eq!(read, session);
        let again = read.replay().unwrap();
        assert_eq!(again.interventions(), direct.interventions());
        assert_eq!(again.network(), direct.network());
        assert_eq!(Some(state_digest(&again)), session.end.digest);
        for every in [1, 7, 100, 1_000_000] {
            let mut simulation = Simulation::new(&read.experiment).unwrap();
            let (recording, _) = Recording::run_script(
                &mut simulation,
                &read.script,
                Schedule::Every(every),
                read.end.step,
                |_| ControlFlow::Continue(()),
            );
            assert_eq!(
                recording.session().end,
                session.end,
                "{:?}, every {every}",
                experiment.dynamics()
            );
        }
        // The script knows the times of its changes.
        let times = read.script.interventions(&read.experiment);
        assert_eq!(times, direct.interventions());
        let time = read.script.time_at(&read.experiment, read.end.step);
        assert_eq!(time.to_bits(), direct.time().to_bits());
    }
}

#[test]
fn a_change_taken_back_leaves_no_trace() {
    for experiment in experiments() {
        let mut plain = Simulation::new(&experiment).unwrap();
        let mut played = plain.clone();
        plain.advance(333);
        played.advance(111);
        let before = *played.live();
        played.set_live(awkward(5)).unwrap();
        played.set_live(awkward(6)).unwrap();
        played.set_live(before).unwrap();
        assert!(played.interventions().is_empty());
        played.advance(222);
        assert_eq!(
            state_digest(&played),
            state_digest(&plain),
            "{:?}",
            experiment.dynamics()
        );
    }
}

#[test]
fn the_digest_sees_a_single_bit_of_anything() {
    let simulation = Simulation::new(&Experiment::default()).unwrap();
    let digest = state_digest(&simulation);
    assert_eq!(digest, state_digest(&simulation.clone()));
    let mut noisier = simulation.clone();
    let live = LiveParams {
        label_noise_std: f64::from_bits(1),
        ..*simulation.live()
    };
    noisier.set_live(live).unwrap();
    assert_ne!(state_digest(&noisier), digest);
    let mut experiment = Experiment::default();
    experiment.init.strength = f64::from_bits(experiment.init.strength.to_bits() + 4);
    assert_ne!(state_digest(&Simulation::new(&experiment).unwrap()), digest);
    assert_eq!(digest.to_string().parse(), Ok(digest));
}

#[test]
fn what_is_written_is_read_back() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("session.toml");
    let mut session = Session::of(&changed_run(&Experiment::default()));
    session.companions = Companions {
        dynamics: vec![Dynamics::GradientFlow, Dynamics::IsotropicLangevin],
        trajectories: 4096,
        replicas: 32,
    };
    session.view = "zoom = 0.1\nopen = [true, false]\n[axes.loss]\nlog = true\nrange = [-1e-300, 5e300]"
        .parse()
        .unwrap();
    session.write(&path).unwrap();
    assert_eq!(Session::read(&path).unwrap(), session);
    // Again over itself, and without a digest.
    session.end.digest = None;
    session.write(&path).unwrap();
    assert_eq!(Session::read(&path).unwrap(), session);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    // What could not be read again is not written, and the file that was there stays.
    session
        .view
        .insert("notes".to_owned(), "n".repeat(LONGEST_SESSION as usize).into());
    let message = session.write(&path).unwrap_err().to_string();
    assert!(message.contains("session.toml: cannot be written"), "{message}");
    assert!(Session::read(&path).is_ok());
    // Keys of the experiment have their defaults; a hand-written session needs little.
    let short = "format = 1\nversion = \"hand\"\n[experiment]\n[end]\nstep = 1e6";
    let read = Session::parse(short, "text").unwrap();
    assert_eq!(
        (read.experiment, read.end.step),
        (Experiment::default(), 1_000_000)
    );
}

#[test]
fn an_archive_is_read_back_to_the_bit() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("run.npz");
    for experiment in experiments() {
        let session = Session::of(&changed_run(&experiment));
        let mut simulation = Simulation::new(&session.experiment).unwrap();
        let (recording, _) = Recording::run_script(
            &mut simulation,
            &session.script,
            Schedule::Every(3),
            session.end.step,
            |_| ControlFlow::Continue(()),
        );
        write_npz(&recording, fs::File::create(&path).unwrap()).unwrap();
        let read = read_npz(&path).unwrap();
        assert_eq!(read.session(), recording.session());
        assert_eq!(read.interventions(), recording.interventions());
        assert!(read.rows().eq(recording.rows()));
        assert_eq!(read.events(), recording.events());
        assert_eq!(read.last_network(), recording.last_network());
        assert_eq!(read.initial_network(), recording.initial_network());
    }
}
