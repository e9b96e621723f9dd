//! A window driven without a screen.

use std::time::Duration;

use egui_kittest::Harness;
use saddlescope::app::Window;
use saddlescope::experiment::Experiment;

pub(crate) type WindowHarness = Harness<'static, Option<Window>>;

pub(crate) fn open(size: [f32; 2], experiment: Experiment) -> WindowHarness {
    Harness::builder().with_size(size).build_ui_state(
        move |ui, window: &mut Option<Window>| {
            let window = window.get_or_insert_with(|| Window::new(ui.ctx(), experiment.clone()).unwrap());
            window.listen(ui.ctx());
            window.show(ui);
        },
        None,
    )
}

pub(crate) fn window(harness: &WindowHarness) -> &Window {
    harness.state().as_ref().unwrap()
}

/// Draws frames until the window `holds`; a worker runs behind it, so this takes real time.
pub(crate) fn wait_until(harness: &mut WindowHarness, what: &str, holds: impl Fn(&Window) -> bool) {
    for _ in 0..3000 {
        harness.step();
        if holds(window(harness)) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what}: {}", window(harness).summary());
}
