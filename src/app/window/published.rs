//! What a page lets others see of itself, as TOML: where the run is and what is said, for pages around it and for tests that drive it.

use serde::Serialize;

use super::Window;
use crate::experiment::{Experiment, LiveParams};
use crate::platform::Instant;
use crate::simulation::Simulation;
use crate::worker::RunState;

/// Steps a second of row W1 of `benches/README.md`, by so many of them: what the arithmetic of a page costs.
pub(in crate::app) fn steps_per_second(n_steps: f64) -> f64 {
    let experiment = Experiment {
        live: LiveParams {
            learning_rate: 1e-4,
            batch_size: 1,
            label_noise_std: 0.5,
            ..LiveParams::default()
        },
        ..Experiment::default()
    };
    let Ok(mut simulation) = Simulation::new(&experiment) else {
        return 0.0;
    };
    let start = Instant::now();
    let _outcome = simulation.advance(n_steps as u64);
    n_steps / start.elapsed().as_secs_f64()
}

/// The state of the window, in short.
#[derive(Serialize)]
struct Published<'a> {
    run: u64,
    state: &'static str,
    step: u64,
    time: f64,
    n_rows: u64,
    learning_rate: f64,
    batch_size: u64,
    label_noise_std: f64,
    seed: u64,
    steps_per_second: f64,
    frames_per_second: f64,
    n_kept_runs: usize,
    /// Cells of the map that are there, and all of them.
    map_cells: (usize, usize),
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'a str>,
    is_trouble: bool,
    is_offered: bool,
    summary: String,
}

impl Window {
    /// What a page lets others see of this window.
    pub(super) fn published(&self) -> String {
        let state = &self.state;
        let run = &state.run;
        let notice = state.notice.as_ref();
        let published = Published {
            run: run.run,
            state: match run.state {
                RunState::Empty => "empty",
                RunState::Paused => "paused",
                RunState::Running => "running",
                RunState::Diverged => "diverged",
            },
            step: run.step,
            time: run.time,
            n_rows: self.rows_recorded(),
            learning_rate: run.live.learning_rate,
            batch_size: run.live.batch_size,
            label_noise_std: run.live.label_noise_std,
            seed: run.experiment.seed,
            steps_per_second: run.steps_per_second,
            frames_per_second: self.frame_rate,
            n_kept_runs: state.kept_runs.len(),
            map_cells: state.map.progress(),
            lesson: state.teaching.lesson().map(|lesson| lesson.id.as_str()),
            notice: notice.map(|notice| notice.text.as_str()),
            is_trouble: notice.is_some_and(|notice| notice.is_trouble),
            is_offered: state.offer.is_some(),
            summary: self.summary(),
        };
        toml::to_string(&published).unwrap_or_default()
    }
}
