//! What a run is made of: teacher, data and the start of an experiment.

use std::sync::Arc;

use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};

use crate::experiment::{DataKind, Dynamics, Experiment, InitConfig, InitScheme, TeacherConfig};
use crate::model::{Dataset, DatasetError, Init, Risk, Teacher};
use crate::observables::events::NoisyStart;
use crate::random::{Purpose, Streams};

/// The teacher and the data of an experiment.
pub(super) fn risk_of(experiment: &Experiment, streams: &Streams) -> Result<Risk, DatasetError> {
    let (data, network) = (&experiment.data, &experiment.network);
    let teacher = || {
        let mut generator = streams.of(Purpose::Teacher);
        let TeacherConfig { strengths, basis } = &experiment.teacher;
        Arc::new(Teacher::new(
            network.d_out,
            network.d_in,
            strengths,
            *basis,
            &mut generator,
        ))
    };
    let mut generator = streams.of(Purpose::Dataset);
    Ok(match (data.kind, &data.samples) {
        (DataKind::Online, _) => Risk::online(teacher()),
        (DataKind::File, Some(samples)) => {
            let (dataset, held_out) = samples.datasets(|rows, columns| {
                DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(&mut generator))
            })?;
            let risk = Risk::stored(Arc::clone(samples.teacher()), Arc::new(dataset));
            match held_out {
                None => risk,
                Some(held_out) => risk.with_held_out(Arc::new(held_out)),
            }
        }
        // Validation lets no experiment through whose files have not been read.
        (DataKind::Dataset | DataKind::File, _) => {
            let teacher = teacher();
            let (n_samples, n_held_out) = (data.n_samples, data.n_held_out());
            let (dataset, held_out) =
                Dataset::draw_with_held_out(&teacher, n_samples, n_held_out, data.whiten, &mut generator)?;
            let risk = Risk::stored(teacher, Arc::new(dataset));
            if data.holds_out() {
                risk.with_held_out(Arc::new(held_out))
            } else {
                risk
            }
        }
    })
}

/// Initial weights of an experiment, as they are to be drawn.
pub(super) fn init_of(experiment: &Experiment, rank: usize) -> Init {
    match experiment.init.scheme {
        InitScheme::Aligned => Init::Aligned {
            strengths: experiment.init.aligned_strengths(rank),
            basis: experiment.teacher.basis,
        },
        InitScheme::Gaussian => Init::Gaussian {
            std: experiment.init.std,
        },
        InitScheme::Power => Init::Power {
            gamma: experiment.init.gamma,
        },
    }
}

/// Widths and start of an experiment on the online stream whose noise is that of SGD.
pub fn noisy_start(experiment: &Experiment) -> Option<NoisyStart> {
    let has_noise = matches!(
        experiment.dynamics(),
        Dynamics::Sgd | Dynamics::Nesterov | Dynamics::Langevin
    );
    let InitConfig {
        scheme,
        strength,
        strengths,
        ..
    } = &experiment.init;
    (has_noise && experiment.data.kind == DataKind::Online).then(|| NoisyStart {
        d_in: experiment.network.d_in,
        d_out: experiment.network.d_out,
        aligned_strength: (*scheme == InitScheme::Aligned && strengths.is_empty()).then_some(*strength),
    })
}
