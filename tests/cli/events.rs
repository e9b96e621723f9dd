//! The table of events and the arrays of the archive: what a run did, beside the rows it is read from.

use std::fs;
use std::path::Path;

use saddlescope::experiment::LiveParams;
use saddlescope::observables::Schema;
use saddlescope::observables::events::{EventKind, Peak};
use saddlescope::session::RecordedEvent;
use tempfile::TempDir;

use crate::command;
use crate::npz;

use command::{rows, saddlescope, stdout};
use npz::Npz;

const STRENGTHS: [f64; 4] = [4.0, 2.0, 1.0, 0.5];
/// Long enough for all four modes of the default experiment.
const RUN: [&str; 5] = ["run", "--steps", "3000", "--every", "2"];

/// One line of the table; what is empty there is `None`.
#[derive(Debug)]
struct Line {
    step: f64,
    time: f64,
    kind: String,
    mode: Option<usize>,
    numbers: [Option<f64>; 3],
}

fn lines(table: &str) -> Vec<Line> {
    assert_eq!(
        table.lines().next(),
        Some("step,time,kind,mode,value,lead,lead_predicted")
    );
    let number = |text: &str| (!text.is_empty()).then(|| text.parse::<f64>().unwrap());
    table
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), 7, "{line}");
            Line {
                step: number(fields[0]).unwrap(),
                time: number(fields[1]).unwrap(),
                kind: fields[2].to_owned(),
                mode: number(fields[3]).map(|mode| mode as usize),
                numbers: [number(fields[4]), number(fields[5]), number(fields[6])],
            }
        })
        .collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Runs with `--events` in `directory`; answers the exit code and the table.
fn events(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = saddlescope(directory, &[arguments, &["--events", "events.csv"]].concat());
    let table = fs::read_to_string(directory.join("events.csv")).unwrap();
    (output.status.code(), table)
}

#[test]
fn the_table_tells_what_the_rows_show() {
    let directory = TempDir::new().unwrap();
    let out = [&RUN[..], &["--out", "rows.csv"]].concat();
    let (code, table) = events(directory.path(), &out);
    assert_eq!(code, Some(0));
    let written = fs::read_to_string(directory.path().join("rows.csv")).unwrap();
    assert_eq!(written, stdout(&RUN), "events do not touch the rows");
    let (events, rows) = (lines(&table), rows(&written));
    assert!(events.is_sorted_by_key(|event| event.step), "{table}");
    let schema = Schema::new(4, 2);
    let names = schema.names();
    let column = |name: &str, mode: usize| {
        let name = format!("{name}_{mode}");
        names.iter().position(|other| *other == name).unwrap()
    };
    for (mode, m) in (1..=4).zip(STRENGTHS) {
        let of_kind = |kind: &str| {
            let mut found = events
                .iter()
                .filter(|event| event.mode == Some(mode) && event.kind == kind);
            let event = found.next().unwrap();
            assert!(found.next().is_none(), "{kind} of mode {mode} twice");
            event
        };
        let (peak, learned) = (of_kind("peak_confirmed"), of_kind("learned"));
        let (strength, diffusion) = (column("strength", mode), column("diffusion", mode));
        // Read from the rows by other means: the largest diffusion of the transition, the first row at 95 %.
        let largest = rows
            .iter()
            .filter(|row| (0.1..0.95).contains(&(row[strength] / m)))
            .max_by(|a, b| a[diffusion].total_cmp(&b[diffusion]))
            .unwrap();
        let first = rows.iter().find(|row| row[strength] >= 0.95 * m).unwrap();
        for (event, row) in [(peak, largest), (learned, first)] {
            let (found, expected) = ([event.step, event.time], [row[0], row[1]]);
            assert_eq!(bits(&found), bits(&expected), "mode {mode}: {event:?}");
            assert_eq!(event.numbers[0], Some(row[strength]));
        }
        assert_eq!(peak.numbers[1..], [None, None]);
        let [_, lead, predicted] = learned.numbers;
        assert_eq!(lead, Some(learned.step - peak.step));
        let theory = 19_f64.ln() / (2.0 * m) / 0.005;
        assert!((predicted.unwrap() / theory - 1.0).abs() < 1e-9, "{learned:?}");
        // The seed is fixed; at B = 32 noise moves the flat top of D by a few per cent.
        assert!((lead.unwrap() / theory - 1.0).abs() < 0.1, "{learned:?}");
    }
    let plateaus: Vec<(String, Option<f64>)> = events
        .iter()
        .filter(|event| event.mode.is_none())
        .map(|event| (event.kind.clone(), event.numbers[0]))
        .collect();
    let expected: Vec<(String, Option<f64>)> = (0..9)
        .map(|i| (["plateau_entered", "plateau_left"][i % 2], (i / 2) as f64))
        .map(|(kind, n_learned)| (kind.to_owned(), Some(n_learned)))
        .collect();
    assert_eq!(plateaus, expected);
}

