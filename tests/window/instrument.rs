//! Going back, comparing, undoing, saving and opening, by keys and names as a person does it, without a screen.

use crate::support;

use eframe::egui::accesskit::Toggled;
use eframe::egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, Role, TouchPhase, pos2,
    vec2,
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use saddlescope::experiment::Experiment;
use saddlescope::session::{Autosave, Session};
use saddlescope::simulation::Simulation;
use support::{WindowHarness, drop_file, open, wait_for_label, wait_until, window};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// A window whose run has been taken to some thousand steps and halted.
fn halted() -> WindowHarness {
    let mut harness = open(SIZE, Experiment::default());
    harness.get_by_role_and_label(Role::Button, "max").click();
    wait_until(&mut harness, "2000 steps", |window| window.steps_taken() > 2000);
    harness.key_press(Key::Space);
    wait_until(&mut harness, "halted", |window| {
        window.summary().starts_with("halted")
    });
    harness
}

/// Chooses an action in the palette by typing its name.
fn choose(harness: &mut WindowHarness, typed: &str) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
    harness.step();
    harness.step();
    harness
        .get_by_role_and_label(Role::TextInput, "Search the actions")
        .type_text(typed);
    harness.step();
    harness.key_press(Key::Enter);
    harness.step();
    harness.step();
}

#[test]
fn a_run_is_taken_back_and_its_old_future_stays_as_a_kept_run() {
    let mut harness = halted();
    let end = window(&harness).steps_taken();
    for _ in 0..3 {
        harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
        harness.step();
    }
    // Looking back changes nothing in the run.
    assert_eq!(window(&harness).steps_taken(), end);
    harness.key_press(Key::Backspace);
    wait_until(&mut harness, "rewound", |window| window.steps_taken() < end);
    assert_eq!(window(&harness).n_kept_runs(), 1);
    let rewound = window(&harness).steps_taken();
    assert!(window(&harness).rows_recorded() > 100);
    harness.key_press(Key::Space);
    wait_until(&mut harness, "going on", |window| {
        window.steps_taken() > rewound + 100
    });
    harness.get_by_label_contains("same settings as the present run");
}

#[test]
fn kept_runs_are_at_most_eight_and_told_apart_by_their_settings() {
    let mut harness = open(SIZE, Experiment::default());
    for _ in 0..10 {
        wait_until(&mut harness, "steps", |window| window.steps_taken() > 0);
        harness.key_press(Key::G);
        harness.step();
        harness.key_press(Key::N);
        harness.step();
    }
    assert_eq!(window(&harness).n_kept_runs(), 8);
    assert!(harness.query_all_by_label_contains("seed ").count() > 7);
    choose(&mut harness, "forget all kept");
    assert_eq!(window(&harness).n_kept_runs(), 0);
}

#[test]
fn a_setting_is_undone_and_done_again() {
    let mut harness = halted();
    let eta = "learning rate \u{3b7}";
    let value = |harness: &WindowHarness| {
        let slider = harness.get_by_role_and_label(Role::Slider, eta);
        slider.accesskit_node().numeric_value().unwrap()
    };
    harness
        .get_by_role_and_label(Role::Slider, eta)
        .set_value_accesskit(0.02);
    harness.step();
    harness.step();
    assert!((value(&harness) - 0.02).abs() < 1e-12);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.step();
    harness.step();
    assert!((value(&harness) - 0.005).abs() < 1e-12, "{}", value(&harness));
    wait_until(&mut harness, "undone", |window| {
        (window.live_in_force().learning_rate - 0.005).abs() < 1e-12
    });
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Y);
    harness.step();
    harness.step();
    assert!((value(&harness) - 0.02).abs() < 1e-12);
    wait_until(&mut harness, "redone", |window| {
        (window.live_in_force().learning_rate - 0.02).abs() < 1e-12
    });
}

