//! Lessons in the window, by keyboard alone, without a screen.

use crate::support;

use eframe::egui::{Event, Key, Role};
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
            // What is shown before a guess plays by itself.
            let after = lesson.guess.as_ref().map_or(0, |guess| guess.after);
            wait_until(&mut harness, "its first rows", |window| {
                window.rows_recorded() > 0 && window.steps_taken() >= after
            });
            assert_eq!(window(&harness).lesson_number(), Some(lesson.number));
            harness.step();
            harness.get_by_label_contains(&format!("of {}: {}", lessons.len(), lesson.title));
            // The blind lesson closes the panels; the next one has them again.
            if size[0] > 1200.0 {
                let n_rails = harness.query_all_by_label_contains("Applies on reset").count();
                assert_eq!(n_rails == 0, lesson.view.blind, "{}", lesson.title);
            }
            if lesson.id == "point-or-cloud" {
                // Without label noise there is no histogram, whether theory is shown or not.
                harness.get_by_label_contains("without label noise it ends in a point");
            }
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
            wait_until(&mut harness, "its run", |window| window.steps_taken() > after);
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

#[test]
fn a_guess_is_asked_for_after_a_preview_and_may_be_typed() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    harness.key_press(Key::PageDown);
    harness.step();
    let guess = builtin()[0].guess.clone().unwrap();
    assert!(guess.after > 0);
    wait_until(&mut harness, "the preview", |window| window.steps_taken() > 0);
    if window(&harness).steps_taken() < guess.after {
        assert!(harness.query_by_label(&guess.prompt).is_none());
    }
    wait_until(&mut harness, "its end", |window| {
        window.steps_taken() == guess.after && window.summary().starts_with("halted")
    });
    harness.get_by_label(&guess.prompt);
    // Digits are a guess, and no mode is drawn alone; Enter takes it.
    for digit in ["6", "0"] {
        harness.key_press(if digit == "6" { Key::Num6 } else { Key::Num0 });
        harness.event(Event::Text(digit.to_owned()));
        harness.step();
    }
    harness.event(Event::Text("0".to_owned()));
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    let end = builtin()[0].end_step;
    wait_until(&mut harness, "the whole lesson", |window| {
        window.steps_taken() == end
    });
    harness.get_by_label_contains("Your guess was 600, theory says 1842");
}

#[test]
fn pausing_a_preview_does_not_skip_the_guess() {
    let mut harness = open([1440.0, 900.0], Experiment::default());
    harness.key_press(Key::PageDown);
    harness.step();
    let guess = builtin()[0].guess.clone().unwrap();
    // Slow enough not to be over before it is paused, however busy the machine.
    let speed = harness.get_by_role_and_label(Role::Slider, "speed");
    speed.set_value_accesskit(10.0);
    harness.step();
    wait_until(&mut harness, "the preview", |window| window.steps_taken() > 0);
    harness.key_press(Key::Space);
    wait_until(&mut harness, "halted", |window| {
        window.summary().starts_with("halted")
    });
    assert!(window(&harness).steps_taken() < guess.after);
    assert!(harness.query_by_label(&guess.prompt).is_none());
    harness.key_press(Key::Space);
    harness.get_by_role_and_label(Role::Button, "max").click();
    wait_until(&mut harness, "the guess", |window| {
        window.steps_taken() == guess.after
    });
    harness.get_by_label(&guess.prompt);
}
