//! The parameters that theory's laws depend on, at a point of a map: numbers that may lie between those that cells can have.

use crate::experiment::{DataKind, Engine, Experiment};
use crate::theory::{ModeLaw, Momentum, MomentumRule};

/// Parameters at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub(super) base: Experiment,
    pub(super) learning_rate: f64,
    pub(super) batch_size: f64,
    pub(super) label_noise_std: f64,
    pub(super) momentum: f64,
    pub(super) weight_decay: f64,
    pub(super) depth: usize,
}

impl Setting {
    /// Those of an experiment.
    pub fn of(base: &Experiment) -> Self {
        let live = base.live;
        Self {
            learning_rate: live.learning_rate,
            batch_size: live.batch_size as f64,
            label_noise_std: live.label_noise_std,
            momentum: live.momentum,
            weight_decay: live.weight_decay,
            depth: base.network.depth(),
            base: base.clone(),
        }
    }

    /// Sets the parameter of a key; says whether any law depends on it.
    pub fn set(&mut self, key: &str, value: f64) -> bool {
        match key {
            "live.learning_rate" => self.learning_rate = value,
            "live.batch_size" => self.batch_size = value,
            "live.label_noise_std" => self.label_noise_std = value,
            "live.momentum" => self.momentum = value,
            "live.weight_decay" => self.weight_decay = value,
            "network.depth" => {
                self.depth = value.round().max(1.0) as usize;
                self.set_depth();
            }
            "init.strength" => self.base.init.strength = value,
            "init.std" => self.base.init.std = value,
            "init.gamma" => self.base.init.gamma = value,
            _ => return false,
        }
        true
    }

    /// Hidden layers of the common width, as a sweep over the depth makes them.
    fn set_depth(&mut self) {
        let network = &mut self.base.network;
        let usual = network.d_in.max(network.d_out);
        let width = network.hidden.first().copied().unwrap_or(usual);
        network.hidden = vec![width; self.depth - 1];
    }

    /// Noise scale `eta / B`.
    pub(super) fn noise_scale(&self) -> f64 {
        self.learning_rate / self.batch_size
    }

    /// The law of a mode, counted from 0.
    pub(super) fn law(&self, mode: usize) -> ModeLaw {
        let mut live = self.base.live;
        live.learning_rate = self.learning_rate;
        live.batch_size = (self.batch_size.round() as u64).max(1);
        live.label_noise_std = self.label_noise_std;
        live.momentum = self.momentum;
        live.weight_decay = self.weight_decay;
        let mut law = self.base.mode_law(mode, &live);
        if self.base.data.kind == DataKind::Online {
            law.noise_scale = self.noise_scale();
        }
        law
    }

    /// Momentum as the engine has it.
    pub(super) fn momentum(&self) -> Momentum {
        Momentum {
            rule: if self.base.engine == Engine::Nesterov {
                MomentumRule::Nesterov
            } else {
                MomentumRule::HeavyBall
            },
            momentum: self.momentum,
        }
    }

    /// Strength of a mode at the start.
    pub(super) fn start(&self, mode: usize) -> f64 {
        self.base.start_strength(mode)
    }

    /// The teacher's strengths.
    pub(super) fn teacher(&self) -> &[f64] {
        &self.base.teacher.strengths
    }
}
