//! The map in the window: opened by its key, computed, zoomed and taken back, with other axes, and a merged table opened as one.

use std::sync::atomic::AtomicBool;

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::Window;
use saddlescope::chart::{MapRange, MapView};
use saddlescope::experiment::Experiment;
use saddlescope::files::write_whole;
use saddlescope::session::Session;
use saddlescope::simulation::Simulation;
use saddlescope::sweep::{Collected, Survey, TableFormat, write_table};

use crate::support::{WindowHarness, drop_file, open, wait_for_label, wait_until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];
/// Columns and rows of the usual map.
const SHAPE: (usize, usize) = (64, 47);

/// A window whose map is open, with short runs, and has its first cells.
fn with_map() -> WindowHarness {
    let mut harness = open(SIZE, Experiment::default());
    wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
    harness.get_by_role_and_label(Role::Button, "max").click();
    harness.key_press(Key::M);
    wait_until(&mut harness, "the first cells", |window| {
        window.map_progress().0 > 50
    });
    harness
}

fn map_of(harness: &WindowHarness) -> Rect {
    harness.get_by_label_contains("map of Mode").rect()
}

/// The point of a share of the map across and upwards.
fn point(harness: &WindowHarness, x: f32, y: f32) -> Pos2 {
    let rect = map_of(harness);
    Pos2::new(rect.left() + x * rect.width(), rect.bottom() - y * rect.height())
}

fn button(
    harness: &mut WindowHarness,
    pos: Pos2,
    button: PointerButton,
    pressed: bool,
    modifiers: Modifiers,
) {
    harness.event(Event::PointerMoved(pos));
    harness.step();
    harness.event_modifiers(
        Event::PointerButton {
            pos,
            button,
            pressed,
            modifiers,
        },
        modifiers,
    );
    harness.step();
}

/// Clicks within the time that a click may take: every event has a frame of its own, a quarter of a second long.
fn click(harness: &mut WindowHarness, pos: Pos2, modifiers: Modifiers) {
    harness.event(Event::PointerMoved(pos));
    harness.event(Event::ModifiersChanged(modifiers));
    for pressed in [true, false] {
        harness.event(Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers,
        });
    }
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.step();
}

#[test]
fn a_part_is_computed_anew_and_backspace_goes_back() {
    let mut harness = with_map();
    let whole = "Mode 1: step at which it is learned over";
    assert!(harness.query_by_label_contains(whole).is_some());
    let (from, to) = (point(&harness, 0.25, 0.25), point(&harness, 0.75, 0.75));
    button(
        &mut harness,
        from,
        PointerButton::Secondary,
        true,
        Modifiers::NONE,
    );
    harness.event(Event::PointerMoved(to));
    harness.step();
    button(&mut harness, to, PointerButton::Secondary, false, Modifiers::NONE);
    wait_for_label(&mut harness, "Back");
    // B from 4 to 64 has 61 whole numbers; on 64 places spaced by their logarithm some fall together.
    wait_until(&mut harness, "the part", |window| {
        let (done, all) = window.map_progress();
        all > 0 && all != SHAPE.0 * SHAPE.1 && done > 0
    });
    harness.key_press(Key::Backspace);
    wait_until(&mut harness, "the whole", |window| {
        window.map_progress().1 == SHAPE.0 * SHAPE.1
    });
}

#[test]
fn presets_choose_the_axes() {
    let mut harness = with_map();
    harness.get_by_label("\u{3b7} \u{d7} \u{3c3}").click();
    wait_for_label(&mut harness, "over learning rate \u{3b7} and label noise \u{3c3}");
    harness.get_by_label("depth \u{d7} start").click();
    wait_for_label(&mut harness, "over depth L and start strength s\u{2080}");
    wait_until(&mut harness, "eight depths", |window| {
        window.map_progress().1 == 64 * 8
    });
    harness.get_by_label("map of mode 2").click();
    wait_for_label(&mut harness, "map of Mode 2");
}

