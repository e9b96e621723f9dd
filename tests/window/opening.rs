//! Files of every kind, opened in the window.

use std::fs;
use std::path::Path;

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::{self, Opened};
use saddlescope::experiment::{DEFAULT_TOML, Experiment};
use saddlescope::figure::{BundleOptions, FigureOptions, write_bundle};
use saddlescope::files::write_whole;
use saddlescope::session::{Recording, Session, write_npz};
use saddlescope::simulation::{Schedule, Script, Simulation};

use crate::support::{WindowHarness, drop_file, open, wait_for_label, wait_until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// A run of 40 steps of another seed than the usual one.
fn run() -> (Session, Recording) {
    let experiment = Experiment {
        seed: 77,
        ..Experiment::default()
    };
    let mut simulation = Simulation::new(&experiment).unwrap();
    let (recording, _) = Recording::run_script(
        &mut simulation,
        &Script::default(),
        Schedule::Every(10),
        40,
        |_| std::ops::ControlFlow::Continue(()),
    );
    (recording.session().clone(), recording)
}

fn opened_by_drop(path: &Path) -> WindowHarness {
    let mut harness = open(SIZE, Experiment::default());
    wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
    drop_file(&mut harness, path);
    harness
}

fn is_at_the_end(window: &app::Window) -> bool {
    window.steps_taken() == 40 && window.summary().starts_with("halted")
}

#[test]
fn recordings_and_bundles_show_their_run_again() {
    let directory = tempfile::tempdir().unwrap();
    let (session, recording) = run();
    let npz = directory.path().join("run.npz");
    write_whole(&npz, |file| write_npz(&recording, file)).unwrap();
    let mut harness = opened_by_drop(&npz);
    wait_until(&mut harness, "the recorded run", is_at_the_end);
    wait_for_label(&mut harness, "bit for bit");

    let options = BundleOptions {
        every: 10,
        figures: FigureOptions::default(),
    };
    let never = std::sync::atomic::AtomicBool::new(false);
    for name in ["bundle.zip", "bundle"] {
        let path = directory.path().join(name);
        write_bundle(&session, &path, &options, |_| (), &never).unwrap();
        let mut harness = opened_by_drop(&path);
        wait_until(&mut harness, name, is_at_the_end);
        wait_for_label(&mut harness, "bit for bit");
    }
}

#[test]
fn lessons_and_experiments_are_told_apart_by_what_stands_in_them() {
    let directory = tempfile::tempdir().unwrap();
    let lesson = directory.path().join("a.txt");
    let text = include_str!("../../assets/lessons/02-noise-peaks-first.toml");
    fs::write(&lesson, text).unwrap();
    let mut harness = opened_by_drop(&lesson);
    wait_until(&mut harness, "the lesson", |window| {
        window.lesson_number() == Some(2)
    });

    let own = directory.path().join("own.toml");
    fs::write(
        &own,
        text.replace("number = 2", "number = 99")
            .replacen("id = \"", "id = \"own-", 1),
    )
    .unwrap();
    drop_file(&mut harness, &own);
    wait_until(&mut harness, "a lesson of one's own", |window| {
        window.lesson_number() == Some(99)
    });

    let experiment = directory.path().join("b.toml");
    fs::write(
        &experiment,
        DEFAULT_TOML.replace("learning_rate = 0.005", "learning_rate = 0.0025"),
    )
    .unwrap();
    drop_file(&mut harness, &experiment);
    wait_until(&mut harness, "the experiment", |window| {
        window.lesson_number().is_none() && (window.live_in_force().learning_rate - 0.0025).abs() < 1e-15
    });
}

#[test]
fn files_used_of_late_stand_in_the_menu() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("of-late.toml");
    let (session, _) = run();
    session.write(&path).unwrap();
    let mut harness = opened_by_drop(&path);
    wait_until(&mut harness, "the session", is_at_the_end);
    harness.get_by_role_and_label(Role::Button, "File").click();
    harness.step();
    harness.step();
    harness.get_by_label_contains("Open recent").click();
    harness.step();
    harness.step();
    let before = window(&harness).steps_taken();
    harness.get_by_label_contains("of-late.toml").click();
    wait_until(&mut harness, "the session once more", |window| {
        window.steps_taken() < before
    });
    wait_until(&mut harness, "its end", is_at_the_end);
}

#[test]
fn what_cannot_be_opened_is_named_with_what_can_be_done() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let cases = [
        (file("map.parquet", b"PAR1...."), "map.parquet"),
        (file("map.csv", b"cell,mode\n1,2\n"), "column status is missing"),
        (file("samples.csv", b"a,b\n1,2\n"), "data.kind"),
        (
            file("sweep.toml", b"[[axis]]\nkey = \"live.learning_rate\"\n"),
            "saddlescope sweep",
        ),
        (file("photo.png", b"\x89PNG\r\n\x1a\n\xff\xfe"), "neither text"),
        (file("torn.zip", b"PK\x03\x04torn"), "damaged archive"),
        (directory.path().to_owned(), "session.toml"),
        (directory.path().join("not-there.toml"), "cannot be read"),
    ];
    for (path, told) in cases {
        let message = app::open(&path).unwrap_err().to_string();
        assert!(message.contains(told), "{message}");
        assert!(message.contains(&path.display().to_string()), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    let sound = file("sound.toml", DEFAULT_TOML.as_bytes());
    assert!(matches!(app::open(&sound).unwrap(), Opened::Experiment(_)));
}
