//! Files of earlier versions, kept in `tests/data/earlier`, open in this one; a recording opens with arrays that this version does
//! not know and without observables that it does.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use saddlescope::figure::{Figure, FigureOptions, FigurePanel};
use saddlescope::observables::{Quantity, Schema};
use saddlescope::palette::Ground;
use saddlescope::session::{Recording, Session, read_npz};
use saddlescope::simulation::{Schedule, Simulation};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/earlier")
        .join(name)
}

/// Rows agree to rounding, which differs from one kind of processor to another. Version 0.1.0 recorded alignments without their
/// sign, and observables that came later are absent.
fn assert_close<'a>(
    schema: Schema,
    found: impl Iterator<Item = &'a [f64]>,
    expected: impl Iterator<Item = &'a [f64]>,
) {
    let alignments = schema.columns(Quantity::Alignment);
    let later = schema.column(Quantity::Curvature, 0)..schema.n_columns();
    for (found, expected) in found.zip(expected) {
        assert_eq!(found.len(), expected.len());
        for (column, (a, b)) in found.iter().zip(expected).enumerate() {
            let b = if alignments.contains(&column) { b.abs() } else { *b };
            let is_close = (a - b).abs() <= 1e-7 * (1.0 + b.abs());
            assert!(
                is_close || later.contains(&column) && a.is_nan(),
                "{column}: {a} {b}"
            );
        }
    }
}

/// Recordings kept, one of each version.
const RECORDINGS: &[&str] = &["recording_0.1.0.npz"];

#[test]
fn recordings_of_earlier_versions_open_and_are_this_version_s_run() {
    for &name in RECORDINGS {
        let recording = read_npz(&kept(name)).unwrap();
        let session = recording.session();
        assert_eq!(
            (recording.rows().len(), recording.replica_rows().len()),
            (21, 21),
            "{name}"
        );
        assert_eq!(session.script.changes().len(), 1);
        let mut simulation = Simulation::new(&session.experiment).unwrap();
        let (again, _) = Recording::run_script(
            &mut simulation,
            &session.script,
            Schedule::Every(20),
            session.end.step,
            |_| ControlFlow::Continue(()),
        );
        assert_close(recording.schema(), recording.rows(), again.rows());
    }
}

#[test]
fn sessions_of_earlier_versions_open_and_mean_the_same_run() {
    for name in ["session_0.1.0.toml", "window_session_0.1.0.toml"] {
        let session = Session::read(&kept(name)).unwrap();
        assert!(
            !session.script.changes().is_empty() && session.end.step > 0,
            "{name}"
        );
    }
    let recorded = read_npz(&kept("recording_0.1.0.npz")).unwrap();
    let session = Session::read(&kept("session_0.1.0.toml")).unwrap();
    assert_eq!(session.experiment, recorded.session().experiment);
}

/// A copy of a recording without the arrays `without`, and with two that no version knows.
fn altered(path: &Path, without: &[&str]) {
    let mut original = ZipArchive::new(File::open(kept("recording_0.1.0.npz")).unwrap()).unwrap();
    let mut copy = ZipWriter::new(File::create(path).unwrap());
    for i in 0..original.len() {
        let mut entry = original.by_index(i).unwrap();
        let name = entry.name().unwrap().into_owned();
        if without.iter().any(|array| name == format!("{array}.npy")) {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        copy.start_file(name, SimpleFileOptions::default()).unwrap();
        copy.write_all(&bytes).unwrap();
    }
    for (name, bytes) in [
        ("of_a_later_version.npy", &b"whatever that may be"[..]),
        ("notes.txt", b"hello"),
    ] {
        copy.start_file(name, SimpleFileOptions::default()).unwrap();
        copy.write_all(bytes).unwrap();
    }
    copy.finish().unwrap();
}

#[test]
fn unknown_arrays_are_passed_over_and_missing_observables_are_absent() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("altered.npz");
    let whole = read_npz(&kept("recording_0.1.0.npz")).unwrap();
    altered(&path, &[]);
    let bits = |recording: &Recording| -> Vec<u64> {
        let values = recording.rows().flatten();
        values.map(|value| value.to_bits()).collect()
    };
    assert_eq!(bits(&read_npz(&path).unwrap()), bits(&whole));

    for quantity in whole.schema().quantities() {
        let (name, columns) = (quantity.name(), whole.schema().columns(quantity));
        altered(&path, &[name]);
        let read = read_npz(&path).unwrap_or_else(|error| unreachable!("{name}: {error}"));
        for (row, expected) in read.rows().zip(whole.rows()) {
            for (column, (found, expected)) in row.iter().zip(expected).enumerate() {
                if columns.contains(&column) {
                    assert!(found.is_nan(), "{name}: {column}");
                } else {
                    assert_eq!(found.to_bits(), expected.to_bits(), "{name}: {column}");
                }
            }
        }
        for panel in FigurePanel::all() {
            let options = FigureOptions {
                panel,
                ground: Ground::Light,
                ..FigureOptions::default()
            };
            // A run this short has no histogram.
            if let Ok(figure) = Figure::draw(&read, &options) {
                assert!(!figure.svg().contains("NaN"), "{name} {}", panel.name());
            }
        }
    }
    for needed in ["step", "time", "session", "final_w1"] {
        altered(&path, &[needed]);
        let message = read_npz(&path).unwrap_err().to_string();
        assert!(
            message.contains(&format!("array {needed}: is missing")),
            "{message}"
        );
    }
    fs::remove_file(&path).unwrap();
}
