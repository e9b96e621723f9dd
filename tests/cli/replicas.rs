//! `--replicas`: the plain run beside the distribution over independent runs.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use saddlescope::experiment::Experiment;
use saddlescope::simulation::Replicas;
use tempfile::TempDir;

use crate::command;
use crate::npz;

use command::{rows, saddlescope, stdout};
use npz::Npz;

const SETTINGS: [&str; 4] = [
    "--set",
    "teacher.strengths=[3,1]",
    "--set",
    "live.label_noise_std=0.5",
];
const STEPS: [&str; 5] = ["run", "--steps", "105", "--every", "10"];

fn arguments(more: &[&'static str]) -> Vec<&'static str> {
    [&STEPS[..], &SETTINGS, more].concat()
}

#[test]
fn the_columns_of_a_run_alone_stay_and_those_of_the_distribution_follow() {
    let alone = stdout(&arguments(&[]));
    let table = stdout(&arguments(&["--replicas", "5"]));
    let added = "strength_mean_1,strength_mean_2,strength_std_1,strength_std_2,strength_q10_1,strength_q10_2,\
        strength_q90_1,strength_q90_2";
    assert_eq!(
        table.lines().next().unwrap(),
        format!("{},{added}", alone.lines().next().unwrap())
    );
    assert_eq!(table.lines().count(), 1 + 12);
    for (line, plain) in table.lines().zip(alone.lines()) {
        assert!(line.starts_with(&format!("{plain},")), "{line}\n{plain}");
    }
    // The numbers are those of the library's replicas.
    let mut experiment = Experiment::default();
    experiment.teacher.strengths = vec![3.0, 1.0];
    experiment.live.label_noise_std = 0.5;
    let mut replicas = Replicas::new(&experiment, 5).unwrap();
    for row in rows(&table) {
        replicas.advance_to(row[0] as u64);
        let mut expected = Vec::new();
        Replicas::columns(&replicas.observe().unwrap(), &mut expected);
        assert_eq!(row[43..], expected, "step {}", row[0]);
    }
    let last_spread = rows(&table)[11][45];
    assert!(last_spread > 0.0);
    // One network alone has its own strength for a mean and no spread.
    for row in rows(&stdout(&arguments(&["--replicas", "1"]))) {
        assert_eq!(
            [&row[4..6], &[0.0, 0.0], &row[4..6], &row[4..6]].concat(),
            row[43..]
        );
    }
}

#[test]
fn nothing_depends_on_the_number_of_threads() {
    let run = |n_threads: &str| {
        let output = Command::cargo_bin("saddlescope")
            .unwrap()
            .env("RAYON_NUM_THREADS", n_threads)
            .args(arguments(&["--replicas", "7"]))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        output.stdout
    };
    let one = run("1");
    assert!(one.len() > 1000 && one == run("2") && one == run("3"));
}

#[test]
fn the_archive_holds_the_distribution() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, more: &[&'static str]| {
        let output = saddlescope(
            directory.path(),
            &[&arguments(more)[..], &["--out", name]].concat(),
        );
        assert_eq!(output.status.code(), Some(0));
        Npz::open(&directory.path().join(name))
    };
    let mut archive = write("several.npz", &["--replicas", "5"]);
    let table = rows(&stdout(&arguments(&["--replicas", "5"])));
    for (name, first) in [("mean", 43), ("std", 45), ("q10", 47), ("q90", 49)] {
        let (shape, found) = archive.read::<f64>(&format!("strength_{name}"));
        let expected: Vec<f64> = table
            .iter()
            .flat_map(|row| row[first..first + 2].to_vec())
            .collect();
        assert_eq!((shape, found), (vec![12, 2], expected), "{name}");
    }
    // Everything else is that of the run alone.
    let mut alone = write("alone.npz", &[]);
    for name in ["strength", "diffusion", "final_w1", "final_w2", "event_kind"] {
        let (shape, values) = alone.read::<f64>(name);
        assert_eq!((shape, values), archive.read::<f64>(name), "{name}");
    }
}

/// Exit code, message, table and events of a run with four replicas.
fn run(directory: &Path, seed: u64, rate: f64, n_steps: u64) -> (Option<i32>, String, String, String) {
    let (seed, rate, steps) = (
        format!("seed={seed}"),
        format!("live.learning_rate={rate}"),
        n_steps.to_string(),
    );
    let mut arguments = vec!["run", "--replicas", "4", "--steps", &steps, "--every", "7"];
    arguments.extend(["--set", &seed, "--set", &rate, "--set", "live.batch_size=1"]);
    arguments.extend(["--out", "rows.csv", "--events", "events.csv"]);
    let output = saddlescope(directory, &arguments);
    let read = |name: &str| fs::read_to_string(directory.join(name)).unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
        read("rows.csv"),
        read("events.csv"),
    )
}

#[test]
fn the_first_divergence_ends_all_and_says_whose_it_was() {
    let directory = TempDir::new().unwrap();
    let mut of_others = 0;
    for seed in 1..=6 {
        let (code, message, table, events) = run(directory.path(), seed, 0.1, 2000);
        // The same by hand, step by step.
        let mut experiment = Experiment {
            seed,
            ..Experiment::default()
        };
        experiment.live.learning_rate = 0.1;
        experiment.live.batch_size = 1;
        let mut replicas = Replicas::new(&experiment, 4).unwrap();
        while replicas.first_divergence().is_none() {
            replicas.advance_to(replicas.step() + 1);
        }
        let first = replicas.first_divergence().unwrap();
        let step = first.divergence.step;
        assert_eq!(code, Some(3), "{message}");
        assert_eq!(message.lines().count(), 1, "{message}");
        let words = format!(
            "error: replica {} of 4 diverged at step {step} ",
            first.replica + 1
        );
        assert!(message.starts_with(&words), "{words} {message}");
        of_others += u32::from(first.replica > 0);
        // Rows of the schedule up to there, all finite; the event at the step itself.
        let rows = rows(&table);
        let last = rows[rows.len() - 1][0] as u64;
        assert_eq!(last, step / 7 * 7, "{message}");
        assert!(rows.iter().flatten().all(|value| value.is_finite()));
        let last = events.lines().last().unwrap();
        assert!(
            last.starts_with(&format!("{step},")) && last.ends_with(",diverged,,,,"),
            "{last}"
        );
    }
    assert!(of_others > 0, "no seed in which another than the first diverged");
}

#[test]
fn a_run_that_ends_before_the_divergence_is_whole() {
    let directory = TempDir::new().unwrap();
    let (_, message, table, _) = run(directory.path(), 1, 0.1, 2000);
    let n_steps = rows(&table).len() as u64 * 7 - 7;
    let (code, _, shorter, events) = run(directory.path(), 1, 0.1, n_steps);
    assert_eq!((code, shorter), (Some(0), table), "{message}");
    assert!(!events.contains("diverged"));
}

#[test]
fn weights_that_overflow_at_once_end_all_replicas() {
    let deep = "network.hidden=[4,4,4,4,4,4,4,4,4,4,4,4,4,4,4]";
    let settings = ["init.scheme=gaussian", "init.std=3", "live.learning_rate=1e6"];
    let mut arguments = vec!["run", "--steps", "100", "--replicas", "3", "--set", deep];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = saddlescope(Path::new("."), &arguments);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(rows(&String::from_utf8(output.stdout).unwrap()).len(), 1);
}
