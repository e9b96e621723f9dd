//! The map in the window: opened by its key, computed, clicked, zoomed, taken back, written and opened again.

use std::fs;
use std::sync::atomic::AtomicBool;

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::kittest::Queryable as _;
use saddlescope::chart::{MapRange, MapView};
use saddlescope::experiment::Experiment;
use saddlescope::files::write_whole;
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

fn click(harness: &mut WindowHarness, pos: Pos2, modifiers: Modifiers) {
    button(harness, pos, PointerButton::Primary, true, modifiers);
    button(harness, pos, PointerButton::Primary, false, modifiers);
}

#[test]
fn the_map_opens_by_its_key_and_a_click_runs_a_cell() {
    let mut harness = with_map();
    let seed = window(&harness).seed();
    let at = point(&harness, 0.3, 0.5);
    click(&mut harness, at, Modifiers::NONE);
    wait_until(&mut harness, "the cell runs", |window| {
        window.steps_taken() > 0 && window.live_in_force().learning_rate.to_bits() != 0.005_f64.to_bits()
    });
    let live = window(&harness).live_in_force();
    // Three decades from 0.001 on.
    assert!((0.005..0.015).contains(&live.learning_rate), "{live:?}");
    assert!((8..40).contains(&live.batch_size), "{live:?}");
    assert_eq!(window(&harness).seed(), seed);
    // With Shift, the very run of the cell.
    let at = point(&harness, 0.6, 0.1);
    click(&mut harness, at, Modifiers::SHIFT);
    wait_until(&mut harness, "the cell's own seed", |window| {
        window.seed() != seed
    });
    let n_cells = window(&harness).map_progress().1;
    for _ in 0..20 {
        harness.step();
    }
    assert_eq!(
        window(&harness).map_progress().1,
        n_cells,
        "the map was begun again"
    );
    // Undo takes the settings back.
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.step();
    harness.key_press(Key::R);
    wait_until(&mut harness, "the seed of before", |window| window.seed() == seed);
    harness.key_press(Key::M);
    harness.step();
    assert!(harness.query_by_label_contains("map of Mode").is_none());
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
fn presets_and_the_palette_choose_the_axes() {
    let mut harness = with_map();
    harness.get_by_label("\u{3b7} \u{d7} \u{3c3}").click();
    wait_for_label(&mut harness, "over learning rate \u{3b7} and label noise \u{3c3}");
    harness.get_by_label("depth \u{d7} start").click();
    wait_for_label(&mut harness, "over depth L and start strength s\u{2080}");
    wait_until(&mut harness, "eight depths", |window| {
        window.map_progress().1 == 64 * 8
    });
    // Another measure and another mode begin nothing anew.
    harness.get_by_label("map of mode 2").click();
    wait_for_label(&mut harness, "map of Mode 2");
    assert_eq!(window(&harness).map_progress().1, 64 * 8);
}

/// A merged table over two short axes.
fn table(path: &std::path::Path) -> (Survey, Vec<saddlescope::sweep::CellRows>) {
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
    (survey, rows)
}

#[test]
fn a_merged_table_opens_as_a_map_whose_cells_run() {
    let directory = tempfile::tempdir().unwrap();
    let mut endings = vec!["csv", "npz"];
    if cfg!(feature = "parquet") {
        endings.push("parquet");
    }
    for ending in endings {
        let path = directory.path().join(format!("t.{ending}"));
        let (survey, _) = table(&path);
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
        let at = point(&harness, 0.5, 0.75);
        click(&mut harness, at, Modifiers::SHIFT);
        let (low, high) = (survey.cell((31, 1)).unwrap(), survey.cell((32, 1)).unwrap());
        let seeds = [low.id.seed(0), high.id.seed(0)];
        wait_until(&mut harness, "the cell's seed", |window| {
            seeds.contains(&window.seed())
        });
        // A table is no part of what is computed.
        assert_eq!(window(&harness).map_progress(), (0, 0));
    }
}

#[test]
fn the_map_is_written_as_figure_table_and_sweep() {
    let directory = tempfile::tempdir().unwrap();
    let mut harness = with_map();
    wait_for_label(&mut harness, "gradient descent unstable");
    for (item, name) in [
        ("Figure\u{2026}", "map.svg"),
        ("Table\u{2026}", "map.csv"),
        ("Sweep file\u{2026}", "map.toml"),
    ] {
        harness.get_by_label("Write\u{2026}").click();
        harness.step();
        harness.get_by_label(item).click();
        harness.step();
        harness.step();
        let path = directory.path().join(name);
        harness.get_by_role_and_label(Role::TextInput, "file").focus();
        harness.step();
        harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        harness.step();
        let field = harness.get_by_role_and_label(Role::TextInput, "file");
        field.type_text(path.to_str().unwrap());
        harness.step();
        harness.get_by_role_and_label(Role::Button, "Export").click();
        wait_until(&mut harness, name, |_| path.exists());
    }
    let svg = fs::read_to_string(directory.path().join("map.svg")).unwrap();
    assert!(svg.contains("learning rate") && svg.contains("descent unstable"));
    let sweep = fs::read_to_string(directory.path().join("map.toml")).unwrap();
    assert!(sweep.contains("live.batch_size"));
    let table = fs::read_to_string(directory.path().join("map.csv")).unwrap();
    assert!(table.starts_with("cell,live.learning_rate,live.batch_size,mode") && table.lines().count() > 64);
}
