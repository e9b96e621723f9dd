//! Lessons in the window, by keyboard alone, without a screen.

use crate::support;

use eframe::egui::{Key, Role};
use egui_kittest::kittest::Queryable as _;
use saddlescope::experiment::Experiment;
use saddlescope::lessons::builtin;
use support::{open, wait_until, window};

#[test]
fn every_lesson_opens_by_key_with_its_first_caption_or_guess() {
    for size in [[1440.0, 900.0], [1024.0, 700.0]] {
        let mut harness = open(size, Experiment::default());
        wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
        let lessons = builtin();
        for lesson in &lessons {
            harness.key_press(Key::PageDown);
            harness.step();
            wait_until(&mut harness, "its first row", |window| window.rows_recorded() > 0);
            assert_eq!(window(&harness).lesson_number(), Some(lesson.number));
            harness.step();
            harness.get_by_label_contains(&format!("of {}: {}", lessons.len(), lesson.title));
            match &lesson.guess {
                Some(guess) => {
                    harness.get_by_label(&guess.prompt);
                    harness
                        .get_by_role_and_label(Role::Button, "Go on without a guess")
                        .click();
                }
                None => {
                    harness.get_by_label(&lesson.action);
                }
            }
            wait_until(&mut harness, "its run", |window| window.steps_taken() > 0);
        }
        harness.key_press(Key::PageUp);
        harness.step();
        let before_the_last = lessons.iter().rev().nth(1).map(|lesson| lesson.number);
        assert_eq!(window(&harness).lesson_number(), before_the_last);
        harness
            .get_by_role_and_label(Role::Button, "Open in the lab")
            .click();
        harness.step();
        harness.step();
        assert_eq!(window(&harness).lesson_number(), None);
    }
}

#[test]
fn the_kept_runs_of_a_lesson_come_by_themselves() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    for _ in 0..3 {
        harness.key_press(Key::PageDown);
        harness.step();
    }
    let n_kept_runs = builtin()[2].kept_runs.len();
    assert!(n_kept_runs > 0);
    wait_until(&mut harness, "kept runs", |window| {
        window.n_kept_runs() == n_kept_runs
    });
}
