//! `plot` of a merged table: a map with every cell, its hatches and theory, or one line that says why there is none.

use std::fs;
use std::path::Path;

use saddlescope::chart::{Hatch, Room};
use saddlescope::sweep::map::{MapAxis, MapTable, Wanted};

use crate::command::saddlescope;
use crate::sweep::{SWEEP, column, done, folder, merged};

/// Compares the lines over every cell of the map of each mode with what the table says of its runs.
fn hatches_are_those_of_the_statuses(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let table = MapTable::read(path, Wanted::All).unwrap();
    let room = Room {
        width: 600.0,
        height: 400.0,
        pixels_per_point: 1.0,
        letters: 1.0,
        clock: 0.0,
    };
    let (rates, noises) = (
        column(&text, "live.learning_rate"),
        column(&text, "live.label_noise_std"),
    );
    let (modes, statuses) = (column(&text, "mode"), column(&text, "status"));
    let mut seen = std::collections::BTreeSet::new();
    for row in 0..statuses.len() {
        let mode: usize = modes[row].parse().unwrap();
        let place = |axis: &MapAxis, value: &str| axis.place_of(value).unwrap();
        let at = place(&table.y, noises[row]) * table.x.n() + place(&table.x, rates[row]);
        let hatch = match statuses[row] {
            "learned" => None,
            "diverged" => Some((Hatch::Crossed, "diverged")),
            "lost" => Some((Hatch::Rising, "lost")),
            "trapped" => Some((Hatch::Level, "trapped")),
            "unfinished" => Some((Hatch::Dotted, "unfinished")),
            status => unreachable!("{status}"),
        };
        let sheet = table.sheet("step_learned_median", mode - 1, None, room);
        assert_eq!(sheet.hatches[at], hatch, "row {row}");
        seen.insert(statuses[row]);
    }
    assert!(seen.len() > 1 && seen.contains("diverged"), "{seen:?}");
}

#[test]
fn a_map_shows_every_cell_and_says_what_it_cannot() {
    let folder = folder(&SWEEP.replace("to = 0.02", "to = 2"));
    let at = folder.path();
    done(at, &["s.toml", "--out", "d"]);
    merged(at, &["d"]);
    hatches_are_those_of_the_statuses(&at.join("t.csv"));
    let plot = |arguments: &[&str]| {
        let output = saddlescope(at, &[&["plot"], arguments].concat());
        let errors = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), errors)
    };
    assert_eq!(plot(&["t.csv", "--out", "map.svg"]), (0, String::new()));
    let svg = fs::read_to_string(at.join("map.svg")).unwrap();
    for words in ["learning rate", "Mode 1: step at which it is learned", "diverged"] {
        assert!(svg.contains(words), "{words}");
    }
    // Tables that hold their sweep say what theory says of it.
    done(at, &["--merge", "d", "--out", "t.npz"]);
    assert_eq!(plot(&["t.npz", "--out", "theory.svg"]), (0, String::new()));
    let theory = fs::read_to_string(at.join("theory.svg")).unwrap();
    assert!(theory.contains("descent unstable") && !svg.contains("descent unstable"));
    let bare = plot(&[
        "t.npz",
        "--out",
        "bare.png",
        "--no-theory",
        "--measure",
        "lead_over_predicted",
    ]);
    assert_eq!(bare, (0, String::new()));
    #[cfg(feature = "parquet")]
    {
        done(at, &["--merge", "d", "--out", "t.parquet"]);
        assert_eq!(plot(&["t.parquet", "--out", "same.svg"]), (0, String::new()));
        assert_eq!(fs::read_to_string(at.join("same.svg")).unwrap(), theory);
    }
    for (arguments, words) in [
        (&["t.csv", "--out", "m.gif"][..], ".svg"),
        (
            &["t.csv", "--out", "m.svg", "--measure", "speed"],
            "no column of numbers",
        ),
        (&["t.csv", "--out", "m.svg", "--mode", "3"], "--mode 3"),
        (&["no.csv", "--out", "m.svg"], "cannot be read"),
    ] {
        let (code, message) = plot(arguments);
        assert!(code == 2 && message.contains(words), "{arguments:?}: {message}");
    }
}
