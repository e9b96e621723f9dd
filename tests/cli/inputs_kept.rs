//! No command writes over a file that it has read, whatever the two are called, and several outputs are written all or none.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::command::saddlescope;

const LESSON: &str = include_str!("../data/lessons/good.toml");

/// A folder with an experiment on samples, its session, its recording, and links to some of them.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/samples");
    for name in ["good.toml", "x.csv", "y.csv"] {
        fs::copy(samples.join(name), path.join(name)).unwrap();
    }
    let made = saddlescope(
        path,
        &[
            "run",
            "--experiment",
            "good.toml",
            "--steps",
            "20",
            "--out",
            "z.npz",
            "--session",
            "s.toml",
        ],
    );
    assert_eq!(made.status.code(), Some(0));
    fs::create_dir(path.join("lessons")).unwrap();
    fs::write(path.join("lessons/own.toml"), LESSON).unwrap();
    let sweep =
        "steps = 10\nreplicas = 1\nexperiment = \"good.toml\"\n[[axis]]\nkey = \"seed\"\nvalues = [1, 2]\n";
    fs::write(path.join("sweep.toml"), sweep).unwrap();
    let made = saddlescope(path, &["sweep", "sweep.toml", "--out", "cells"]);
    assert_eq!(made.status.code(), Some(0));
    // The same files by names with other endings.
    for (name, other) in [
        ("s.toml", "s.zip"),
        ("z.npz", "z.svg"),
        ("cells/shard-1-of-1.csv", "t.csv"),
        ("sweep.toml", "w.toml"),
    ] {
        fs::hard_link(path.join(name), path.join(other)).unwrap();
    }
    #[cfg(unix)]
    for (name, other) in [
        ("x.csv", "link.csv"),
        ("good.toml", "link.toml"),
        ("t.csv", "t.svg"),
    ] {
        std::os::unix::fs::symlink(name, path.join(other)).unwrap();
    }
    folder
}

/// Names and contents of all files.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(contents(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn outputs_are_no_inputs() {
    let folder = folder();
    let path = folder.path();
    let before = contents(path);
    let run = ["run", "--steps", "9", "--experiment", "good.toml"];
    let lesson = ["run", "--lesson", "probe", "--lessons-folder", "lessons"];
    let cases: &[(&[&str], &[&str])] = &[
        (&run, &["--out", "x.csv"]),
        (&run, &["--out", "./lessons/../y.csv"]),
        (&run, &["--out", "link.csv"]),
        (&run, &["--events", "y.csv"]),
        (&run, &["--session", "good.toml"]),
        (&run, &["--session", "link.toml"]),
        (&["replay", "s.toml"], &["--out", "x.csv"]),
        (&["replay", "s.toml"], &["--out", "a.csv", "--events", "x.csv"]),
        (&["bundle", "s.zip"], &["--out", "s.zip"]),
        (&["plot", "z.svg"], &["--out", "z.svg"]),
        (&["plot", "t.csv"], &["--out", "t.svg"]),
        (&lesson, &["--session", "lessons/own.toml"]),
        (
            &["sweep", "--merge", "cells"],
            &["--out", "cells/shard-1-of-1.csv"],
        ),
        (&["sweep", "--merge", "cells"], &["--out", "t.csv"]),
        (&["sweep", "--merge", "cells"], &["--out", "x.csv"]),
    ];
    for (command, outputs) in cases {
        let arguments = [*command, *outputs].concat();
        let output = saddlescope(path, &arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(
            message.ends_with(", which would be overwritten\n") && message.lines().count() == 1,
            "{arguments:?}: {message}"
        );
        assert_eq!(contents(path), before, "{arguments:?}");
    }
}