/// Saves the session under a typed name, as this file.
fn save_typed(harness: &mut WindowHarness, typed: &str, path: &std::path::Path) {
    harness.key_press_modifiers(Modifiers::COMMAND, Key::S);
    harness.step();
    harness.step();
    let field = harness.get_by_role_and_label(Role::TextInput, "file");
    field.focus();
    harness.step();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.step();
    harness
        .get_by_role_and_label(Role::TextInput, "file")
        .type_text(typed);
    harness.step();
    harness.get_by_role_and_label(Role::Button, "Save").click();
    wait_until(harness, "saved", |_| path.exists());
}

fn save_as(harness: &mut WindowHarness, path: &std::path::Path) {
    save_typed(harness, path.to_str().unwrap(), path);
}

#[test]
fn a_session_saved_in_one_window_is_the_same_run_in_another() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("run.toml");
    let mut harness = halted();
    let slider = harness.get_by_role_and_label(Role::Slider, "label noise \u{3c3}");
    slider.set_value_accesskit(0.5);
    harness.step();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    let end = window(&harness).steps_taken() + 100;
    wait_until(&mut harness, "100 steps more", |window| {
        window.steps_taken() == end && window.summary().starts_with("halted")
    });
    save_as(&mut harness, &path);
    let session = Session::read(&path).unwrap();
    assert_eq!((session.end.step, session.script.changes().len()), (end, 1));

    let mut other = open(SIZE, Experiment::default());
    wait_until(&mut other, "running", |window| window.steps_taken() > 0);
    drop_file(&mut other, &path);
    wait_until(&mut other, "replayed", |window| {
        window.steps_taken() == end && window.summary().starts_with("halted")
    });
    wait_for_label(&mut other, "bit for bit");
}

#[test]
fn a_session_keeps_what_it_is_compared_with() {
    let mut harness = halted();
    harness.key_press(Key::G);
    harness.step();
    let n_steps = window(&harness).steps_taken();
    let slider = harness.get_by_role_and_label(Role::Slider, "label noise \u{3c3}");
    slider.set_value_accesskit(0.5);
    harness.step();
    harness.key_press(Key::R);
    wait_until(&mut harness, "another run", |window| {
        window.live_in_force().label_noise_std > 0.4
    });
    // What tells them apart is said in words.
    harness.get_by_label_contains("\u{3c3} 0 \u{2192} 0.5");
    harness.get_by_role_and_label(Role::Button, "Compare").click();
    harness.run_steps(2);
    // A row of every mode.
    assert_eq!(harness.query_all_by_label("present").count(), 4);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("compared.toml");
    save_as(&mut harness, &path);
    let session = Session::read(&path).unwrap();
    assert_eq!(session.kept.len(), 1);
    assert_eq!(session.kept[0].n_steps, n_steps);
    assert!(session.kept[0].experiment.live.label_noise_std.abs() < 1e-12);
    // Read again to the bit, and shown again.
    assert_eq!(Session::parse(&session.to_toml(), "again").unwrap(), session);
    let mut other = open(SIZE, Experiment::default());
    drop_file(&mut other, &path);
    wait_until(&mut other, "the kept run", |window| window.n_kept_runs() == 1);
}

#[test]
fn a_session_may_leave_controls_out() {
    let mut harness = halted();
    harness.get_by_label("teacher m");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("class.toml");
    save_as(&mut harness, &path);
    let text = std::fs::read_to_string(&path).unwrap();
    let hidden = "[view]\nhidden = [\"network\", \"read_outs\", \"of another version\"]\n";
    std::fs::write(&path, text.replacen("[view]\n", hidden, 1)).unwrap();
    drop_file(&mut harness, &path);
    wait_for_label(&mut harness, "bit for bit");
    assert!(harness.query_by_label("teacher m").is_none());
    assert!(harness.query_by_label_contains("stability limit").is_none());
    harness.get_by_label("samples");
    // What is saved again leaves the same out.
    let again = directory.path().join("again.toml");
    // A name alone is one in the folder of the file before.
    save_typed(&mut harness, "again", &again);
    let view = Session::read(&again).unwrap().view;
    let hidden = view["hidden"].as_array().unwrap();
    assert_eq!(
        hidden.iter().filter_map(|name| name.as_str()).collect::<Vec<_>>(),
        ["network", "read_outs"]
    );
}

