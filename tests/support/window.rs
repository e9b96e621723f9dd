//! A window driven without a screen.

use std::time::Duration;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::Window;
use saddlescope::experiment::Experiment;

pub(crate) type WindowHarness = Harness<'static, Option<Window>>;

pub(crate) fn open(size: [f32; 2], experiment: Experiment) -> WindowHarness {
    let mut harness = Harness::builder().with_size(size).build_ui_state(
        move |ui, window: &mut Option<Window>| {
            let window = window.get_or_insert_with(|| {
                let mut window = Window::new(ui.ctx(), experiment.clone()).unwrap();
                window.run_without_end();
                window
            });
            window.listen(ui.ctx());
            window.show(ui);
        },
        None,
    );
    // Panels find their places in the first frames; a click before that would miss.
    harness.run_steps(4);
    harness
}

pub(crate) fn window(harness: &WindowHarness) -> &Window {
    harness.state().as_ref().unwrap()
}

/// Draws frames until the window `holds`; a worker runs behind it, so this takes real time.
pub(crate) fn wait_until(harness: &mut WindowHarness, what: &str, holds: impl Fn(&Window) -> bool) {
    for _ in 0..3000 {
        harness.step();
        if holds(window(harness)) {
            // What has changed with it finds its place before anything is clicked.
            harness.run_steps(2);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("{what}: {}", window(harness).summary());
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Lets a file fall on the window.
pub(crate) fn drop_file(harness: &mut WindowHarness, path: &std::path::Path) {
    let file = std::sync::Arc::new(Dropped(path.to_owned()));
    harness.input_mut().dropped_files.push(file);
    harness.step();
    harness.input_mut().dropped_files.clear();
}

/// Draws frames until something says this.
pub(crate) fn wait_for_label(harness: &mut WindowHarness, text: &str) {
    for _ in 0..1000 {
        harness.step();
        if harness.query_by_label_contains(text).is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nothing says {text}");
}