/// Saves the session of a halted run and reads it.
fn saved(harness: &mut WindowHarness) -> Session {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run.toml");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.run_steps(2);
    harness.get_by_role_and_label(Role::TextInput, "file").focus();
    harness.step();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.step();
    harness
        .get_by_role_and_label(Role::TextInput, "file")
        .type_text(path.to_str().unwrap());
    harness.step();
    harness.get_by_role_and_label(Role::Button, "Save").click();
    wait_until(harness, "saved", |_| path.exists());
    Session::read(&path).unwrap()
}

#[test]
fn a_click_runs_a_cell_and_shift_runs_its_very_network() {
    let mut harness = with_map();
    let own = window(&harness).seed();
    // The corner of a block of the first level, so that it is shown at its own place whatever else is done.
    let place = (24, 16);
    let survey = Survey::new(&Experiment::default(), &MapView::default()).unwrap();
    let cell = survey.cell(place).unwrap();
    let table = survey.table();
    let share = |edges: &[f64], i: usize| {
        let middle = f64::midpoint(edges[i], edges[i + 1]);
        ((middle - edges[0]) / (edges[edges.len() - 1] - edges[0])) as f32
    };
    // What is said of a run may move the map, so its place is looked up before every click.
    let at = |harness: &WindowHarness| {
        let (x, y) = (share(&table.x.edges(), place.0), share(&table.y.edges(), place.1));
        point(harness, x, y)
    };
    let is_of_cell =
        |window: &Window| window.live_in_force() == cell.experiment.live && window.steps_taken() > 0;
    let pos = at(&harness);
    click(&mut harness, pos, Modifiers::NONE);
    wait_until(&mut harness, "the settings of the cell", is_of_cell);
    assert_eq!(window(&harness).seed(), own);
    harness.run_steps(4);
    let pos = at(&harness);
    click(&mut harness, pos, Modifiers::SHIFT);
    let seed = cell.id.seed(0);
    wait_until(&mut harness, "the network of the cell", |window| {
        window.seed() == seed && is_of_cell(window)
    });
    harness.key_press(Key::Space);
    wait_until(&mut harness, "halted", |window| {
        window.summary().starts_with("halted")
    });
    let session = saved(&mut harness);
    assert_eq!(session.experiment, cell.replica(0));
    // The first replica of the cell, by hand, has the same state to the bit.
    let mut simulation = Simulation::new(&cell.replica(0)).unwrap();
    simulation.advance_to(session.end.step);
    assert_eq!(Session::of(&simulation).end.digest, session.end.digest);
    assert!(session.end.digest.is_some());
}

/// A merged table over two short axes.
fn table(path: &std::path::Path) {
    let view = MapView {
        x: MapRange::log("live.learning_rate", 2e-3, 8e-3),
        y: MapRange::linear("network.depth", 1.0, 2.0),
        replicas: 1,
        steps: 20,
        ..MapView::default()
    };
    let survey = Survey::new(
        &Experiment {
            seed: 5,
            ..Experiment::default()
        },
        &view,
    )
    .unwrap();
    let mut rows = Vec::new();
    for column in 0..64 {
        for row in 0..2 {
            let cell = survey.cell((column, row)).unwrap();
            let found = survey.sweep().compute(&cell, &AtomicBool::new(false)).unwrap();
            rows.push(found.unwrap());
        }
    }
    let collected = Collected {
        sweep: survey.sweep().clone(),
        rows: rows.iter().map(|rows| rows.text.clone()).collect(),
    };
    let extension = path.extension().unwrap().to_str().unwrap();
    let format = TableFormat::of_extension(extension).unwrap();
    write_whole(path, |file| write_table(&collected, format, file)).unwrap();
}

#[test]
fn a_merged_table_opens_as_a_map() {
    let directory = tempfile::tempdir().unwrap();
    let mut endings = vec!["csv", "npz"];
    if cfg!(feature = "parquet") {
        endings.push("parquet");
    }
    for ending in endings {
        let path = directory.path().join(format!("t.{ending}"));
        table(&path);
        let mut harness = open(
            SIZE,
            Experiment {
                seed: 5,
                ..Experiment::default()
            },
        );
        wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
        drop_file(&mut harness, &path);
        wait_for_label(&mut harness, "map of Mode 1");
        assert!(harness.query_by_label_contains("128 cells").is_some(), "{ending}");
        // A table is no part of what is computed.
        assert_eq!(window(&harness).map_progress(), (0, 0));
    }
}