#[test]
fn a_session_of_an_earlier_version_opens_as_it_was_looked_at() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/earlier/window_session_0.1.0.toml");
    let mut harness = open(SIZE, Experiment::default());
    wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
    drop_file(&mut harness, &path);
    wait_until(&mut harness, "replayed", |window| {
        window.steps_taken() == 1580 && window.summary().starts_with("halted")
    });
    harness.step();
    harness.get_by_role_and_label(Role::Button, "axis of strengths: log");
    let theory = harness.get_by_role_and_label(Role::Button, "theory");
    assert_eq!(theory.accesskit_node().toggled(), Some(Toggled::False));
}

#[test]
fn what_is_no_session_is_refused_and_the_run_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("noise.toml");
    std::fs::write(&path, "format = 1\nnonsense = [").unwrap();
    let mut harness = open(SIZE, Experiment::default());
    wait_until(&mut harness, "running", |window| window.steps_taken() > 0);
    drop_file(&mut harness, &path);
    wait_for_label(&mut harness, "noise.toml: line 2");
    let before = window(&harness).steps_taken();
    wait_until(&mut harness, "still running", |window| {
        window.steps_taken() > before
    });
}

#[test]
fn sessions_are_saved_automatically_and_offered_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut harness = halted();
    let mut second = open(SIZE, Experiment::default());
    second.step();
    harness
        .state_mut()
        .as_mut()
        .unwrap()
        .keep_sessions_in(directory.path());
    for _ in 0..1000 {
        harness.step();
        // A file that is still being written has another name.
        let mut files = std::fs::read_dir(directory.path()).unwrap();
        if files.any(|file| {
            file.unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with("autosave-")
        }) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let end = window(&harness).steps_taken();
    second
        .state_mut()
        .as_mut()
        .unwrap()
        .keep_sessions_in(directory.path());
    second.step();
    second.step();
    second.get_by_label_contains("Last session: seed 1");
    second
        .get_by_role_and_label(Role::Button, "Go on with it")
        .click();
    wait_until(&mut second, "the last session", |window| {
        window.steps_taken() == end && window.summary().starts_with("halted")
    });
}

