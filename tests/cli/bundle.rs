//! Bundles: whole or not at all, with everything in them that a figure needs to be made again.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use saddlescope::experiment::Experiment;
use saddlescope::figure::{BundleError, BundleOptions, FigureOptions, write_bundle};
use saddlescope::session::{Session, read_npz};
use saddlescope::simulation::Simulation;
use tempfile::TempDir;

use crate::command;

use command::saddlescope;

fn options() -> BundleOptions {
    BundleOptions {
        every: 3,
        figures: FigureOptions::default(),
    }
}

fn session() -> Session {
    let mut simulation = Simulation::new(&Experiment::default()).unwrap();
    simulation.advance(500);
    let mut live = *simulation.live();
    live.label_noise_std = 0.25;
    simulation.set_live(live).unwrap();
    simulation.advance(500);
    Session::of(&simulation)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_bundle_holds_session_data_and_figures() {
    let directory = TempDir::new().unwrap();
    let target = directory.path().join("bundle");
    let session = session();
    let mut shares = Vec::new();
    let cancel = AtomicBool::new(false);
    let bundle = write_bundle(
        &session,
        &target,
        &options(),
        |progress| shares.push(progress.share),
        &cancel,
    );
    assert_eq!(bundle.unwrap().digest_matches, Some(true));
    assert!(shares.is_sorted() && shares.last().is_some_and(|last| (last - 1.0).abs() < 1e-12));
    assert_eq!(names(directory.path()), ["bundle"]);
    let expected = [
        "all.png",
        "all.svg",
        "diffusion.png",
        "diffusion.svg",
        "events.csv",
        "events.png",
        "events.svg",
        "law.png",
        "law.svg",
        "loss.png",
        "loss.svg",
        "rows.csv",
        "run.npz",
        "session.toml",
        "strengths.png",
        "strengths.svg",
    ];
    let found = names(&target);
    for name in expected {
        assert!(found.contains(&name.to_owned()), "no {name} in {found:?}");
    }
    assert_eq!(Session::read(&target.join("session.toml")).unwrap(), session);
    let recording = read_npz(&target.join("run.npz")).unwrap();
    assert_eq!(recording.session().end, session.end);
    let table = fs::read_to_string(target.join("rows.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + recording.rows().len());
    // Nothing that is there is replaced.
    let again = write_bundle(&session, &target, &options(), |_| (), &cancel);
    assert!(matches!(again, Err(BundleError::Exists { .. })));
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).unwrap();
    write_bundle(&session, &empty, &options(), |_| (), &cancel).unwrap();
    assert_eq!(names(&empty), found);
}

#[test]
fn a_zip_holds_the_same_files() {
    let directory = TempDir::new().unwrap();
    let (folder, archive) = (directory.path().join("b"), directory.path().join("b.zip"));
    let cancel = AtomicBool::new(false);
    for target in [&folder, &archive] {
        write_bundle(&session(), target, &options(), |_| (), &cancel).unwrap();
    }
    assert_eq!(names(directory.path()), ["b", "b.zip"]);
    let mut zip = zip::ZipArchive::new(fs::File::open(&archive).unwrap()).unwrap();
    assert_eq!(zip.len(), names(&folder).len());
    for name in names(&folder) {
        let mut bytes = Vec::new();
        std::io::copy(&mut zip.by_name(&format!("b/{name}")).unwrap(), &mut bytes).unwrap();
        assert!(bytes == fs::read(folder.join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn cancelled_at_any_moment_it_leaves_nothing() {
    let directory = TempDir::new().unwrap();
    let session = session();
    for name in ["bundle", "bundle.zip"] {
        let target = directory.path().join(name);
        for moment in [0.0, 0.3, 0.71, 0.8, 0.9, 1.0] {
            let cancel = AtomicBool::new(false);
            let outcome = write_bundle(
                &session,
                &target,
                &options(),
                |progress| {
                    if progress.share >= moment {
                        cancel.store(true, Ordering::Relaxed);
                    }
                },
                &cancel,
            );
            assert!(
                matches!(outcome, Err(BundleError::Cancelled)),
                "{moment}: {outcome:?}"
            );
            assert!(names(directory.path()).is_empty(), "{moment}");
        }
    }
}

#[test]
fn the_command_tells_what_it_did() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let mut session = session();
    session.write(&path.join("s.toml")).unwrap();
    let output = saddlescope(path, &["bundle", "s.toml", "--out", "b"]);
    assert!(
        output.status.success() && output.stderr.is_empty() && output.stdout.is_empty(),
        "{output:?}"
    );
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let output = saddlescope(path, arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(errors.contains(words) && errors.lines().count() == 1, "{errors}");
    };
    refused(&["bundle", "s.toml", "--out", "b"], 2, "b: is already there");
    refused(
        &["bundle", "s.toml", "--out", "no/b"],
        2,
        "there is no directory no",
    );
    refused(
        &["bundle", "none.toml", "--out", "c"],
        2,
        "none.toml: cannot be read",
    );
    // Names that would lead out of the folder in which an archive is unpacked.
    for name in ["...zip", "..zip"] {
        let output = saddlescope(path, &["bundle", "s.toml", "--out", name]);
        assert!(output.status.success(), "{output:?}");
        let archive = zip::ZipArchive::new(fs::File::open(path.join(name)).unwrap()).unwrap();
        assert!(
            archive
                .file_names()
                .all(|entry| entry.unwrap().starts_with("bundle/")),
            "{name}"
        );
        fs::remove_file(path.join(name)).unwrap();
    }
    session.experiment.seed += 1;
    session.write(&path.join("t.toml")).unwrap();
    refused(
        &["bundle", "t.toml", "--out", "c.zip"],
        4,
        "c.zip: its data are not the session's to the bit",
    );
    assert_eq!(names(path), ["b", "c.zip", "s.toml", "t.toml"]);
}

/// Ctrl-C in the middle of a long bundle.
#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing_behind() {
    use std::process::{Command, Stdio};
    use std::thread::sleep;
    use std::time::Duration;
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let mut session = session();
    session.end.step = 1_000_000_000;
    session.end.digest = None;
    session.write(&path.join("s.toml")).unwrap();
    let mut program = Command::new(assert_cmd::cargo::cargo_bin("saddlescope"))
        .current_dir(path)
        .args(["bundle", "s.toml", "--out", "b"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    sleep(Duration::from_millis(700));
    let interrupted = Command::new("kill")
        .args(["-INT", &program.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    assert_eq!(program.wait().unwrap().code(), Some(130));
    assert_eq!(names(path), ["s.toml"]);
}

/// No permission, and a disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn a_refusal_leaves_nothing_behind() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    session().write(&path.join("s.toml")).unwrap();
    for name in ["b", "b.zip"] {
        let limited = format!("trap '' XFSZ; ulimit -f 64; exec \"$0\" bundle s.toml --every 1 --out {name}");
        let output = std::process::Command::new("bash")
            .current_dir(path)
            .args(["-c", &limited])
            .arg(assert_cmd::cargo::cargo_bin("saddlescope"))
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(
            errors.starts_with("error: b")
                && errors.contains("cannot be written")
                && errors.lines().count() == 1,
            "{errors}"
        );
        assert_eq!(names(path), ["s.toml"]);
    }
    let locked = path.join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o500)).unwrap();
    // The administrator may write anywhere.
    if fs::write(locked.join("probe"), "").is_err() {
        let cancel = AtomicBool::new(false);
        let message = write_bundle(&session(), &locked.join("b"), &options(), |_| (), &cancel).unwrap_err();
        assert!(message.to_string().contains("b: cannot be written"), "{message}");
        assert!(names(&locked).is_empty());
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
}
