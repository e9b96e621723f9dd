//! What a run carries from step to step beside its weights, and how a step is made of it: the rules of [`super`], layer by layer.
//!
//! Layers are slices in whatever layout their owner has; numbers of padding are zero and stay so.

use super::{Decay, Optimizer, Rule};
use crate::dynamics::LiveParams;
use crate::memory::HeapBytes;

/// Velocity and mean gradients of a run. Nothing is held before the first step that needs it.
#[derive(Clone, Debug)]
pub(in crate::dynamics) struct Motion {
    rule: Rule,
    options: Optimizer,
    /// `v`; empty where there has been no momentum.
    velocity: Vec<Vec<f64>>,
    /// Of the adaptive rules: `p` and `q`.
    mean: Vec<Vec<f64>>,
    mean_square: Vec<Vec<f64>>,
    /// Powers `b1^k`, `b2^k` after `k` steps.
    powers: (f64, f64),
    /// Weights before the step.
    before: Vec<Vec<f64>>,
    /// The step that is being made.
    step: Vec<Vec<f64>>,
}

/// What decides a step besides its gradient.
#[derive(Clone, Copy, Debug)]
pub(in crate::dynamics) struct StepNumbers {
    /// Training time of the step: `eta`, or `dt` of a part of it.
    rate: f64,
    /// What is kept of the velocity.
    momentum: f64,
    /// What a step is multiplied by, so that parts of it add up to the same pull.
    gain: f64,
    weight_decay: f64,
}

impl StepNumbers {
    /// Of one of `n_parts` equal parts of a step: with `mu' = mu^(1/n)` the velocity fades as fast as over the whole step, and
    /// `gain = (1 - mu') / (1 - mu)` leaves the steady pull `1 / (1 - mu)` what it is.
    pub(in crate::dynamics) fn new(live: &LiveParams, n_parts: u32) -> Self {
        let rate = live.learning_rate / f64::from(n_parts);
        let (momentum, gain) = if n_parts > 1 {
            let momentum = live.momentum.powf(f64::from(n_parts).recip());
            (momentum, (1.0 - momentum) * live.momentum_gain())
        } else {
            (live.momentum, 1.0)
        };
        Self {
            rate,
            momentum,
            gain,
            weight_decay: live.weight_decay,
        }
    }

    /// Training time of the step.
    pub(in crate::dynamics) fn rate(&self) -> f64 {
        self.rate
    }
}

impl Motion {
    pub(in crate::dynamics) fn new(rule: Rule, options: Optimizer) -> Self {
        Self {
            rule,
            options,
            velocity: Vec::new(),
            mean: Vec::new(),
            mean_square: Vec::new(),
            powers: (1.0, 1.0),
            before: Vec::new(),
            step: Vec::new(),
        }
    }

    /// The same rule at the start of another run.
    pub(in crate::dynamics) fn restarted(&self) -> Self {
        Self::new(self.rule, self.options)
    }

    /// Whether a step under these parameters is the engine's own, and nothing of this is needed.
    #[inline(always)]
    pub(in crate::dynamics) fn is_plain(&self, live: &LiveParams) -> bool {
        live.is_plain() && !self.rule.is_adaptive()
    }

    /// What a step is proportional to that an engine has to find: the learning rate, or 1 where the gradient itself is needed.
    pub(in crate::dynamics) fn factor_of_gradient(&self, rate: f64) -> f64 {
        if self.rule.is_adaptive() { 1.0 } else { rate }
    }

    /// Whether anything would be forgotten by [`Self::rest`].
    pub(in crate::dynamics) fn is_moving(&self) -> bool {
        !self.velocity.is_empty()
    }

    /// Forgets the velocity: momentum that is switched on later begins from rest.
    pub(in crate::dynamics) fn rest(&mut self) {
        self.velocity.clear();
    }

    /// What is carried, by name, layer by layer; only what there is.
    pub(in crate::dynamics) fn carried(&self) -> impl Iterator<Item = (&'static str, &[Vec<f64>])> {
        let parts = [
            ("velocity", &self.velocity),
            ("mean_gradient", &self.mean),
            ("mean_square", &self.mean_square),
        ];
        let parts = parts.into_iter().filter(|(_, layers)| !layers.is_empty());
        parts.map(|(name, layers)| (name, layers.as_slice()))
    }

    /// Bytes at most, for so many numbers of all layers.
    pub(in crate::dynamics) fn n_bytes(&self, n_numbers: usize) -> usize {
        let n_copies = if self.rule.is_adaptive() { 5 } else { 3 };
        n_copies * n_numbers * size_of::<f64>()
    }

