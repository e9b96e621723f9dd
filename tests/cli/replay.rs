//! `saddlescope run --session` and `saddlescope replay` as a person meets them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use saddlescope::session::Session;
use tempfile::TempDir;

use crate::command;

use command::{rows, saddlescope};

/// Exit code, standard output and standard error.
fn told(directory: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = saddlescope(directory, arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A run with 24 changes of parameters, saved with the digest of its end.
fn save_changed_run(directory: &Path) {
    let mut changes = String::new();
    for i in 0..24 {
        let (step, rate) = (20 * i + i % 3, 0.004 + 1e-3 * (f64::from(i) * 0.9).sin());
        let (batch, noise) = (1 + 5 * i % 32, 0.1 * f64::from(i % 4));
        writeln!(
            changes,
            "[[intervention]]\nstep = {step}\nlearning_rate = {rate:?}\nbatch_size = {batch}\nlabel_noise_std = {noise:?}\n"
        )
        .unwrap();
    }
    let text = format!("format = 1\nversion = \"x\"\n[experiment]\nseed = 5\n{changes}[end]\nstep = 700\n");
    let mut session = Session::parse(&text, "text").unwrap();
    let end = session.replay().unwrap();
    session.end = Session::of(&end).end;
    session.version = Session::of(&end).version;
    session.write(&directory.join("s.toml")).unwrap();
}

#[test]
fn a_saved_run_is_replayed_to_the_byte() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    for (engine, extension) in [("sgd", "npz"), ("langevin", "csv"), ("gradient_flow", "csv")] {
        let engine = format!("engine={engine}");
        let (a, b) = (format!("a.{extension}"), format!("b.{extension}"));
        let run = [
            "run",
            "--steps",
            "400",
            "--set",
            &engine,
            "--out",
            &a,
            "--events",
            "a_e.csv",
            "--session",
            "s.toml",
        ];
        assert_eq!(told(path, &run), (0, String::new(), String::new()));
        let (code, output, errors) = told(path, &["replay", "s.toml", "--out", &b, "--events", "b_e.csv"]);
        assert_eq!((code, errors.as_str()), (0, ""));
        assert!(
            output.starts_with("step 400: digest ") && output.contains("matches"),
            "{output}"
        );
        for (first, second) in [(a.as_str(), b.as_str()), ("a_e.csv", "b_e.csv")] {
            assert!(
                fs::read(path.join(first)).unwrap() == fs::read(path.join(second)).unwrap(),
                "{first}"
            );
        }
    }
}

#[test]
fn a_session_with_many_changes_is_replayed_at_any_stride() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    save_changed_run(path);
    let tables: Vec<Vec<Vec<f64>>> = ["1", "7", "700"]
        .into_iter()
        .map(|every| {
            // The table goes to standard output, the verdict not.
            let (code, output, errors) = told(path, &["replay", "s.toml", "--every", every]);
            assert_eq!(code, 0, "{errors}");
            assert!(errors.contains("matches"), "{errors}");
            rows(&output)
        })
        .collect();
    assert_eq!(tables[0].len(), 701);
    for row in tables[1].iter().chain(&tables[2]) {
        // To the bit: the same text was read.
        assert_eq!(row, &tables[0][row[0] as usize]);
    }
    let spread = told(
        path,
        &["replay", "s.toml", "--replicas", "3", "--out", "spread.csv"],
    );
    assert_eq!(spread.0, 0, "{spread:?}");
}

