//! The autosave: the newest session wins, a kill leaves the file before, damaged files are put aside, and programs do not touch
//! one another's files.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use saddlescope::experiment::Experiment;
use saddlescope::session::{Autosave, Session};
use saddlescope::simulation::Simulation;
use tempfile::TempDir;

fn session(seed: u64) -> Session {
    let experiment = Experiment {
        seed,
        ..Experiment::default()
    };
    Session::of(&Simulation::new(&experiment).unwrap())
}

/// Sets the age of a file, which the clock of a file system may be too coarse to tell.
fn age(path: &Path, seconds: u64) {
    let base = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000);
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(base - Duration::from_secs(seconds)).unwrap();
}

fn last_seed(directory: &Path) -> Option<u64> {
    let last = Autosave::last(directory).unwrap();
    assert!(last.damaged.is_empty());
    last.session.map(|(session, _)| session.experiment.seed)
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
fn the_newest_session_is_offered() {
    let directory = TempDir::new().unwrap();
    let directory = directory.path().join("made/when/needed");
    assert_eq!(last_seed(&directory), None);
    let mut one = Autosave::new(&directory).unwrap();
    assert_eq!((last_seed(&directory), one.path()), (None, None));
    one.save(&session(1)).unwrap();
    one.save(&session(2)).unwrap();
    assert_eq!(last_seed(&directory), Some(2));
    assert_eq!(names(&directory).len(), 1);
    let mut other = Autosave::new(&directory).unwrap();
    other.save(&session(3)).unwrap();
    assert_ne!(one.path(), other.path());
    age(one.path().unwrap(), 10);
    age(other.path().unwrap(), 20);
    assert_eq!(last_seed(&directory), Some(2));
    age(other.path().unwrap(), 5);
    assert_eq!(last_seed(&directory), Some(3));
}

#[test]
fn a_default_run_that_was_only_watched_hides_no_other_session() {
    let directory = TempDir::new().unwrap();
    let mut watched = Autosave::new(directory.path()).unwrap();
    watched.save(&session(1)).unwrap();
    assert_eq!(last_seed(directory.path()), Some(1));
    let mut worked = Autosave::new(directory.path()).unwrap();
    worked.save(&session(2)).unwrap();
    age(worked.path().unwrap(), 20);
    age(watched.path().unwrap(), 10);
    assert_eq!(last_seed(directory.path()), Some(2));
    assert_eq!(names(directory.path()).len(), 2);
}

#[test]
fn a_kill_in_the_middle_leaves_the_session_before() {
    let directory = TempDir::new().unwrap();
    let mut autosave = Autosave::new(directory.path()).unwrap();
    autosave.save(&session(1)).unwrap();
    // What a killed program leaves: half of a file under a temporary name.
    let text = session(2).to_toml();
    let parts = [".saddlescope-aB3.part", ".saddlescope-old.part"].map(|name| directory.path().join(name));
    for part in &parts {
        fs::write(part, &text[..text.len() / 2]).unwrap();
    }
    assert_eq!(last_seed(directory.path()), Some(1));
    // The old one is swept away with the next save, one that may still be written stays.
    age(&parts[1], 1_000_000_000);
    autosave.save(&session(3)).unwrap();
    assert!(parts[0].exists() && !parts[1].exists());
    assert_eq!(last_seed(directory.path()), Some(3));
}

#[test]
fn damaged_files_are_told_and_put_aside() {
    let directory = TempDir::new().unwrap();
    let mut autosave = Autosave::new(directory.path()).unwrap();
    autosave.save(&session(1)).unwrap();
    age(autosave.path().unwrap(), 100);
    let text = session(2).to_toml();
    let damaged = |name: &str, contents: &[u8], seconds: u64| -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, contents).unwrap();
        age(&path, seconds);
        path
    };
    let half = damaged("autosave-7-1.toml", &text.as_bytes()[..text.len() / 2], 10);
    let binary = damaged("autosave-8-1.toml", b"\xff\x00", 20);
    let newer = damaged(
        "autosave-9-1.toml",
        text.replace("format = 1", "format = 2").as_bytes(),
        30,
    );
    let kept_before = damaged("autosave-7-1.toml.damaged", b"an earlier one", 5);
    let last = Autosave::last(directory.path()).unwrap();
    assert_eq!(last.session.unwrap().0.experiment.seed, 1);
    let kept: Vec<_> = last.damaged.iter().map(|damaged| damaged.kept.clone()).collect();
    let expected = [
        Some(directory.path().join("autosave-7-1.toml.2.damaged")),
        Some(directory.path().join("autosave-8-1.toml.damaged")),
        // Another version of the program will want it.
        None,
    ];
    assert_eq!(kept, expected);
    assert!(
        last.damaged[0]
            .error
            .to_string()
            .contains("autosave-7-1.toml: line")
    );
    assert!(!half.exists() && !binary.exists() && newer.exists());
    assert_eq!(fs::read(kept_before).unwrap(), b"an earlier one");
    assert_eq!(
        fs::read(expected[0].as_ref().unwrap()).unwrap(),
        &text.as_bytes()[..text.len() / 2]
    );
    // Told once.
    fs::remove_file(newer).unwrap();
    assert_eq!(last_seed(directory.path()), Some(1));
}

#[test]
fn programs_at_once_do_not_touch_one_another() {
    let directory = TempDir::new().unwrap();
    thread::scope(|scope| {
        for program in 1..=4 {
            let path = directory.path();
            scope.spawn(move || {
                let mut autosave = Autosave::new(path).unwrap();
                for _ in 0..20 {
                    autosave.save(&session(program)).unwrap();
                    let last = Autosave::last(path).unwrap();
                    assert!(last.session.is_some() && last.damaged.is_empty());
                }
                let own = Session::read(autosave.path().unwrap()).unwrap();
                assert_eq!(own.experiment.seed, program);
            });
        }
    });
    let names = names(directory.path());
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn old_sessions_are_removed_but_never_the_own() {
    let directory = TempDir::new().unwrap();
    let mut own = Autosave::new(directory.path()).unwrap();
    own.save(&session(1)).unwrap();
    for i in 0..30 {
        let path = directory.path().join(format!("autosave-99{i}-1.toml"));
        fs::write(&path, session(100 + i).to_toml()).unwrap();
        age(&path, i);
    }
    fs::write(directory.path().join("notes.txt"), "not ours").unwrap();
    own.save(&session(2)).unwrap();
    let names = names(directory.path());
    // Eight are kept; the own one is beside them where it is older.
    assert!((9..=10).contains(&names.len()), "{names:?}");
    assert!(own.path().unwrap().exists() && names.contains(&"notes.txt".to_owned()));
    assert_eq!(last_seed(directory.path()), Some(100));
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(
        Autosave::new(&file.join("below"))
            .unwrap_err()
            .to_string()
            .contains("cannot be written")
    );
    let mut autosave = Autosave::new(directory.path()).unwrap();
    autosave.save(&session(1)).unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o500)).unwrap();
    // The administrator may write anywhere.
    if fs::write(directory.path().join("probe"), "").is_err() {
        let message = autosave.save(&session(2)).unwrap_err().to_string();
        assert!(message.contains("cannot be written"), "{message}");
        assert_eq!(last_seed(directory.path()), Some(1));
    }
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
    // The directory is gone while the program runs.
    let path = directory.path().to_owned();
    drop(directory);
    assert!(autosave.save(&session(2)).is_err() && !path.exists());
}
