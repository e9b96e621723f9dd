//! What theory predicts of the stationary law of each mode, and how far what is measured lies from it; kept until a parameter
//! changes.

use std::collections::HashMap;
use std::sync::Arc;

use super::run_data::RunData;
use crate::dynamics::LiveParams;
use crate::experiment::DataKind;
use crate::simulation::{Distances, ModeStatistics, Prediction};
use crate::theory::ModeLaw;
use crate::worker::RunState;

/// Predictions of the modes, kept until a parameter changes.
#[derive(Debug, Default)]
pub(crate) struct Predictions {
    modes: Vec<Option<(Basis, Arc<Prediction>)>>,
    /// Distances of the measured values from the laws, by mode, and of how many values.
    distances: HashMap<usize, (Basis, u64, Distances)>,
}

/// What a prediction was made of; it holds for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis {
    law: ModeLaw,
    live: LiveParams,
    run: u64,
}

impl Predictions {
    /// The predictions for all modes at the present parameters.
    pub(crate) fn all(&mut self, run: &RunData) -> Vec<Option<Arc<Prediction>>> {
        (0..run.rank()).map(|mode| self.of(run, mode)).collect()
    }

    /// The prediction for one mode at the present parameters; `None` for a stored set, which the laws do not cover.
    pub(crate) fn of(&mut self, run: &RunData, mode: usize) -> Option<Arc<Prediction>> {
        if run.experiment.data.kind != DataKind::Online {
            return None;
        }
        self.modes.resize(run.rank().max(self.modes.len()), None);
        let basis = Basis {
            law: run.mode_law(mode),
            live: run.live,
            run: run.run,
        };
        if let Some((made_of, prediction)) = &self.modes[mode]
            && *made_of == basis
        {
            return Some(Arc::clone(prediction));
        }
        let strengths = &run.experiment.teacher.strengths;
        let d_in = run.experiment.network.d_in;
        let prediction = Arc::new(Prediction::new(basis.law, strengths, d_in, mode, &run.live));
        self.modes[mode] = Some((basis, Arc::clone(&prediction)));
        Some(prediction)
    }

    /// Distances of what was measured from the laws; while the run goes on taken anew only once there are 2 % more values, for
    /// the eye sees no faster.
    pub(crate) fn distances(
        &mut self,
        run: &RunData,
        prediction: &Prediction,
        mode: usize,
        statistics: &ModeStatistics,
    ) -> Distances {
        let count = statistics.moments.count();
        let basis = self
            .modes
            .get(mode)
            .and_then(|known| known.as_ref().map(|(basis, _)| *basis));
        let n_more = |n: u64| match run.state {
            RunState::Running => n / 50,
            RunState::Empty | RunState::Paused | RunState::Diverged => 0,
        };
        if let Some((made_of, n, distances)) = self.distances.get(&mode)
            && Some(*made_of) == basis
            && (*n..=n + n_more(*n)).contains(&count)
        {
            return *distances;
        }
        let distances = prediction.distances(statistics);
        if let Some(basis) = basis {
            self.distances.insert(mode, (basis, count, distances));
        }
        distances
    }
}
