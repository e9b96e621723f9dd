//! The window, driven as a person drives it: by the names of its controls, without a screen.

use std::time::Duration;

use eframe::egui::{self, Key, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use saddlescope::experiment::Experiment;

use crate::support::{WindowHarness, open, window};

/// Draws frames until the summary satisfies `holds`.
fn wait_until(harness: &mut WindowHarness, what: &str, holds: impl Fn(&str) -> bool) {
    crate::support::wait_until(harness, what, |window| holds(&window.summary()));
}

#[test]
fn it_opens_running_and_the_strengths_grow() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    wait_until(&mut harness, "running", |summary| summary.starts_with("running"));
    wait_until(&mut harness, "the run moves", |summary| {
        !summary.contains("at step 0;")
    });
}

#[test]
fn the_buttons_halt_step_and_reset() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    wait_until(&mut harness, "running", |summary| summary.starts_with("running"));
    harness.get_by_role_and_label(Role::Button, "Pause").click();
    wait_until(&mut harness, "halted", |summary| summary.starts_with("halted"));
    let step = |summary: &str| -> u64 {
        summary
            .split("at step ")
            .nth(1)
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    let before = step(&window(&harness).summary());
    harness.get_by_role_and_label(Role::Button, "+10").click();
    wait_until(&mut harness, "ten steps", move |summary| {
        summary.starts_with("halted") && step(summary) == before + 10
    });
    harness.key_press(Key::ArrowRight);
    wait_until(&mut harness, "one step by key", move |summary| {
        summary.starts_with("halted") && step(summary) == before + 11
    });
    harness.key_press(Key::Space);
    wait_until(&mut harness, "running again", |summary| {
        summary.starts_with("running")
    });
    harness.key_press(Key::Space);
    wait_until(&mut harness, "halted again", |summary| {
        summary.starts_with("halted")
    });
    harness.get_by_role_and_label(Role::Button, "Reset").click();
    wait_until(&mut harness, "reset", move |summary| {
        step(summary) < before.max(5)
    });
}

#[test]
fn the_transport_stands_still() {
    for size in [[1440.0, 900.0], [1024.0, 700.0]] {
        let mut harness = open(size, Experiment::default());
        let places = |harness: &WindowHarness| {
            ["+1", "+10", "+100", "max", "LIVE"]
                .map(|name| harness.get_by_role_and_label(Role::Button, name).rect())
        };
        wait_until(&mut harness, "running", |summary| summary.starts_with("running"));
        let running = places(&harness);
        for _ in 0..60 {
            harness.step();
            assert_eq!(places(&harness), running);
            std::thread::sleep(Duration::from_millis(5));
        }
        harness.get_by_role_and_label(Role::Button, "Pause").click();
        harness.step();
        wait_until(&mut harness, "halted", |summary| summary.starts_with("halted"));
        assert_eq!(places(&harness), running);
        harness.key_press(Key::ArrowLeft);
        harness.run_steps(4);
        // Letting go of the run changes no place either.
        assert_eq!(places(&harness), running);
    }
}

