//! Lessons at the terminal: the list, a run with its checks, and its exit codes.

use std::fs;
use std::path::Path;

use saddlescope::session::Session;
use tempfile::TempDir;

use crate::command;

use command::{rows, saddlescope, stdout};

const LESSONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/lessons");
const BAD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bad_lessons");

#[test]
fn the_list_has_numbers_ids_titles_and_marks() {
    let list = stdout(&["lessons"]);
    assert_eq!(list.lines().count(), 25);
    assert!(
        list.contains("  1  stairs ") && list.contains("Learning comes in stairs"),
        "{list}"
    );
    assert!(
        list.contains(" 11* trapped") && list.ends_with("* beyond the paper\n"),
        "{list}"
    );
}

#[test]
fn a_folder_is_listed_and_bad_files_are_told() {
    assert_eq!(stdout(&["lessons", "--folder", LESSONS]).lines().count(), 2);
    let output = saddlescope(Path::new("."), &["lessons", "--folder", BAD]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        errors.lines().count(),
        fs::read_dir(BAD).unwrap().count(),
        "{errors}"
    );
    assert!(
        errors
            .lines()
            .all(|line| line.starts_with("error: ") && line.contains(".toml: ")),
        "{errors}"
    );
}

#[test]
fn a_lesson_prints_its_checks() {
    for name in ["4", "label-noise"] {
        let told = stdout(&["run", "--lesson", name]);
        assert!(
            told.starts_with("lesson 4: Label noise hides the peak\npass: "),
            "{told}"
        );
        assert!(
            told.contains("σ = 0.45") && told.contains("expected 0.641 +- 0.001"),
            "{told}"
        );
    }
}

#[test]
fn a_check_that_fails_has_its_own_exit_code() {
    let arguments = ["run", "--lessons-folder", LESSONS, "--lesson", "failing"];
    let output = saddlescope(Path::new("."), &arguments);
    let (told, errors) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(5), "{errors}");
    assert!(told.contains("FAIL: half-time in steps, mode 1"), "{told}");
    assert_eq!(errors, "error: lesson failing: 1 of 1 checks failed\n");
}

#[test]
fn the_run_of_a_lesson_is_recorded_with_its_changes() {
    let directory = TempDir::new().unwrap();
    let arguments = [
        "run",
        "--lessons-folder",
        LESSONS,
        "--lesson",
        "probe",
        "--out",
        "rows.csv",
        "--every",
        "30",
        "--session",
        "session.toml",
    ];
    let output = saddlescope(directory.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    let session = Session::read(&directory.path().join("session.toml")).unwrap();
    assert_eq!(
        (session.script.changes().len(), session.script.changes()[0].step),
        (1, 50)
    );
    let table = rows(&fs::read_to_string(directory.path().join("rows.csv")).unwrap());
    let steps: Vec<f64> = table.iter().map(|row| row[0]).collect();
    assert_eq!(steps, [0.0, 30.0, 60.0, 90.0, 100.0]);
}

#[test]
fn what_is_not_there_is_refused() {
    let refused = |arguments: &[&str], words: &[&str]| {
        let output = saddlescope(Path::new("."), arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        for word in words {
            assert!(message.contains(word), "no {word:?} in {message}");
        }
    };
    refused(
        &["run", "--lesson", "99"],
        &["--lesson 99", "stairs", "isotropic"],
    );
    refused(&["run", "--lesson", "1", "--steps", "5"], &["--steps"]);
    refused(
        &["run", "--steps", "5", "--lessons-folder", LESSONS],
        &["--lesson"],
    );
    refused(
        &["run", "--lesson", "1", "--out", "rows.txt"],
        &["rows.txt", ".csv or .npz"],
    );
    refused(
        &["lessons", "--folder", "nowhere"],
        &["nowhere", "cannot be read"],
    );
}