#[test]
fn the_archive_holds_the_table() {
    let directory = TempDir::new().unwrap();
    let (code, table) = events(directory.path(), &[&RUN[..], &["--out", "rows.npz"]].concat());
    assert_eq!(code, Some(0));
    let events = lines(&table);
    assert_eq!(events.len(), 17, "{table}");
    let mut archive = Npz::open(&directory.path().join("rows.npz"));
    let code = |kind: &str| match kind {
        "peak_confirmed" => 1.0,
        "learned" => 2.0,
        "plateau_entered" => 3.0,
        "plateau_left" => 4.0,
        other => unreachable!("{other}"),
    };
    let number = |event: &Line, i: usize| event.numbers[i].unwrap_or(f64::NAN);
    let columns: [(&str, Vec<f64>); 7] = [
        ("step", events.iter().map(|event| event.step).collect()),
        ("time", events.iter().map(|event| event.time).collect()),
        ("kind", events.iter().map(|event| code(&event.kind)).collect()),
        (
            "mode",
            events
                .iter()
                .map(|event| event.mode.unwrap_or(0) as f64)
                .collect(),
        ),
        ("value", events.iter().map(|event| number(event, 0)).collect()),
        ("lead", events.iter().map(|event| number(event, 1)).collect()),
        (
            "lead_predicted",
            events.iter().map(|event| number(event, 2)).collect(),
        ),
    ];
    for (name, expected) in columns {
        let (shape, found) = archive.read::<f64>(&format!("event_{name}"));
        assert_eq!(shape, [17], "{name}");
        assert_eq!(bits(&found), bits(&expected), "{name}");
    }
}

#[test]
fn a_run_that_diverges_leaves_its_events() {
    let directory = TempDir::new().unwrap();
    let arguments = [
        "run",
        "--steps",
        "1000",
        "--every",
        "5",
        "--set",
        "live.learning_rate=0.6",
        "--out",
        "rows.csv",
    ];
    let (code, table) = events(directory.path(), &arguments);
    assert_eq!(code, Some(3));
    let events = lines(&table);
    let rows = rows(&fs::read_to_string(directory.path().join("rows.csv")).unwrap());
    let (last, row) = (&events[events.len() - 1], &rows[rows.len() - 1]);
    assert_eq!(last.kind, "diverged");
    assert_eq!((last.mode, last.numbers), (None, [None; 3]));
    assert_eq!(bits(&[last.step, last.time]), bits(&row[..2]));
    assert_eq!(
        events.iter().filter(|event| event.kind == "diverged").count(),
        1,
        "{table}"
    );
    assert!(events.len() > 1);
}

#[test]
fn a_run_in_which_nothing_happens_leaves_the_header_and_the_first_plateau() {
    let directory = TempDir::new().unwrap();
    let (code, table) = events(directory.path(), &["run", "--steps", "0"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        table.lines().collect::<Vec<_>>()[1..],
        ["0,0.0,plateau_entered,,0.0,,"]
    );
    // It starts on the way: no plateau.
    let (_, table) = events(
        directory.path(),
        &["run", "--steps", "0", "--set", "init.strength=0.2"],
    );
    assert!(lines(&table).is_empty(), "{table}");
}

#[test]
fn the_help_names_every_kind_with_its_number() {
    let help = stdout(&["run", "--help"]);
    let peak = Peak {
        step: 0,
        time: 0.0,
        strength: 0.0,
        diffusion: 0.0,
        confirmed: true,
    };
    let live = LiveParams::default();
    let kinds = [
        EventKind::PeakConfirmed { mode: 0, peak },
        EventKind::Learned { mode: 0 },
        EventKind::PlateauEntered { n_learned: 0 },
        EventKind::PlateauLeft { n_learned: 0 },
        EventKind::ParameterChanged { live },
        EventKind::Diverged,
    ];
    for kind in kinds {
        let words = format!("  {} {} ", RecordedEvent::code(&kind).unwrap(), kind.name());
        assert!(help.contains(&words), "no {words:?} in {help}");
    }
    for kind in [
        EventKind::PeakProvisional { mode: 0, peak },
        EventKind::PeakWithdrawn { mode: 0 },
    ] {
        assert_eq!(RecordedEvent::code(&kind), None);
        assert!(!help.contains(kind.name()));
    }
}
