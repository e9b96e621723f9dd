//! What the worker has computed since the window last took something from it.

use super::messages::RunState;
use crate::dynamics::LiveParams;
use crate::experiment::Engine;
use crate::simulation::{Divergence, Intervention, LateStatistics, Simulation, StrengthStatistics};

/// Most rows a lane's pending frame may hold. A window that sleeps for hours costs rows, not memory: every other row is then
/// left out, and the number is told.
const MAX_PENDING_ROWS: usize = 1 << 15;

/// One engine's part of a frame.
#[derive(Clone, Debug)]
pub struct LaneFrame {
    /// The engine.
    pub engine: Engine,
    /// Recorded rows, one after the other, laid out by the run's schema.
    pub rows: Vec<f64>,
    /// Distribution of the mode strengths over the later part of the run.
    pub statistics: Option<StrengthStatistics>,
    /// The mode matrix `U^T W V` at the last recorded row, column-major `(r, r)`.
    pub mode_matrix: Vec<f64>,
    /// The divergence that ended the lane.
    pub divergence: Option<Divergence>,
}

/// Everything new about a run, and its present state.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Number of the run.
    pub run: u64,
    /// What the worker is doing.
    pub state: RunState,
    /// Steps taken.
    pub step: u64,
    /// Training time.
    pub time: f64,
    /// Live parameters in force.
    pub live: LiveParams,
    /// Steps a second, measured over the last while; 0 when halted.
    pub steps_per_second: f64,
    /// Lanes, the experiment's own engine first.
    pub lanes: Vec<LaneFrame>,
    /// Changes of the live parameters since the last frame.
    pub interventions: Vec<Intervention>,
    /// Offers of this frame that found the window busy.
    pub n_merged: u64,
    /// Rows left out of this frame because the window did not take it for too long.
    pub n_thinned: u64,
}

/// A frame being gathered.
#[derive(Debug)]
pub(super) struct PendingFrame {
    rows: Vec<Vec<f64>>,
    interventions: Vec<Intervention>,
    n_merged: u64,
    n_thinned: u64,
    /// Whether anything is worth sending.
    pub(super) dirty: bool,
}

impl PendingFrame {
    pub(super) fn new(n_lanes: usize) -> Self {
        Self {
            rows: vec![Vec::new(); n_lanes],
            interventions: Vec::new(),
            n_merged: 0,
            n_thinned: 0,
            dirty: true,
        }
    }

    /// Rows of a lane, to append to.
    pub(super) fn rows_mut(&mut self, lane: usize) -> &mut Vec<f64> {
        self.dirty = true;
        &mut self.rows[lane]
    }

    pub(super) fn add_intervention(&mut self, intervention: Intervention) {
        self.dirty = true;
        self.interventions.push(intervention);
    }

    pub(super) fn count_merge(&mut self) {
        self.n_merged += 1;
    }

    /// Leaves out every other row where too many have gathered, the same rows in every lane.
    pub(super) fn thin(&mut self, n_columns: usize) {
        if self
            .rows
            .first()
            .is_none_or(|rows| rows.len() <= MAX_PENDING_ROWS * n_columns)
        {
            return;
        }
        for rows in &mut self.rows {
            let n_rows = rows.len() / n_columns;
            // The newest row stays, so that what is shown is never older than what was dropped.
            let skip = usize::from(n_rows.is_multiple_of(2));
            for kept in 0..n_rows.div_ceil(2) {
                let source = (2 * kept + skip).min(n_rows - 1) * n_columns;
                rows.copy_within(source..source + n_columns, kept * n_columns);
            }
            let n_kept = n_rows.div_ceil(2);
            rows.truncate(n_kept * n_columns);
            self.n_thinned += (n_rows - n_kept) as u64;
        }
    }

    /// The frame as it would be sent now.
    pub(super) fn take_frame(
        &mut self,
        run: u64,
        state: RunState,
        steps_per_second: f64,
        lanes: &[Simulation],
        statistics: &[LateStatistics],
    ) -> Option<Frame> {
        let first = lanes.first()?;
        let lane_frames = lanes
            .iter()
            .zip(statistics)
            .zip(&mut self.rows)
            .map(|((lane, statistics), rows)| LaneFrame {
                engine: lane.experiment().engine,
                rows: std::mem::take(rows),
                statistics: Some(statistics.shown().clone()),
                mode_matrix: lane.mode_matrix().as_slice().to_vec(),
                divergence: lane.divergence().copied(),
            })
            .collect();
        Some(Frame {
            run,
            state,
            step: first.step(),
            time: first.time(),
            live: *first.live(),
            steps_per_second,
            lanes: lane_frames,
            interventions: std::mem::take(&mut self.interventions),
            n_merged: self.n_merged,
            n_thinned: self.n_thinned,
        })
    }

    /// Takes back a frame that the window had no room for.
    pub(super) fn restore(&mut self, frame: Frame) {
        for (rows, lane) in self.rows.iter_mut().zip(frame.lanes) {
            *rows = lane.rows;
        }
        self.interventions = frame.interventions;
    }

    /// Forgets what has been sent.
    pub(super) fn clear(&mut self) {
        self.dirty = false;
        self.n_merged = 0;
        self.n_thinned = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_halves_the_rows_and_keeps_the_newest() {
        for n_rows in [MAX_PENDING_ROWS + 1, MAX_PENDING_ROWS + 2] {
            let mut pending = PendingFrame::new(2);
            for lane in 0..2 {
                for i in 0..n_rows {
                    pending.rows_mut(lane).extend([i as f64, 0.0]);
                }
            }
            pending.thin(2);
            for rows in &pending.rows {
                assert_eq!(rows.len() / 2, n_rows.div_ceil(2));
                assert_eq!(rows[rows.len() - 2].to_bits(), ((n_rows - 1) as f64).to_bits());
                assert!(
                    rows.chunks_exact(2)
                        .zip(rows.chunks_exact(2).skip(1))
                        .all(|(a, b)| a[0] < b[0])
                );
            }
            assert_eq!(pending.n_thinned, 2 * (n_rows / 2) as u64);
        }
    }
}
