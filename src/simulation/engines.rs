//! Which engine moves an experiment: the one place where its name becomes the engine.

use std::sync::Arc;

use crate::dynamics::{Engine, FlowEngine, Langevin, MinibatchSource, Sgd};
use crate::experiment::{self, Experiment};
use crate::model::{DeepLinearNetwork, Risk};
use crate::random::Streams;

/// The engine of `experiment` at the start of a run from `network` on `risk`.
pub(super) fn engine_of(
    experiment: &Experiment,
    network: &DeepLinearNetwork,
    risk: &Risk,
    streams: &Streams,
) -> Box<dyn Engine> {
    let (sampling, options) = (experiment.data.sampling, &experiment.langevin);
    match experiment.engine {
        experiment::Engine::Sgd => {
            let source = match risk.dataset() {
                None => MinibatchSource::online(Arc::clone(risk.teacher()), streams),
                Some(dataset) => MinibatchSource::stored(Arc::clone(dataset), sampling, streams),
            };
            Box::new(Sgd::new(network, risk, source))
        }
        experiment::Engine::Langevin => Box::new(Langevin::new(
            network,
            risk.clone(),
            sampling,
            options.noise,
            options.substeps,
            streams,
        )),
        experiment::Engine::GradientFlow => {
            Box::new(FlowEngine::new(network, risk.clone(), &experiment.live))
        }
    }
}