#[test]
fn another_end_is_told_and_has_its_own_exit_code() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    save_changed_run(path);
    let text = fs::read_to_string(path.join("s.toml")).unwrap();
    let edited = |name: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        fs::write(path.join(name), text.replacen(from, to, 1)).unwrap();
    };
    edited("seed.toml", "seed = 5", "seed = 6");
    let (code, output, errors) = told(path, &["replay", "seed.toml", "--out", "rows.csv"]);
    assert_eq!((code, output.as_str()), (4, ""));
    assert!(
        errors.contains("step 700: digest") && errors.contains("changed by hand"),
        "{errors}"
    );
    assert_eq!(
        rows(&fs::read_to_string(path.join("rows.csv")).unwrap()).len(),
        701
    );
    let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
    edited("version.toml", &version, "version = \"0.0.1\"");
    assert_eq!(told(path, &["replay", "version.toml", "--out", "rows.csv"]).0, 0);
    let version = fs::read_to_string(path.join("version.toml")).unwrap();
    fs::write(
        path.join("version.toml"),
        version.replacen("seed = 5", "seed = 6", 1),
    )
    .unwrap();
    let (code, _, errors) = told(path, &["replay", "version.toml", "--out", "rows.csv"]);
    assert!(code == 4 && errors.contains("saved by version 0.0.1"), "{errors}");
    let digest = text.lines().find(|line| line.starts_with("digest")).unwrap();
    edited("none.toml", digest, "");
    let (code, output, _) = told(path, &["replay", "none.toml", "--out", "rows.csv"]);
    assert!(
        code == 0 && output.contains("no digest to compare with"),
        "{output}"
    );
}

#[test]
fn a_run_that_diverged_does_so_again() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let run = [
        "run",
        "--steps",
        "1e5",
        "--set",
        "live.learning_rate=1.5",
        "--out",
        "a.csv",
        "--session",
        "s.toml",
    ];
    let (code, _, first) = told(path, &run);
    assert_eq!(code, 3, "{first}");
    assert!(Session::read(&path.join("s.toml")).unwrap().end.diverged);
    let (code, output, second) = told(path, &["replay", "s.toml", "--every", "100", "--out", "b.csv"]);
    assert_eq!((code, &second), (3, &first));
    assert!(output.contains("matches"), "{output}");
    let last = |name: &str| rows(&fs::read_to_string(path.join(name)).unwrap()).pop().unwrap();
    assert_eq!(last("a.csv"), last("b.csv"));
}

#[test]
fn bad_outputs_are_refused_before_the_run() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    save_changed_run(path);
    fs::write(path.join("mine.toml"), "seed = 2").unwrap();
    let refused = |arguments: &[&str], words: &str| {
        let (code, output, errors) = told(path, arguments);
        assert_eq!((code, output.as_str()), (2, ""), "{arguments:?}: {errors}");
        assert!(
            errors.contains(words) && errors.lines().count() == 1,
            "{arguments:?}: {errors}"
        );
    };
    refused(&["replay", "none.toml"], "none.toml: cannot be read");
    refused(
        &["replay", "mine.toml"],
        "mine.toml: line 1: missing key `format`",
    );
    refused(
        &["replay", "s.toml", "--out", "rows.txt"],
        "must end in .csv or .npz",
    );
    refused(
        &["replay", "s.toml", "--out", "no/rows.csv"],
        "there is no directory",
    );
    refused(
        &["replay", "s.toml", "--out", "a.csv", "--events", "a.csv"],
        "--out and --events are the same file",
    );
    refused(
        &["run", "--steps", "9", "--session", "s.csv"],
        "--session s.csv: the name must end in .toml",
    );
    let over = [
        "run",
        "--steps",
        "9",
        "--experiment",
        "mine.toml",
        "--session",
        "./mine.toml",
    ];
    refused(
        &over,
        "./mine.toml: is the experiment, which would be overwritten",
    );
    assert_eq!(fs::read_to_string(path.join("mine.toml")).unwrap(), "seed = 2");
    let names = fs::read_dir(path).unwrap().count();
    assert_eq!(names, 2, "something was written");
}

/// A disk that is full, played by a limit on the size of files.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    save_changed_run(path);
    fs::write(path.join("rows.npz"), "old").unwrap();
    let program = assert_cmd::cargo::cargo_bin("saddlescope");
    let output = std::process::Command::new("bash")
        .current_dir(path)
        // 16 KiB; the signal that goes with it is ignored, so the write itself fails.
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 16; exec \"$0\" replay s.toml --every 1 --out rows.npz",
        ])
        .arg(program)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        errors.starts_with("error: rows.npz: cannot be written") && errors.lines().count() == 1,
        "{errors}"
    );
    assert_eq!(fs::read(path.join("rows.npz")).unwrap(), b"old");
    assert_eq!(fs::read_dir(path).unwrap().count(), 2);
}