/// Whoever goes to work at once, without answering whether to go on with the last session, loses neither.
#[test]
fn an_offer_without_an_answer_does_not_stop_the_saving() {
    let directory = tempfile::tempdir().unwrap();
    let seeded = |seed| Experiment {
        seed,
        ..Experiment::default()
    };
    let earlier = Session::of(&Simulation::new(&seeded(7)).unwrap());
    Autosave::new(directory.path()).unwrap().save(&earlier).unwrap();
    let mut harness = open(SIZE, seeded(8));
    harness.step();
    let window = harness.state_mut().as_mut().unwrap();
    window.keep_sessions_in(directory.path());
    let mut seeds = Vec::new();
    for _ in 0..3000 {
        harness.step();
        let files = std::fs::read_dir(directory.path()).unwrap();
        let paths = files
            .map(|file| file.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
        seeds = paths
            .map(|path| Session::read(&path).unwrap().experiment.seed)
            .collect();
        if seeds.len() == 2 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    harness.get_by_label_contains("Last session: seed 7");
    seeds.sort_unstable();
    assert_eq!(seeds, [7, 8]);
}

#[test]
fn every_action_of_the_palette_can_be_chosen() {
    let mut harness = halted();
    for name in [
        "Linear, log or symlog",
        "Logarithmic time",
        "Theory on or off",
        "Singular values on",
        "Solo mode 2",
        "Place cursor A",
        "Place cursor B",
        "Look at the start",
        "To the live end",
        "High contrast",
        "Reduced motion",
        "Light theme",
        "Dark theme",
        "Copy session",
        "Lecture view",
    ] {
        choose(&mut harness, name);
    }
    // In the lecture view the rail is gone.
    assert!(harness.query_by_label("Live").is_none());
    harness.key_press(Key::F11);
    harness.step();
    harness.step();
    harness.get_by_label("Live");
    harness.key_press(Key::F1);
    harness.step();
    harness.step();
    harness.get_by_label("Equations in force");
}

/// A window that keeps its settings in a file.
fn keeping(path: &std::path::Path) -> WindowHarness {
    let mut harness = open(SIZE, Experiment::default());
    let ctx = harness.ctx.clone();
    let window = harness.state_mut().as_mut().unwrap();
    window.keep_settings_in(&ctx, path);
    harness.step();
    harness
}

fn close(mut harness: WindowHarness) {
    eframe::App::on_exit(harness.state_mut().as_mut().unwrap(), None);
}

#[test]
fn settings_outlast_the_window_and_two_windows_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.toml");
    let mut first = keeping(&path);
    let mut second = keeping(&path);
    choose(&mut first, "light theme");
    choose(&mut first, "reduced motion");
    choose(&mut second, "high contrast");
    close(first);
    close(second);
    // The last to close is remembered, whole.
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("high_contrast = true") && text.contains("reduced_motion = false"),
        "{text}"
    );
    let mut third = keeping(&path);
    choose(&mut third, "light theme");
    close(third);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("high_contrast = true") && text.contains("theme = \"light\""),
        "{text}"
    );
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn damaged_settings_are_renamed_and_reported() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.toml");
    std::fs::write(&path, "high_contrast = true\nscale = \"large\"\n").unwrap();
    let harness = keeping(&path);
    harness.get_by_label_contains("settings.toml: line 2: ");
    let aside = directory.path().join("settings.toml.damaged");
    assert!(std::fs::read_to_string(aside).unwrap().contains("large"));
    close(harness);
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("is_known = true")
    );
}

#[test]
fn panels_and_settings_of_the_view_come_back_as_they_were_left() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.toml");
    let mut first = keeping(&path);
    first.get_by_label("Applies on reset");
    first.get_by_role_and_label(Role::Button, "controls").click();
    choose(&mut first, "logarithmic time");
    first.get_by_role_and_label(Role::Button, "Events").click();
    first.run_steps(2);
    close(first);
    let mut second = keeping(&path);
    second.run_steps(2);
    assert!(second.query_by_label("Applies on reset").is_none());
    for name in ["log time", "Events"] {
        let button = second.get_by_role_and_label(Role::Button, name);
        assert_eq!(button.accesskit_node().toggled(), Some(Toggled::True), "{name}");
    }
    // A lesson has a view of its own, which is not kept.
    second.key_press(Key::PageDown);
    second.run_steps(2);
    close(second);
    let mut third = keeping(&path);
    third.run_steps(2);
    let button = third.get_by_role_and_label(Role::Button, "log time");
    assert_eq!(button.accesskit_node().toggled(), Some(Toggled::True));
}

#[test]
fn keys_work_while_a_control_has_the_focus() {
    let mut harness = halted();
    harness.key_press(Key::Tab);
    harness.run_steps(2);
    assert!(harness.ctx.egui_wants_keyboard_input());
    harness.key_press(Key::G);
    harness.run_steps(2);
    assert_eq!(window(&harness).n_kept_runs(), 1);
    let before = window(&harness).steps_taken();
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    wait_until(&mut harness, "a hundred steps", |window| {
        window.steps_taken() == before + 100
    });
}

/// Whether the plots follow the run.
fn is_live(harness: &WindowHarness) -> bool {
    let live = harness.get_by_role_and_label(Role::Button, "LIVE");
    live.accesskit_node().toggled() == Some(Toggled::True)
}

