//! Langevin dynamics with the exact noise of SGD: Euler-Maruyama with `dt = eta / n_sub` on
//!
//! `dW_l = -A_l^T E[Q] B_l^T dt + sqrt(tau) A_l^T N B_l^T dBt`, `tau = eta / B`, the same `N` in every layer.
//!
//! Online, `N = E H - sigma K` with `E = W - M`, `H` symmetric Gaussian (`Var H_ii = 2`, `Var H_ij = 1`) and `K` iid N(0,1):
//! this has exactly the covariance of `Q - E[Q]` for one sample, so the noise is anisotropic and depends on the state, for
//! any weights, and no covariance matrix is formed (fourth moments of a Gaussian). For a stored set `N = n^(-1/2) sum_i g_i (Q_i - mean Q)` with `g_i` iid
//! N(0,1) has exactly the empirical covariance. (Corlouer et al., arXiv 2604.06366.)
//!
//! For comparison, isotropic noise: every weight gets independent noise of the same size, chosen so that the total variance
//! over all weights is that of the exact noise.
//!
//! With momentum it is underdamped: `dW = v dt`, `dv = -gamma (v dt - dX / (1 - mu))`, `gamma = ln(1/mu) / eta`, where `dX` is the
//! increment above with the weight decay's `-lambda_w W dt`. With one substep a step, `v <- mu v + dX`, `W <- W + v`: the heavy ball
//! with Gaussian noise.

mod anisotropic;
mod isotropic;
mod stored;

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::LiveParams;
use super::blowup::Blowup;
use super::engine::Engine;
use super::minibatch::Sampling;
use super::optimizer::{Motion, Optimizer, Rule};
use crate::memory::HeapBytes as _;
use crate::model::{DeepLinearNetwork, Risk};
use crate::random::{Purpose, Streams};
pub(crate) use anisotropic::Anisotropic;
use isotropic::Isotropic;

/// Which noise drives the Langevin engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LangevinNoise {
    /// The exact covariance of the minibatch gradient at the present weights.
    #[default]
    Anisotropic,
    /// Equal and independent in every weight, with the same total variance.
    Isotropic,
}

/// The Langevin engine.
#[derive(Clone, Debug)]
pub struct Langevin {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Anisotropic(Box<Anisotropic>),
    Isotropic(Box<Isotropic>),
}

impl Langevin {
    /// Langevin dynamics on `risk`, its noise that of minibatches visited by `sampling` (which matters for a stored set
    /// only), with the usual [`Optimizer`].
    pub fn new(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        noise: LangevinNoise,
        n_substeps: u32,
        streams: impl Into<Streams>,
    ) -> Self {
        let options = Optimizer::default();
        Self::with_options(network, risk, sampling, (noise, n_substeps), options, streams)
    }

    /// The same with other options of momentum and decay; kind of noise and number of substeps in one.
    pub fn with_options(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        (noise, n_substeps): (LangevinNoise, u32),
        options: Optimizer,
        streams: impl Into<Streams>,
    ) -> Self {
        let motion = Motion::new(Rule::HeavyBall, options);
        let normals = streams.into().normals(Purpose::Langevin);
        let kind = match noise {
            LangevinNoise::Anisotropic => Kind::Anisotropic(Box::new(Anisotropic::new(
                network, risk, sampling, n_substeps, normals, motion,
            ))),
            LangevinNoise::Isotropic => Kind::Isotropic(Box::new(Isotropic::new(
                network, risk, sampling, n_substeps, normals, motion,
            ))),
        };
        Self { kind }
    }

    /// The engine of exact noise on the online stream, if it is that.
    pub(crate) fn online(&self) -> Option<&Anisotropic> {
        match &self.kind {
            Kind::Anisotropic(engine) if engine.is_online() => Some(engine),
            Kind::Anisotropic(_) | Kind::Isotropic(_) => None,
        }
    }

    /// The same, to be moved.
    pub(crate) fn online_mut(&mut self) -> Option<&mut Anisotropic> {
        match &mut self.kind {
            Kind::Anisotropic(engine) if engine.is_online() => Some(engine),
            Kind::Anisotropic(_) | Kind::Isotropic(_) => None,
        }
    }
}

impl Engine for Langevin {
    fn advance(
        &mut self,
        network: &mut DeepLinearNetwork,
        live: &LiveParams,
        n_steps: u64,
    ) -> (u64, Result<(), Blowup>) {
        match &mut self.kind {
            Kind::Anisotropic(engine) => engine.advance(network, live, n_steps),
            Kind::Isotropic(engine) => {
                for step in 0..n_steps {
                    let outcome = engine.step(network, live);
                    if outcome.is_err() {
                        return (step, outcome);
                    }
                }
                (n_steps, Ok(()))
            }
        }
    }

    fn restarted(
        &self,
        network: &DeepLinearNetwork,
        _live: &LiveParams,
        streams: &Streams,
    ) -> Box<dyn Engine> {
        let normals = streams.normals(Purpose::Langevin);
        let kind = match &self.kind {
            Kind::Anisotropic(engine) => Kind::Anisotropic(Box::new(engine.restarted(network, normals))),
            Kind::Isotropic(engine) => Kind::Isotropic(Box::new(engine.restarted(network, normals))),
        };
        Box::new(Self { kind })
    }

    fn set_live(&mut self, _network: &DeepLinearNetwork, live: &LiveParams) {
        // At once, not with the next step: that may be taken in lanes, which have no velocity to forget.
        if !live.has_momentum() {
            match &mut self.kind {
                Kind::Anisotropic(engine) => engine.motion_mut().rest(),
                Kind::Isotropic(engine) => engine.motion_mut().rest(),
            }
        }
    }

    fn is_changed_by(&self, live: &LiveParams) -> bool {
        let is_moving = match &self.kind {
            Kind::Anisotropic(engine) => engine.is_moving(),
            Kind::Isotropic(engine) => engine.is_moving(),
        };
        is_moving && !live.has_momentum()
    }

    fn carried(&self) -> Vec<(&'static str, Vec<DMatrix<f64>>)> {
        match &self.kind {
            Kind::Anisotropic(engine) => engine.carried(),
            Kind::Isotropic(engine) => engine.carried(),
        }
    }

    fn n_bytes(&self) -> usize {
        size_of::<Self>()
            + match &self.kind {
                Kind::Anisotropic(engine) => size_of::<Anisotropic>() + engine.heap_bytes(),
                Kind::Isotropic(engine) => size_of::<Isotropic>() + engine.heap_bytes(),
            }
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}
