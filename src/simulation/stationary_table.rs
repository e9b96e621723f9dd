//! What a run says of its settled modes, one row per mode: measured with errors, and predicted.

use std::sync::Arc;

use super::Simulation;
use super::settled::{Estimates, NetworkLaw, Prediction};
use super::stationary::{ModeStatistics, Phase, StationaryStatistics};
use super::stored_noise::StoredNoise;

/// One row per mode.
#[derive(Clone, Debug, PartialEq)]
pub struct StationaryTable {
    /// Numbers of each mode in the order of [`StationaryTable::COLUMNS`], NaN where there is nothing to say; all but the first are
    /// NaN for a mode that has not settled.
    pub rows: Vec<[f64; StationaryTable::N_COLUMNS]>,
}

impl StationaryTable {
    /// Number of columns.
    pub const N_COLUMNS: usize = 22;

    /// Names of the columns. `mode` counts from 1, and `drifting` is 1 or 0. Intervals are those of 95 %; the laws are those of
    /// [`Prediction`], and the distance is the one to the stationary law of the mode equation.
    pub const COLUMNS: [&'static str; Self::N_COLUMNS] = [
        "mode",
        "rows",
        "effective_rows",
        "burn_in_step",
        "mean",
        "mean_error",
        "mean_low",
        "mean_high",
        "variance",
        "variance_error",
        "variance_low",
        "variance_high",
        "skewness",
        "skewness_error",
        "boltzmann_variance",
        "discrete_variance",
        "present_variance",
        "balanced_variance",
        "balanced_mean",
        "ks_distance",
        "ks_noise",
        "drifting",
    ];

    /// Column of the number of values.
    const ROWS: usize = 1;
    /// Column of the variance from the present weights.
    const PRESENT_VARIANCE: usize = 16;

    /// The columns that hold whole numbers, and the one that holds a truth value.
    pub const WHOLE: [&'static str; 3] = ["mode", "rows", "burn_in_step"];

    /// Of a run and the statistics kept of it.
    pub fn new(simulation: &mut Simulation, statistics: &mut StationaryStatistics) -> Self {
        simulation.observe_settled(&mut Vec::new(), &mut Vec::new());
        statistics.set_row_rates(&simulation.row_rates());
        let (experiment, live) = (simulation.experiment(), *simulation.live());
        let network = NetworkLaw::new(experiment, &live).map(Arc::new);
        let stored = StoredNoise::new(experiment, &live);
        let row = |(mode, of_mode): (usize, &ModeStatistics)| {
            let prediction = Prediction::new(experiment, of_mode.law(), network.clone(), mode, &live);
            let mut row = row(mode, of_mode, prediction.as_ref(), statistics.time());
            if let Some(variance) = { stored.as_ref() }
                .filter(|_| row[Self::ROWS] > 0.0)
                .and_then(|stored| stored.variance(mode, of_mode.mean_curvature()?))
            {
                row[Self::PRESENT_VARIANCE] = variance;
            }
            row
        };
        Self {
            rows: statistics.modes.iter().enumerate().map(row).collect(),
        }
    }

    /// One column, by mode.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = f64> {
        self.rows.iter().map(move |row| row[column])
    }
}

fn row(
    mode: usize,
    statistics: &ModeStatistics,
    prediction: Option<&Prediction>,
    time: f64,
) -> [f64; StationaryTable::N_COLUMNS] {
    let mut row = [f64::NAN; StationaryTable::N_COLUMNS];
    row[0] = (mode + 1) as f64;
    let (Phase::Counting { since }, Some(estimates)) = (statistics.phase, Estimates::new(statistics)) else {
        return row;
    };
    let number = |value: Option<f64>| value.filter(|value| value.is_finite()).unwrap_or(f64::NAN);
    let found = estimates.with_errors;
    let distances = prediction.map(|prediction| prediction.distances(statistics, &estimates));
    let drifting = prediction.map_or(estimates.halves_differ, |prediction| {
        prediction.is_drifting(statistics, &estimates, time)
    });
    let numbers = [
        Some(statistics.moments.count() as f64),
        statistics.series.n_effective(),
        Some(since as f64),
        Some(found.map_or(estimates.mean, |found| found.mean.value)),
        found.map(|found| found.mean.error),
        found.map(|found| found.mean.low),
        found.map(|found| found.mean.high),
        Some(found.map_or(estimates.variance, |found| found.variance.value)),
        found.map(|found| found.variance.error),
        found.map(|found| found.variance.low),
        found.map(|found| found.variance.high),
        estimates.skewness,
        found.and_then(|found| Some(found.skewness?.1)),
        prediction.map(|prediction| prediction.law.temperature()),
        prediction.and_then(|prediction| prediction.discrete_variance),
        prediction.and_then(|prediction| prediction.present_variance(statistics)),
        prediction.and_then(Prediction::balanced_variance),
        prediction.and_then(Prediction::balanced_mean),
        distances.and_then(|distances| distances.exact),
        distances.and_then(|distances| distances.noise_level),
        Some(f64::from(u8::from(drifting))),
    ];
    for (cell, value) in row[1..].iter_mut().zip(numbers) {
        *cell = number(value);
    }
    row
}
