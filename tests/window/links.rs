//! Links in the window: followed from a path or the clipboard, copied, and refused.

use std::path::Path;

use eframe::egui;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::{self, Opened};
use saddlescope::experiment::Experiment;
use saddlescope::session::{Link, PAGE, Session, Shown, session_link};
use saddlescope::simulation::Simulation;

use crate::support::{WindowHarness, open, wait_for_label, wait_until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn running() -> WindowHarness {
    let mut harness = open(SIZE, Experiment::default());
    wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
    harness
}

fn paste(harness: &mut WindowHarness, text: &str) {
    harness.event(egui::Event::Paste(text.to_owned()));
    harness.step();
}

/// Text of the last frames that is on its way to the clipboard.
fn copied(harness: &mut WindowHarness) -> String {
    for _ in 0..200 {
        let commands = &harness.output().platform_output.commands;
        if let Some(egui::OutputCommand::CopyText(text)) = commands.last() {
            return text.clone();
        }
        harness.step();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    String::new()
}

fn choose(harness: &mut WindowHarness, menu: &str, item: &str) {
    harness.get_by_role_and_label(Role::Button, menu).click();
    harness.step();
    harness.step();
    harness.get_by_label_contains(item).click();
    harness.step();
}

#[test]
fn a_session_in_a_link_is_done_again() {
    let experiment = Experiment {
        seed: 77,
        ..Experiment::default()
    };
    let mut simulation = Simulation::new(&experiment).unwrap();
    simulation.advance_to(40);
    let link = session_link(&Session::of(&simulation)).unwrap();
    let address = format!("{PAGE}{link}");
    assert!(matches!(
        app::open(Path::new(&address)).unwrap(),
        Opened::Session(_)
    ));

    let mut harness = running();
    paste(&mut harness, &address);
    wait_until(&mut harness, "the end of the session", |window| {
        window.steps_taken() == 40 && window.summary().starts_with("halted")
    });
    wait_for_label(&mut harness, "bit for bit");
    choose(&mut harness, "File", "Copy link");
    let again = copied(&mut harness);
    let Shown::Session(session) = Link::parse(&again).unwrap().shown else {
        unreachable!("{again}")
    };
    // With all that the window keeps of how it is looked at.
    assert!(!session.view.is_empty());
    assert!(again.len() < PAGE.len() + 2000, "{}", again.len());
    let replayed = Session::of(&session.replay().unwrap());
    assert_eq!(session.end.step, 40);
    assert_eq!(replayed.end.digest, session.end.digest);
}

#[test]
fn lessons_are_opened_and_copied_by_their_names() {
    let mut harness = running();
    paste(&mut harness, "https://example.org/#lesson=noise-peaks-first");
    wait_until(&mut harness, "the lesson", |window| {
        window.lesson_number() == Some(2)
    });
    choose(&mut harness, "File", "Copy link");
    assert_eq!(copied(&mut harness), format!("{PAGE}#lesson=noise-peaks-first"));
}

#[test]
fn what_is_wrong_with_a_link_is_said_and_the_run_goes_on() {
    for (link, words) in [
        ("#lesson=no-such-lesson", "no lesson no-such-lesson"),
        ("#s=AAAA", "format 0"),
        ("https://example.org/#s=AQ", "damaged"),
    ] {
        let mut harness = running();
        paste(&mut harness, link);
        wait_for_label(&mut harness, words);
        let before = window(&harness).steps_taken();
        wait_until(&mut harness, "the run goes on", |window| {
            window.steps_taken() > before && window.lesson_number().is_none()
        });
    }
}
