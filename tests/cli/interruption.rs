//! Signals: what is done so far is kept, one line says how much, and the exit code tells the signal.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use saddlescope::session::Session;
use tempfile::TempDir;

use crate::command::saddlescope;

const SIGNALS: [(&str, i32); 3] = [("HUP", 129), ("INT", 130), ("TERM", 143)];

fn start(path: &Path, arguments: &[&str]) -> Child {
    Command::new(assert_cmd::cargo::cargo_bin("saddlescope"))
        .current_dir(path)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Sends a signal once the program has had time to begin; gives its exit code and what it said.
fn interrupted(mut program: Child, signal: &str) -> (Option<i32>, String) {
    sleep(Duration::from_millis(700));
    let id = program.id().to_string();
    assert!(
        Command::new("kill")
            .args([&format!("-{signal}"), &id])
            .status()
            .unwrap()
            .success()
    );
    let mut message = String::new();
    std::io::Read::read_to_string(&mut program.stderr.take().unwrap(), &mut message).unwrap();
    (program.wait().unwrap().code(), message)
}

#[test]
fn a_run_and_a_replay_keep_their_rows() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    for (signal, code) in SIGNALS {
        let run = start(
            path,
            &[
                "run",
                "--steps",
                "1e12",
                "--every",
                "1e6",
                "--out",
                "rows.csv",
                "--session",
                "s.toml",
            ],
        );
        let (found, message) = interrupted(run, signal);
        assert_eq!(found, Some(code), "{message}");
        let rows = fs::read_to_string(path.join("rows.csv")).unwrap().lines().count() - 1;
        assert!(
            message.starts_with("error: interrupted after step ")
                && message.contains(&format!("the {rows} rows so far are written"))
                && message.lines().count() == 1,
            "{message}"
        );
        // The session is that of the run so far, and may be gone on with.
        let mut session = Session::read(&path.join("s.toml")).unwrap();
        assert!(session.end.step > 0 && session.end.digest.is_some());
        session.end.step = 1_000_000_000_000;
        session.end.digest = None;
        session.write(&path.join("long.toml")).unwrap();
        let replay = start(
            path,
            &[
                "replay",
                "long.toml",
                "--every",
                "1e6",
                "--replicas",
                "2",
                "--out",
                "again.npz",
            ],
        );
        let (found, message) = interrupted(replay, signal);
        assert_eq!(found, Some(code), "{message}");
        let plotted = saddlescope(path, &["plot", "again.npz", "--out", "again.svg"]);
        assert_eq!(plotted.status.code(), Some(0));
    }
}

#[test]
fn a_sweep_keeps_its_cells_and_a_bundle_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let sweep = "steps = 100000000\nreplicas = 1\n[[axis]]\nkey = \"seed\"\nfrom = 1\nto = 1000\nn = 1000\n";
    fs::write(path.join("sweep.toml"), sweep).unwrap();
    let run = saddlescope(
        path,
        &["run", "--steps", "9", "--out", "rows.csv", "--session", "s.toml"],
    );
    assert_eq!(run.status.code(), Some(0));
    let mut session = Session::read(&path.join("s.toml")).unwrap();
    session.end.step = 1_000_000_000_000;
    session.end.digest = None;
    session.write(&path.join("long.toml")).unwrap();
    for (signal, code) in SIGNALS {
        let (found, message) = interrupted(start(path, &["sweep", "sweep.toml", "--out", "cells"]), signal);
        assert_eq!(found, Some(code), "{message}");
        let last = message.lines().last().unwrap();
        assert!(
            last.starts_with("error: interrupted; ") && last.contains(" cells are left"),
            "{message}"
        );
        let bundle = start(path, &["bundle", "long.toml", "--every", "1e6", "--out", "b.zip"]);
        let (found, message) = interrupted(bundle, signal);
        assert_eq!(
            (found, message.as_str()),
            (Some(code), "error: interrupted; nothing was written\n")
        );
        assert!(!path.join("b.zip").exists());
    }
}

/// Whoever starts a program with `nohup` wants it to go on when the terminal is closed.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let folder = TempDir::new().unwrap();
    let program = Command::new("bash")
        .current_dir(folder.path())
        .args([
            "-c",
            "trap '' HUP; exec \"$0\" run --steps 1e12 --every 1e6 --out rows.csv",
        ])
        .arg(assert_cmd::cargo::cargo_bin("saddlescope"))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(Duration::from_millis(700));
    let hung_up = Command::new("kill")
        .args(["-HUP", &program.id().to_string()])
        .status();
    assert!(hung_up.unwrap().success());
    let (code, message) = interrupted(program, "TERM");
    assert_eq!(code, Some(143), "{message}");
}
