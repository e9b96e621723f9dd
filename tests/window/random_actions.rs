//! A person who does anything at all: random keys, clicks, drags, turns of the wheel, letters and sizes, seeded. The window answers
//! every one of them, its histories stay bounded, and it can be brought back to a running run.
//!
//! `SADDLESCOPE_ACTIONS=100000 cargo test --test window random_actions` does more of it; `SADDLESCOPE_SEED` another sequence.

use crate::support;

use eframe::egui::{Event, Key, Modifiers, MouseWheelUnit, PointerButton, Pos2, TouchPhase, pos2, vec2};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use saddlescope::experiment::Experiment;
use support::{WindowHarness, open, wait_until, window};

const KEYS: [Key; 40] = [
    Key::Space,
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::ArrowUp,
    Key::ArrowDown,
    Key::Home,
    Key::End,
    Key::Backspace,
    Key::Delete,
    Key::Tab,
    Key::Enter,
    Key::Escape,
    Key::PageDown,
    Key::PageUp,
    Key::F1,
    Key::F11,
    Key::A,
    Key::B,
    Key::E,
    Key::G,
    Key::K,
    Key::L,
    Key::N,
    Key::O,
    Key::P,
    Key::R,
    Key::S,
    Key::T,
    Key::V,
    Key::X,
    Key::Y,
    Key::Z,
    Key::Plus,
    Key::Minus,
    Key::Num0,
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num6,
];

const TEXTS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "9",
    "1e9",
    "1e-9",
    "0.5",
    "4, 2",
    "nan",
    "inf",
    "99999999999999999999",
    "",
    " ",
    "a",
    "\u{202e}",
    "\u{1f600}",
];

/// A place in the window, more often in its left rail than anywhere else.
fn place(generator: &mut Xoshiro256PlusPlus, size: [f32; 2]) -> Pos2 {
    let width = if generator.random_bool(0.3) {
        260.0_f32.min(size[0])
    } else {
        size[0]
    };
    pos2(
        generator.random_range(0.0..width),
        generator.random_range(0.0..size[1]),
    )
}

fn button(pos: Pos2, button: PointerButton, pressed: bool, modifiers: Modifiers) -> Event {
    Event::PointerButton {
        pos,
        button,
        pressed,
        modifiers,
    }
}

fn act(harness: &mut WindowHarness, generator: &mut Xoshiro256PlusPlus, size: &mut [f32; 2]) {
    let modifiers = *[
        Modifiers::NONE,
        Modifiers::NONE,
        Modifiers::NONE,
        Modifiers::SHIFT,
        Modifiers::COMMAND,
        Modifiers::ALT,
    ]
    .choose(generator)
    .unwrap();
    let at = place(generator, *size);
    match generator.random_range(0..20) {
        0..6 => harness.key_press_modifiers(modifiers, *KEYS.choose(generator).unwrap()),
        6..11 => {
            let which = *[
                PointerButton::Primary,
                PointerButton::Primary,
                PointerButton::Primary,
                PointerButton::Secondary,
                PointerButton::Middle,
            ]
            .choose(generator)
            .unwrap();
            harness.event(Event::PointerMoved(at));
            harness.event(button(at, which, true, modifiers));
            if generator.random_bool(0.4) {
                harness.step();
                let to = place(generator, *size);
                harness.event(Event::PointerMoved(to));
                harness.step();
                harness.event(button(to, which, false, modifiers));
            } else {
                harness.event(button(at, which, false, modifiers));
            }
        }
        11..14 => harness.event(Event::PointerMoved(at)),
        14..16 => {
            harness.event(Event::PointerMoved(at));
            harness.event(Event::MouseWheel {
                unit: MouseWheelUnit::Line,
                delta: vec2(0.0, generator.random_range(-9.0..9.0)),
                phase: TouchPhase::Move,
                modifiers,
                source: eframe::egui::MouseWheelSource::Unknown,
            });
        }
        16..18 => harness.event(Event::Text((*TEXTS.choose(generator).unwrap()).to_owned())),
        18 => {
            let pasted = ["[experiment]", "format = 1", "seed = 3", "\u{0}"]
                .choose(generator)
                .unwrap();
            harness.event(Event::Paste((*pasted).to_owned()));
        }
        _ => {
            *size = *[
                [1440.0, 900.0],
                [640.0, 420.0],
                [900.0, 1600.0],
                [1920.0, 1080.0],
                [300.0, 200.0],
            ]
            .choose(generator)
            .unwrap();
            harness.set_size(vec2(size[0], size[1]));
        }
    }
    harness.step();
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap())
}

/// Resident bytes of this process, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or(0, |line| {
        1024 * line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    })
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how the memory goes, for whoever runs more of it"
)]
fn the_window_answers_whatever_is_done() {
    let (n_actions, seed) = (number("SADDLESCOPE_ACTIONS", 1000), number("SADDLESCOPE_SEED", 1));
    let folder = tempfile::tempdir().unwrap();
    // What is saved or exported goes there.
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, format!("folder = {:?}\n", folder.path())).unwrap();
    let generator = &mut Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut size = [1440.0, 900.0];
    let mut harness = open(size, Experiment::default());
    harness.step();
    let ctx = harness.ctx.clone();
    // As in the program: what no font has is a box.
    ctx.set_missing_glyph_policy(eframe::egui::MissingGlyphPolicy::Tofu);
    let window_itself = harness.state_mut().as_mut().unwrap();
    window_itself.keep_settings_in(&ctx, &settings);
    window_itself.keep_sessions_in(folder.path());
    for action in 0..n_actions {
        act(&mut harness, generator, &mut size);
        let held = window(&harness).n_history_bytes();
        assert!(held < 1 << 30, "action {action}: histories of {held} bytes");
        if action % 10_000 == 9999 {
            println!(
                "{:>8} actions: {:>5} MB, {}",
                action + 1,
                resident() >> 20,
                window(&harness).summary()
            );
        }
    }
    // A window of its own starts the run again, whatever it has come to.
    drop(harness);
    let mut harness = open([1440.0, 900.0], Experiment::default());
    wait_until(&mut harness, "running", |window| window.steps_taken() > 10);
}
