//! What theory predicts of the stationary law of each mode, and what is measured of it; kept until a parameter changes.

use std::collections::HashMap;
use std::sync::Arc;

use super::run_data::RunData;
use crate::chart::SettledLaws;
use crate::dynamics::LiveParams;
use crate::simulation::{Distances, Estimates, ModeStatistics, NetworkLaw, Prediction, StoredNoise};
use crate::theory::ModeLaw;
use crate::worker::RunState;

/// Predictions of the modes, kept until a parameter changes.
#[derive(Debug, Default)]
pub(crate) struct Predictions {
    modes: Vec<Option<(Basis, Arc<Prediction>)>>,
    /// The law of the network, and of which run at which parameters.
    network: Option<(u64, LiveParams, Option<Arc<NetworkLaw>>)>,
    /// The same of a stored set.
    stored: Option<(u64, LiveParams, Option<Arc<StoredNoise>>)>,
    /// What was measured, by mode, and of how many values.
    measured: HashMap<usize, (Option<Basis>, u64, Measured)>,
}

/// What a prediction was made of; it holds for nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Basis {
    law: ModeLaw,
    live: LiveParams,
    run: u64,
}

impl Predictions {
    /// Everything predicted at the present parameters.
    pub(crate) fn all(&mut self, run: &RunData) -> SettledLaws {
        SettledLaws {
            modes: (0..run.rank()).map(|mode| self.of(run, mode)).collect(),
            stored: self.stored(run),
        }
    }

    /// The prediction for one mode at the present parameters; `None` where no law covers the run.
    pub(crate) fn of(&mut self, run: &RunData, mode: usize) -> Option<Arc<Prediction>> {
        self.modes.resize(run.rank().max(self.modes.len()), None);
        let basis = Basis {
            law: run.mode_law(mode),
            live: run.in_force,
            run: run.run,
        };
        if let Some((made_of, prediction)) = &self.modes[mode]
            && *made_of == basis
        {
            return Some(Arc::clone(prediction));
        }
        let network = self.network(run);
        let prediction = Arc::new(Prediction::new(
            &run.experiment,
            basis.law,
            network,
            mode,
            &run.in_force,
        )?);
        self.modes[mode] = Some((basis, Arc::clone(&prediction)));
        Some(prediction)
    }

    /// The law of the network at the present parameters.
    fn network(&mut self, run: &RunData) -> Option<Arc<NetworkLaw>> {
        match &self.network {
            Some((made_of, live, law)) if (*made_of, *live) == (run.run, run.in_force) => law.clone(),
            Some(_) | None => {
                let law = NetworkLaw::new(&run.experiment, &run.in_force).map(Arc::new);
                self.network = Some((run.run, run.in_force, law.clone()));
                law
            }
        }
    }

    /// What is predicted of the settled modes of a stored set at the present parameters.
    fn stored(&mut self, run: &RunData) -> Option<Arc<StoredNoise>> {
        match &self.stored {
            Some((made_of, live, stored)) if (*made_of, *live) == (run.run, run.in_force) => stored.clone(),
            Some(_) | None => {
                let stored = StoredNoise::new(&run.experiment, &run.in_force).map(Arc::new);
                self.stored = Some((run.run, run.in_force, stored.clone()));
                stored
            }
        }
    }

    /// What was measured of a mode, with its distances from the laws where there are any; while the run goes on taken anew only
    /// once there are 2 % more values, for the eye sees no faster.
    pub(crate) fn measured(
        &mut self,
        run: &RunData,
        prediction: Option<&Prediction>,
        mode: usize,
        statistics: &ModeStatistics,
    ) -> Option<Measured> {
        let count = statistics.moments.count();
        let known = self.modes.get(mode).and_then(Option::as_ref);
        let basis = known.map(|(basis, _)| *basis).filter(|_| prediction.is_some());
        let n_more = |n: u64| match run.state {
            RunState::Running => n / 50,
            RunState::Empty | RunState::Paused | RunState::Diverged => 0,
        };
        if let Some((made_of, n, measured)) = self.measured.get(&mode)
            && *made_of == basis
            && (*n..=n + n_more(*n)).contains(&count)
        {
            return Some(*measured);
        }
        let estimates = Estimates::new(statistics)?;
        let measured = Measured {
            estimates,
            distances: prediction.map(|prediction| prediction.distances(statistics, &estimates)),
        };
        self.measured.insert(mode, (basis, count, measured));
        Some(measured)
    }
}

/// What is known of a settled mode.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measured {
    pub(crate) estimates: Estimates,
    pub(crate) distances: Option<Distances>,
}