fn press(harness: &mut WindowHarness, pos: Pos2, pressed: bool) {
    harness.event(Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    });
    harness.step();
}

fn point(harness: &mut WindowHarness, pos: Pos2) {
    harness.event(Event::PointerMoved(pos));
    harness.step();
}

#[test]
fn plots_are_moved_while_the_run_goes_on_and_follow_it_again() {
    let mut harness = open(SIZE, Experiment::default());
    harness.get_by_role_and_label(Role::Button, "max").click();
    let goes_on = |harness: &mut WindowHarness| {
        let before = window(harness).steps_taken();
        // An event takes a picture to be heard and another to be seen; the wheel is smoothed over several.
        harness.run_steps(5);
        wait_until(harness, "more steps", |window| {
            window.steps_taken() > before + 1000
        });
    };
    goes_on(&mut harness);
    assert!(is_live(&harness));
    let place = pos2(700.0, 250.0);

    point(&mut harness, place);
    press(&mut harness, place, true);
    point(&mut harness, place - vec2(80.0, 0.0));
    press(&mut harness, place - vec2(80.0, 0.0), false);
    goes_on(&mut harness);
    assert!(!is_live(&harness), "a drag did not let go");
    harness.key_press(Key::End);
    harness.step();
    harness.step();
    assert!(is_live(&harness), "End did not take hold");

    point(&mut harness, place);
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, 3.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    goes_on(&mut harness);
    assert!(!is_live(&harness), "the wheel did not zoom");
    harness.get_by_role_and_label(Role::Button, "LIVE").click();
    goes_on(&mut harness);
    assert!(is_live(&harness), "the chip did not take hold");
}

#[test]
fn one_click_takes_every_axis_through_its_scales_while_the_run_goes_on() {
    let mut experiment = Experiment::default();
    // Strengths of both signs: a logarithmic axis has nothing to show of half of them.
    experiment.live.label_noise_std = 1.0;
    let mut harness = open(SIZE, experiment);
    harness.get_by_role_and_label(Role::Button, "max").click();
    wait_until(&mut harness, "steps", |window| window.steps_taken() > 1000);
    for (plot, scales) in [
        ("strengths", ["linear", "log", "symlog", "linear"]),
        ("diffusion", ["log", "symlog", "linear", "log"]),
        ("loss", ["log", "symlog", "linear", "log"]),
    ] {
        for pair in scales.windows(2) {
            let name = |scale: &str| format!("axis of {plot}: {scale}");
            harness
                .get_by_role_and_label(Role::Button, &name(pair[0]))
                .click();
            harness.step();
            harness.step();
            harness.get_by_role_and_label(Role::Button, &name(pair[1]));
        }
    }
}

#[test]
fn a_run_halts_by_itself_and_says_why() {
    let mut harness = halted();
    choose(&mut harness, "halt when settled");
    harness.key_press(Key::R);
    harness.step();
    wait_until(&mut harness, "settled", |window| {
        window.steps_taken() > 2000 && window.summary().starts_with("halted")
    });
    wait_for_label(&mut harness, "every feature has settled");
    let before = window(&harness).steps_taken();
    harness.key_press(Key::Space);
    wait_until(&mut harness, "played on", |window| {
        window.steps_taken() > before + 1000
    });
}

#[test]
fn the_line_on_top_follows_the_scrubber() {
    let mut harness = halted();
    let says = |harness: &WindowHarness, text: &str| harness.query_all_by_label_contains(text).count() > 0;
    assert!(says(&harness, "all 4 features are learned"));
    harness.key_press(Key::Home);
    harness.step();
    harness.step();
    assert!(says(
        &harness,
        "step 0: at a saddle, next: feature 1 (0 of 4 learned"
    ));
    harness.key_press(Key::End);
    harness.step();
    harness.step();
    assert!(says(&harness, "all 4 features are learned") && !says(&harness, "step 0: "));
}