#[test]
fn the_sweep_itself_is_no_table_of_its_directory() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("new")).unwrap();
    for output in ["sweep.toml", "shard-1-of-1.csv", "shard-1-of-1.log"] {
        fs::hard_link(path.join("w.toml"), path.join("new").join(output)).unwrap();
        let before = contents(path);
        let refused = saddlescope(path, &["sweep", "sweep.toml", "--out", "new"]);
        let message = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{message}");
        assert!(
            message.contains("is the sweep, which would be overwritten"),
            "{message}"
        );
        assert_eq!(contents(path), before);
        fs::remove_file(path.join("new").join(output)).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn two_outputs_are_two_files() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    // Neither is there yet.
    std::os::unix::fs::symlink("rows.csv", path.join("link.csv")).unwrap();
    let refused = saddlescope(
        path,
        &["run", "--steps", "9", "--out", "rows.csv", "--events", "link.csv"],
    );
    let message = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2), "{message}");
    assert!(
        message.contains("--out and --events are the same file"),
        "{message}"
    );
    assert!(!path.join("rows.csv").exists());
    // A link that leads to nothing is followed.
    let written = saddlescope(path, &["run", "--steps", "9", "--out", "link.csv"]);
    assert_eq!(written.status.code(), Some(0));
    assert!(path.join("link.csv").is_symlink() && path.join("rows.csv").is_file());
}

/// A disk that is full when the second output is written, played by a limit on the size of files.
#[cfg(target_os = "linux")]
#[test]
fn several_outputs_are_written_all_or_none() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("rows.csv"), "old").unwrap();
    // Long names make a session that is longer than a table of few rows.
    let deep = ["a".repeat(200), "b".repeat(200), "c".repeat(200)].join("/");
    fs::create_dir_all(path.join(&deep)).unwrap();
    for name in ["x.csv", "y.csv"] {
        fs::write(path.join(&deep).join(name), "a\n1\n2\n").unwrap();
    }
    let data = format!("data={{kind='file',inputs='{deep}/x.csv',targets='{deep}/y.csv'}}");
    let run = |limit: &str| {
        let script = format!(
            "trap '' XFSZ; ulimit -f {limit}; exec \"$0\" run --steps 2 --every 2 --set 'network={{d_in=1,d_out=1,hidden=[]}}' \
             --set \"$1\" --out rows.csv --session s.toml"
        );
        std::process::Command::new("bash")
            .current_dir(path)
            .args(["-c", &script])
            .arg(assert_cmd::cargo::cargo_bin("saddlescope"))
            .arg(&data)
            .output()
            .unwrap()
    };
    let output = run("1");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.starts_with("error: s.toml: cannot be written"), "{errors}");
    assert_eq!(fs::read_dir(path).unwrap().count(), 2);
    assert_eq!(fs::read(path.join("rows.csv")).unwrap(), b"old");
    let output = run("100");
    assert_eq!(output.status.code(), Some(0));
    assert!(path.join("s.toml").is_file());
}

#[test]
fn a_lesson_leaves_a_session_also_without_rows() {
    let folder = folder();
    let path = folder.path();
    let lesson = [
        "run",
        "--lesson",
        "probe",
        "--lessons-folder",
        "lessons",
        "--session",
        "own.toml",
    ];
    let output = saddlescope(path, &lesson);
    assert_eq!(output.status.code(), Some(0));
    let replayed = saddlescope(path, &["replay", "own.toml", "--out", "own.csv"]);
    let told = String::from_utf8(replayed.stdout).unwrap();
    assert_eq!(replayed.status.code(), Some(0));
    assert!(told.contains("matches"), "{told}");
}

/// The rows up to a divergence are written and the exit code says so, also for a lesson.
#[test]
fn a_lesson_that_diverges_ends_with_the_code_of_a_divergence() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let checks = LESSON.find("[[check]]").unwrap();
    let diverging = LESSON[..checks].replace("[experiment]", "[experiment]\nengine = \"sgd\"");
    let text = format!("{diverging}\n[[check]]\nkind = \"diverged\"\nat_least = 0\n");
    let changed = text.replacen("[experiment]\n", "[experiment]\nlive.learning_rate = 3.0\n", 1);
    fs::write(path.join("own.toml"), changed).unwrap();
    let output = saddlescope(
        path,
        &[
            "run",
            "--lesson",
            "probe",
            "--lessons-folder",
            ".",
            "--out",
            "rows.csv",
        ],
    );
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{message}");
    assert!(message.contains("diverged at step"), "{message}");
    assert!(path.join("rows.csv").is_file());
}
