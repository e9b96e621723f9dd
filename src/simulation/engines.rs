//! Which engine moves an experiment: the one place where its name becomes the engine.

use std::sync::Arc;

use crate::dynamics::{Engine, FlowEngine, Langevin, MinibatchSource, Rule, Sgd};
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
    let (engine, optimizer) = (experiment.engine, experiment.optimizer);
    match engine {
        experiment::Engine::Sgd
        | experiment::Engine::Nesterov
        | experiment::Engine::Adam
        | experiment::Engine::RmsProp => {
            let source = match risk.dataset() {
                None => MinibatchSource::online(Arc::clone(risk.teacher()), streams),
                Some(dataset) => MinibatchSource::stored(Arc::clone(dataset), sampling, streams),
            };
            let rule = engine.rule().unwrap_or(Rule::HeavyBall);
            Box::new(Sgd::with_rule(network, risk, source, rule, optimizer))
        }
        experiment::Engine::Langevin => Box::new(Langevin::with_options(
            network,
            risk.clone(),
            sampling,
            (options.noise, options.substeps),
            optimizer,
            streams,
        )),
        experiment::Engine::GradientFlow => {
            let decay = optimizer.decay;
            Box::new(FlowEngine::new(network, risk.clone(), &experiment.live, decay))
        }
    }
}