#[test]
fn a_slider_reaches_the_run() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    wait_until(&mut harness, "running", |summary| summary.starts_with("running"));
    let slider = harness.get_by_role_and_label(Role::Slider, "learning rate \u{3b7}");
    let value = slider.accesskit_node().numeric_value().unwrap();
    assert!((value - 0.005).abs() < 1e-12, "{value}");
    slider.set_value_accesskit(0.02);
    harness.step();
    let value = harness
        .get_by_role_and_label(Role::Slider, "learning rate \u{3b7}")
        .accesskit_node()
        .numeric_value()
        .unwrap();
    assert!((value - 0.02).abs() < 1e-9, "{value}");
    for _ in 0..300 {
        harness.step();
        if (window(&harness).live_in_force().learning_rate - 0.02).abs() < 1e-9 {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the worker never confirmed the learning rate");
}

#[test]
fn a_divergence_is_told_with_a_way_out() {
    let mut experiment = Experiment::default();
    experiment.live.learning_rate = 3.0;
    let mut harness = open([1440.0, 900.0], experiment);
    wait_until(&mut harness, "diverged", |summary| {
        summary.starts_with("diverged")
    });
    harness.step();
    harness.get_by_label_contains("eta = 3 exceeds the largest stable learning rate");
    harness.get_by_label_contains("and reset").click();
    wait_until(&mut harness, "running again", |summary| {
        summary.starts_with("running")
    });
}

#[test]
fn the_headline_and_the_table_tell_what_was_learned() {
    let mut experiment = Experiment::default();
    experiment.teacher.strengths = vec![4.0];
    let mut harness = open([1440.0, 900.0], experiment);
    harness.get_by_role_and_label(Role::Button, "max").click();
    wait_until(&mut harness, "learned", |summary| {
        summary.contains("the feature is learned")
    });
    harness.get_by_role_and_label(Role::Button, "Events").click();
    for _ in 0..3 {
        harness.step();
    }
    harness.get_by_label("t peak");
    harness.get_by_label_contains("feature 1 learned");
    harness.get_by_label_contains("diffusion peak of mode 1 confirmed");
}

#[test]
fn ensembles_and_other_dynamics_run_beside() {
    let mut harness = open([1440.0, 1500.0], Experiment::default());
    wait_until(&mut harness, "running", |summary| summary.starts_with("running"));
    for name in ["Langevin", "isotropic Langevin", "mode equations", "replicas"] {
        harness.get_by_role_and_label(Role::CheckBox, name).click();
        harness.step();
    }
    harness
        .get_by_role_and_label(Role::Button, "Reset, same seed")
        .click();
    wait_until(&mut harness, "steps", |summary| {
        summary.starts_with("running") && !summary.contains("at step 0;")
    });
    harness.get_by_label_contains("% of 32 replicas");
}

/// Number of the controls of the window; every one must have a name.
fn n_named_controls(harness: &WindowHarness) -> usize {
    let operable = |role: Role| {
        matches!(
            role,
            Role::Button
                | Role::CheckBox
                | Role::ComboBox
                | Role::Slider
                | Role::SpinButton
                | Role::TextInput
                | Role::RadioButton
        )
    };
    let mut n_controls = 0;
    let mut nodes = vec![harness.root().accesskit_node()];
    while let Some(node) = nodes.pop() {
        if operable(node.role()) {
            n_controls += 1;
            let name = node.label().unwrap_or_default();
            assert!(
                !name.trim().is_empty(),
                "a {:?} without a name: {:?}",
                node.role(),
                node.value()
            );
        }
        nodes.extend(node.children());
    }
    n_controls
}

#[test]
fn every_control_has_a_name() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    wait_until(&mut harness, "running", |summary| summary.starts_with("running"));
    let n_controls = n_named_controls(&harness);
    assert!(n_controls > 30, "{n_controls} controls");
    // With a guess asked for, in a lesson, in the lecture view, and with kept runs.
    for keys in [
        &[Key::PageDown][..],
        &[Key::Space],
        &[Key::P],
        &[Key::P, Key::G, Key::F1],
    ] {
        for key in keys {
            harness.key_press(*key);
            harness.step();
        }
        harness.step();
        assert!(n_named_controls(&harness) > 10);
    }
}

#[test]
fn no_key_or_size_breaks_it() {
    for size in [[1024.0, 700.0], [400.0, 300.0], [60.0, 40.0]] {
        let mut harness = open(size, Experiment::default());
        for key in [
            Key::Space,
            Key::N,
            Key::R,
            Key::ArrowRight,
            Key::T,
            Key::End,
            Key::Tab,
            Key::Escape,
            Key::ArrowLeft,
            Key::Home,
            Key::Backspace,
            Key::G,
            Key::L,
            Key::A,
            Key::B,
            Key::Num1,
            Key::Num6,
            Key::PageDown,
            Key::PageUp,
            Key::P,
            Key::F11,
            Key::F1,
        ] {
            harness.key_press(key);
            harness.step();
            harness.key_press_modifiers(egui::Modifiers::SHIFT, key);
            harness.step();
        }
        for key in [
            Key::Z,
            Key::Y,
            Key::S,
            Key::E,
            Key::O,
            Key::K,
            Key::Plus,
            Key::Minus,
            Key::Num0,
        ] {
            harness.key_press_modifiers(egui::Modifiers::COMMAND, key);
            harness.step();
            harness.key_press(Key::Escape);
            harness.step();
        }
    }
}
