//! What stands beside the plots over time: matrices that follow the scrubber, the plane, densities and times, by their names.

use crate::support;

use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use saddlescope::experiment::Experiment;
use support::{WindowHarness, open, wait_for_label, wait_until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// A window whose run has been halted after some hundred steps, with this plot beside those over time.
fn halted_with(plot: &str) -> WindowHarness {
    let mut harness = open(SIZE, Experiment::default());
    harness.get_by_role_and_label(Role::Button, "max").click();
    wait_until(&mut harness, "500 steps", |window| window.steps_taken() > 500);
    harness.key_press(Key::Space);
    wait_until(&mut harness, "halted", |window| {
        window.summary().starts_with("halted")
    });
    harness.get_by_role_and_label(Role::Button, plot).click();
    harness.run_steps(3);
    harness
}

/// Digits of a number grouped as the window groups them.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

#[test]
fn the_matrix_is_that_of_the_moment_looked_at() {
    let mut harness = halted_with("Matrix");
    wait_for_label(&mut harness, " at step ");
    let end = window(&harness).steps_taken();
    let shown = |harness: &WindowHarness| {
        let titles = harness.query_all_by_label_contains("Mode matrix U");
        let said = |title: egui_kittest::Node<'_>| {
            let node = title.accesskit_node();
            node.label().or_else(|| node.value())
        };
        let labels: Vec<String> = titles.filter_map(said).collect();
        labels
            .iter()
            .filter_map(|label| label.split_once(" at step ").map(|(_, step)| digits(step)))
            .next_back()
    };
    assert_eq!(shown(&harness), Some(end.to_string()));
    for _ in 0..2 {
        harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
        harness.run_steps(2);
    }
    // The run is done again to the moment looked at, in the background.
    for _ in 0..500 {
        harness.step();
        if shown(&harness).is_some_and(|step| step.parse::<u64>().is_ok_and(|step| step < end)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let earlier: u64 = shown(&harness).unwrap().parse().unwrap();
    assert!(earlier < end && earlier > 0, "{earlier} of {end}");
    assert_eq!(window(&harness).steps_taken(), end);
    harness.key_press(Key::End);
    harness.run_steps(3);
    assert_eq!(shown(&harness), Some(end.to_string()));
}

#[test]
fn the_plane_and_the_times_say_what_they_show() {
    let mut harness = halted_with("Plane");
    wait_for_label(&mut harness, "Modes 1 and 2");
    wait_for_label(&mut harness, "drift of the weights");
    harness.get_by_role_and_label(Role::Button, "Times").click();
    wait_for_label(&mut harness, "Times until 95 % learned");
    harness
        .get_by_role_and_label(Role::Button, "half learned")
        .click();
    wait_for_label(&mut harness, "Times until half learned");
}

#[test]
fn the_density_follows_the_run_and_its_spread_is_shaded() {
    let mut harness = halted_with("Density");
    wait_for_label(&mut harness, ": mean ");
    harness.get_by_role_and_label(Role::Button, "spread").click();
    wait_for_label(&mut harness, "law of the mode equation");
}