    /// Begins a step of these weights: notes them down, and moves them to where the gradient is to be taken.
    #[inline(always)]
    pub(in crate::dynamics) fn begin<'a>(
        &mut self,
        weights: impl ExactSizeIterator<Item = &'a mut [f64]>,
        numbers: &StepNumbers,
    ) {
        let n_layers = weights.len();
        if self.before.is_empty() {
            self.before = vec![Vec::new(); n_layers];
            self.step = vec![Vec::new(); n_layers];
        }
        for (layer, weights) in weights.enumerate() {
            let before = &mut self.before[layer];
            before.clear();
            before.extend_from_slice(weights);
            self.step[layer].resize(weights.len(), 0.0);
            if self.rule == Rule::Nesterov
                && let Some(velocity) = self.velocity.get(layer)
            {
                for (weight, velocity) in weights.iter_mut().zip(velocity) {
                    *weight += numbers.momentum * velocity;
                }
            }
        }
        if numbers.momentum > 0.0 && self.velocity.is_empty() {
            self.velocity = zeros_like(&self.before);
        }
        if self.rule.is_adaptive() && self.mean_square.is_empty() {
            self.mean_square = zeros_like(&self.before);
            if self.rule == Rule::Adam {
                self.mean = zeros_like(&self.before);
            }
        }
        let Optimizer { beta1, beta2, .. } = self.options;
        self.powers = (self.powers.0 * beta1, self.powers.1 * beta2);
    }

    /// Where the engine puts its step of a layer, or `-g` for an adaptive rule.
    #[inline(always)]
    pub(in crate::dynamics) fn step_mut(&mut self, layer: usize) -> &mut [f64] {
        &mut self.step[layer]
    }

    /// Weights of a layer before the step.
    pub(in crate::dynamics) fn before(&self, layer: usize) -> &[f64] {
        &self.before[layer]
    }

    /// Takes the step of a layer; gives the square of how far its weights moved.
    #[inline(always)]
    pub(in crate::dynamics) fn apply(
        &mut self,
        layer: usize,
        weights: &mut [f64],
        numbers: &StepNumbers,
    ) -> f64 {
        let step = &mut self.step[layer];
        if self.options.decay == Decay::Coupled && numbers.weight_decay > 0.0 {
            let pull = numbers.weight_decay
                * if self.rule.is_adaptive() {
                    1.0
                } else {
                    numbers.rate
                };
            for (step, weight) in step.iter_mut().zip(&*weights) {
                *step -= pull * weight;
            }
        }
        let Optimizer {
            beta1,
            beta2,
            alpha,
            epsilon,
            ..
        } = self.options;
        match self.rule {
            Rule::HeavyBall | Rule::Nesterov => {}
            Rule::RmsProp => {
                for (step, square) in step.iter_mut().zip(&mut self.mean_square[layer]) {
                    *square = alpha * *square + (1.0 - alpha) * *step * *step;
                    *step *= numbers.rate / (square.sqrt() + epsilon);
                }
            }
            Rule::Adam => {
                let (first, second) = (1.0 - self.powers.0, 1.0 - self.powers.1);
                let means = self.mean[layer].iter_mut().zip(&mut self.mean_square[layer]);
                for (step, (mean, square)) in step.iter_mut().zip(means) {
                    *mean = beta1 * *mean - (1.0 - beta1) * *step;
                    *square = beta2 * *square + (1.0 - beta2) * *step * *step;
                    *step = -numbers.rate * (*mean / first) / ((*square / second).sqrt() + epsilon);
                }
            }
        }
        if let Some(velocity) = self.velocity.get(layer)
            && numbers.momentum > 0.0
        {
            for (step, velocity) in step.iter_mut().zip(velocity) {
                *step = numbers.momentum * velocity + numbers.gain * *step;
            }
        }
        let shrink = if self.options.decay == Decay::Decoupled {
            1.0 - numbers.rate * numbers.weight_decay
        } else {
            1.0
        };
        let mut squared = 0.0;
        for ((weight, step), before) in weights.iter_mut().zip(&*step).zip(&self.before[layer]) {
            *weight = shrink * before + step;
            squared += (*weight - before).powi(2);
        }
        squared
    }

    /// Keeps the velocity of the step that was taken.
    #[inline(always)]
    pub(in crate::dynamics) fn keep(&mut self) {
        if !self.velocity.is_empty() {
            std::mem::swap(&mut self.velocity, &mut self.step);
        }
    }
}

impl HeapBytes for Motion {
    fn heap_bytes(&self) -> usize {
        let parts = [
            &self.velocity,
            &self.mean,
            &self.mean_square,
            &self.before,
            &self.step,
        ];
        parts.iter().map(|layers| layers.heap_bytes()).sum()
    }
}

fn zeros_like(layers: &[Vec<f64>]) -> Vec<Vec<f64>> {
    layers.iter().map(|layer| vec![0.0; layer.len()]).collect()
}
