//! The settings.

use saddlescope::experiment::{Experiment, InitScheme};
use saddlescope::model::Basis;

/// Input, hidden and output dimension: twice the number of features, so that half of the student's pairs have nothing to learn.
pub(crate) const WIDTH: usize = 6;
/// Strengths of the teacher.
pub(crate) const STRENGTHS: [f64; 3] = [3.0, 2.0, 1.0];
const LEARNING_RATE: f64 = 0.005;

/// One setting.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Standard deviation of Gaussian initial weights; aligned ones at a strength of 0.001 where there is none.
    pub(crate) std: Option<f64>,
    pub(crate) depth: usize,
    pub(crate) batch_size: u64,
    pub(crate) label_noise_std: f64,
}

/// All of them.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for std in [None, Some(0.01), Some(0.03), Some(0.1), Some(0.3)] {
        for depth in 2..=4 {
            for batch_size in [1, 4, 16, 64] {
                for label_noise_std in [0.0, 0.1, 0.5] {
                    cells.push(Cell {
                        std,
                        depth,
                        batch_size,
                        label_noise_std,
                    });
                }
            }
        }
    }
    cells
}

impl Cell {
    pub(crate) fn init_name(&self) -> String {
        self.std
            .map_or_else(|| "aligned".to_owned(), |std| format!("Gaussian {std}"))
    }

    /// Steps after which a run ends, whatever it has learned: the longest plateau is that of four layers from the smallest weights.
    pub(crate) fn most_steps(&self) -> u64 {
        match (self.depth, self.std) {
            (4, Some(std)) if std < 0.02 => 600_000,
            (4, Some(std)) if std < 0.05 => 80_000,
            (3, Some(std)) if std < 0.02 => 40_000,
            _ => 20_000,
        }
    }

    pub(crate) fn experiment(&self, seed: u64) -> Experiment {
        let mut experiment = Experiment {
            seed,
            ..Experiment::default()
        };
        experiment.network.d_in = WIDTH;
        experiment.network.d_out = WIDTH;
        experiment.network.hidden = vec![WIDTH; self.depth - 1];
        experiment.teacher.strengths = STRENGTHS.to_vec();
        experiment.teacher.basis = Basis::Random;
        if let Some(std) = self.std {
            experiment.init.scheme = InitScheme::Gaussian;
            experiment.init.std = std;
        }
        experiment.live.learning_rate = LEARNING_RATE;
        experiment.live.batch_size = self.batch_size;
        experiment.live.label_noise_std = self.label_noise_std;
        experiment
    }
}
