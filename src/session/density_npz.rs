//! The law of every mode's strength along a recorded run, as NPZ: the density of its mode equation at every row.
//!
//! Every mode has its own grid, from edges that stand where the quantiles of the whole run are dense, so that the narrow law of the start
//! and that of the learned mode are both resolved. What is written is the mean density of each cell, so that density times width sums
//! to one.

use std::io::{self, Seek, Write};

use thiserror::Error;

use super::npz::Archive;
use super::recording::{Recording, most_recorded_numbers};
use crate::files::write_archive;
use crate::observables::Schema;
use crate::simulation::{Densities, ModeDensity};

/// Cells of a grid.
const N_CELLS: usize = 400;
/// Standard normal variables at which quantiles are taken for a grid: the outermost leave out less than 1e-18.
const OUTERMOST: f64 = 9.0;
const N_TAKEN: u32 = 72;
/// Probabilities of the quantiles that are written, with their standard normal variables.
const QUANTILES: [(f64, f64); 7] = [
    (0.01, -2.326_347_874_040_841),
    (0.1, -1.281_551_565_544_600_4),
    (0.25, -0.674_489_750_196_081_7),
    (0.5, 0.0),
    (0.75, 0.674_489_750_196_081_7),
    (0.9, 1.281_551_565_544_600_4),
    (0.99, 2.326_347_874_040_841),
];

/// Why the laws of a run cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DensityError {
    /// No mode has one.
    #[error(
        "no mode has a law with a width: the mode equations have no noise (full batch, or none), the samples are stored, or every mode starts at zero"
    )]
    None,
    /// They would not fit.
    #[error(
        "the densities of {n_rows} rows make {n_numbers} numbers; at most {} are kept: record more rarely",
        most_recorded_numbers()
    )]
    TooLong {
        /// Rows of the run.
        n_rows: usize,
        /// Numbers that would make.
        n_numbers: u64,
    },
}

/// The laws of the modes of a recorded run, ready to be written.
#[derive(Clone, Debug)]
pub struct DensityTable {
    n_rows: usize,
    steps: Vec<f64>,
    times: Vec<f64>,
    /// `(r, n + 1)`.
    edges: Vec<Vec<f64>>,
    /// `(T, r, n)`, row after row.
    densities: Vec<f64>,
    /// `(T, r, q)`.
    quantiles: Vec<f64>,
    /// `(T, r)`.
    means: Vec<f64>,
    stds: Vec<f64>,
}

impl DensityTable {
    /// Follows the laws of the modes from row to row.
    ///
    /// # Errors
    /// [`DensityError`] where there are none, or too many numbers.
    pub fn new(recording: &Recording) -> Result<Self, DensityError> {
        let (experiment, course) = (recording.experiment(), recording.course());
        let rank = recording.schema().rank();
        let n_rows = recording.rows().len();
        let n_numbers = (n_rows * rank * (N_CELLS + QUANTILES.len() + 2)) as u64;
        if n_numbers > most_recorded_numbers() {
            return Err(DensityError::TooLong { n_rows, n_numbers });
        }
        let times: Vec<f64> = recording.column(Schema::TIME).collect();
        let end = times.last().copied().unwrap_or(0.0);
        let start = recording.densities();
        if start.modes().iter().all(|mode| mode.course().next().is_none()) {
            return Err(DensityError::None);
        }
        // Once for the grids, and once from row to row.
        let mut whole = start.clone();
        whole.advance_to(experiment, &course, end, || true);
        let edges: Vec<Vec<f64>> = whole.modes().iter().map(grid).collect();
        let mut table = Self {
            n_rows,
            steps: recording.column(Schema::STEP).collect(),
            densities: Vec::with_capacity(n_rows * rank * N_CELLS),
            quantiles: Vec::with_capacity(n_rows * rank * QUANTILES.len()),
            means: Vec::with_capacity(n_rows * rank),
            stds: Vec::with_capacity(n_rows * rank),
            times,
            edges,
        };
        let mut laws: Densities = start;
        for row in 0..n_rows {
            let time = table.times[row];
            laws.advance_to(experiment, &course, time, || true);
            for (mode, law) in laws.modes().iter().enumerate() {
                table.add(law, mode, time);
            }
        }
        Ok(table)
    }

    fn add(&mut self, density: &ModeDensity, mode: usize, time: f64) {
        let edges = &self.edges[mode];
        let Some(law) = density.at(time) else {
            self.densities.extend([f64::NAN; N_CELLS]);
            self.quantiles.extend([f64::NAN; QUANTILES.len()]);
            self.means.push(f64::NAN);
            self.stds.push(f64::NAN);
            return;
        };
        let widths = edges.windows(2).map(|pair| pair[1] - pair[0]);
        let masses = law.masses(edges).into_iter().zip(widths);
        self.densities.extend(masses.map(|(mass, width)| mass / width));
        self.quantiles.extend(QUANTILES.map(|(_, normal)| law.at(normal)));
        let (mean, std) = law.moments();
        self.means.push(mean);
        self.stds.push(std);
    }

    /// Writes `step`, `time` `(T)`, `strength_edges` `(r, n + 1)`, `density` `(T, r, n)`, the mean density of every cell, `mean` and `std`
    /// `(T, r)`, `probability` `(q)` and `quantile` `(T, r, q)`; NaN for a mode that has no law.
    ///
    /// # Errors
    /// What `writer` answers.
    pub fn write(&self, writer: impl Write + Seek) -> io::Result<()> {
        let (n_rows, rank) = (self.n_rows, self.edges.len());
        write_archive(writer, |zip| {
            let mut archive = Archive { zip };
            archive.write("step", &[n_rows], self.steps.iter().copied())?;
            archive.write("time", &[n_rows], self.times.iter().copied())?;
            let edges = self.edges.iter().flatten().copied();
            archive.write("strength_edges", &[rank, N_CELLS + 1], edges)?;
            archive.write(
                "density",
                &[n_rows, rank, N_CELLS],
                self.densities.iter().copied(),
            )?;
            archive.write("mean", &[n_rows, rank], self.means.iter().copied())?;
            archive.write("std", &[n_rows, rank], self.stds.iter().copied())?;
            let probabilities = QUANTILES.map(|(probability, _)| probability);
            archive.write("probability", &[QUANTILES.len()], probabilities.into_iter())?;
            let shape = [n_rows, rank, QUANTILES.len()];
            archive.write("quantile", &shape, self.quantiles.iter().copied())
        })
    }
}

/// Edges of the grid of a mode: as many quantiles of the whole run lie between any two of them.
fn grid(density: &ModeDensity) -> Vec<f64> {
    let normals = (0..=N_TAKEN).map(|i| OUTERMOST * (2.0 * f64::from(i) / f64::from(N_TAKEN) - 1.0));
    let mut places: Vec<f64> = density
        .course()
        .flat_map(|(_, law)| normals.clone().map(|normal| law.at(normal)))
        .collect();
    if places.is_empty() {
        return vec![f64::NAN; N_CELLS + 1];
    }
    places.sort_by(f64::total_cmp);
    let last = places.len() - 1;
    let mut edges: Vec<f64> = (0..=N_CELLS).map(|i| places[i * last / N_CELLS]).collect();
    // Where the law is a point, quantiles fall together: the next number is the next edge.
    for i in 1..edges.len() {
        edges[i] = edges[i].max(edges[i - 1].next_up());
    }
    edges
}
