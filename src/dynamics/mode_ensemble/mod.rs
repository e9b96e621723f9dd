//! An ensemble of mode equations: for every mode `N` independent solutions of
//!
//! ```text
//! ds = [L s^(2-2/L) (m - s) + (tau/2) L (L-1) s^(3-4/L) V] dt + sqrt(tau) L s^(2-2/L) sqrt(V) dB
//! V  = 2 (s - m)^2 + sigma^2
//! ```
//!
//! the law of one mode of an aligned, balanced network on the online stream (arXiv 2604.06366). It leaves out the noise in
//! the other entries of the mode matrix, so a small mode spreads less here than in the network while a larger one is in
//! transition. Weight decay adds `-L lambda s dt`; with momentum these are solved in the time `t / (1 - mu)` with the noise scale `tau / (1 - mu)`,
//! which is what a network follows in the limit of small steps. The steps are in `deep.rs` and `single_layer.rs`.
//!
//! Trajectories move in chunks of [`CHUNK`], each with a random stream of its own, on all cores of the present rayon pool:
//! the numbers do not depend on the number of threads, and a larger `N` leaves those of whole chunks as they are.

mod deep;
mod single_layer;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::{Batching, Decay, LiveParams};
use crate::random::{NormalStream, Purpose, Streams};
use crate::stats::{Summary, mean_and_variance};
use crate::theory::{ModeLaw, curvature};
use deep::{DeepStep, power};
use single_layer::SingleLayerStep;

/// Trajectories that share a random stream.
const CHUNK: usize = 512;
/// Most substeps of one step chosen by [`Substeps::Auto`].
const MAX_SUBSTEPS: u32 = 256;
/// What [`Substeps::Auto`] allows a substep times the fastest rate of a mode to be.
const RESOLUTION: f64 = 0.2;

/// Into how many substeps a step of the learning rate is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Substeps {
    /// As many as the fastest rate of each mode asks for at the present parameters.
    Auto,
    /// This many, at least 1.
    Fixed(u32),
}

/// One mode of an ensemble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnsembleMode {
    /// Strength `m >= 0` of the teacher.
    pub teacher_strength: f64,
    /// Strength of every trajectory at the start. For `L >= 2` one of zero or below rests at zero, the saddle.
    pub start: f64,
}

/// What an ensemble is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct EnsembleOptions {
    /// Number of weight matrices `L >= 1`.
    pub depth: usize,
    /// How the minibatches are drawn whose noise moves the modes.
    pub batching: Batching,
    /// The modes.
    pub modes: Vec<EnsembleMode>,
    /// Trajectories `N` of each mode, at least 1.
    pub n_trajectories: usize,
    /// Division of a step.
    pub substeps: Substeps,
    /// Seed of the random streams.
    pub seed: u64,
    /// Which way weights decay.
    pub decay: Decay,
}

/// An ensemble of mode equations.
#[derive(Clone, Debug)]
pub struct ModeEnsemble {
    depth: usize,
    batching: Batching,
    decay: Decay,
    substeps: Substeps,
    step: u64,
    modes: Vec<Trajectories>,
    scratch: Vec<f64>,
}

/// The trajectories of one mode.
#[derive(Clone, Debug)]
struct Trajectories {
    teacher_strength: f64,
    /// Layer weight `w` of every trajectory; the strength itself for one layer.
    weights: Vec<f64>,
    strengths: Vec<f64>,
    /// One for every chunk.
    normals: Vec<NormalStream>,
    mover: Mover,
    n_substeps: u32,
}

/// A substep under the present parameters.
#[derive(Clone, Copy, Debug)]
enum Mover {
    SingleLayer(SingleLayerStep),
    Deep(DeepStep),
}

impl ModeEnsemble {
    /// An ensemble at its start, before the first step.
    pub fn new(options: &EnsembleOptions, live: &LiveParams) -> Self {
        let n_trajectories = options.n_trajectories.max(1);
        let n_chunks = n_trajectories.div_ceil(CHUNK);
        let depth = options.depth.max(1);
        let mut modes: Vec<Trajectories> = options
            .modes
            .iter()
            .map(|mode| {
                let start = if depth == 1 {
                    mode.start
                } else {
                    mode.start.max(0.0)
                };
                let weight = if depth == 1 {
                    start
                } else {
                    start.powf(1.0 / depth as f64)
                };
                Trajectories {
                    teacher_strength: mode.teacher_strength,
                    weights: vec![weight; n_trajectories],
                    strengths: vec![start; n_trajectories],
                    normals: Vec::with_capacity(n_chunks),
                    mover: Mover::SingleLayer(SingleLayerStep::new(&ModeLaw::default(), 0.0)),
                    n_substeps: 1,
                }
            })
            .collect();
        // Chunk by chunk rather than mode by mode: a larger N adds streams and moves none.
        let mut streams = Streams::new(options.seed);
        for _ in 0..n_chunks {
            for mode in &mut modes {
                mode.normals.push(streams.normals(Purpose::Ensemble));
                streams = streams.next_replica();
            }
        }
        let mut ensemble = Self {
            depth,
            batching: options.batching,
            decay: options.decay,
            substeps: options.substeps,
            step: 0,
            modes,
            scratch: Vec::with_capacity(n_trajectories),
        };
        ensemble.set_live(live);
        ensemble
    }

    /// Takes other live parameters from here on.
    pub fn set_live(&mut self, live: &LiveParams) {
        for mode in &mut self.modes {
            let law = self.batching.mode_law(self.depth, mode.teacher_strength, live);
            let law = self.decay.of_law(law);
            // Time along the path that momentum passes through faster.
            let time = live.learning_rate / (1.0 - law.momentum);
            let law = ModeLaw {
                noise_scale: law.effective_noise_scale(),
                momentum: 0.0,
                ..law
            };
            mode.n_substeps = match self.substeps {
                Substeps::Auto => substeps_of(&law, time),
                Substeps::Fixed(n) => n.max(1),
            };
            let time_step = time / f64::from(mode.n_substeps);
            mode.mover = if self.depth == 1 {
                Mover::SingleLayer(SingleLayerStep::new(&law, time_step))
            } else {
                Mover::Deep(DeepStep::new(&law, time_step))
            };
        }
    }

    /// Takes `n_steps` steps of the learning rate.
    pub fn advance(&mut self, n_steps: u64) {
        let depth = self.depth;
        self.modes.par_iter_mut().for_each(|mode| {
            let (mover, n_substeps) = (mode.mover, n_steps * u64::from(mode.n_substeps));
            let chunks = mode
                .weights
                .par_chunks_mut(CHUNK)
                .zip(mode.strengths.par_chunks_mut(CHUNK))
                .zip(&mut mode.normals);
            chunks.for_each(|((weights, strengths), normals)| {
                Arch::new().dispatch(Moves {
                    mover,
                    weights,
                    normals,
                    n_substeps,
                });
                write_strengths(depth, weights, strengths);
            });
        });
        self.step += n_steps;
    }

    /// Number of steps taken.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Bytes that the trajectories and their generators hold.
    pub fn n_bytes(&self) -> usize {
        let of_mode = |mode: &Trajectories| {
            2 * size_of::<f64>() * mode.weights.len() + size_of::<NormalStream>() * mode.normals.len()
        };
        self.modes.iter().map(of_mode).sum()
    }

    /// Number of modes.
    pub fn n_modes(&self) -> usize {
        self.modes.len()
    }

    /// Strengths of all trajectories of a mode; modes count from 0.
    pub fn strengths(&self, mode: usize) -> &[f64] {
        &self.modes[mode].strengths
    }

    /// Substeps of one step of a mode.
    pub fn n_substeps(&self, mode: usize) -> u32 {
        self.modes[mode].n_substeps
    }

    /// Mean strength of a mode.
    pub fn mean(&self, mode: usize) -> f64 {
        self.mean_and_variance(mode).0
    }

    /// Variance of the strengths of a mode (divisor `N - 1`; zero for `N = 1`).
    pub fn variance(&self, mode: usize) -> f64 {
        self.mean_and_variance(mode).1
    }

    /// Mean, spread and quantiles of a mode, as drawn.
    pub fn summary(&mut self, mode: usize) -> Summary {
        self.scratch.clear();
        self.scratch.extend_from_slice(&self.modes[mode].strengths);
        Summary::of(&mut self.scratch).unwrap_or_else(|| unreachable!("there is at least one trajectory"))
    }

    fn mean_and_variance(&self, mode: usize) -> (f64, f64) {
        mean_and_variance(self.strengths(mode))
            .unwrap_or_else(|| unreachable!("there is at least one trajectory"))
    }
}

/// Substeps of one chunk.
struct Moves<'a> {
    mover: Mover,
    weights: &'a mut [f64],
    normals: &'a mut NormalStream,
    n_substeps: u64,
}

impl WithSimd for Moves<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { weights, normals, .. } = self;
        let (mut draws, mut other_draws) = ([0.0; CHUNK], [0.0; CHUNK]);
        let n = weights.len();
        for _ in 0..self.n_substeps {
            normals.fill(&mut draws[..n]);
            match &self.mover {
                Mover::Deep(step) => step.apply::<S>(weights, &draws[..n]),
                Mover::SingleLayer(step) => {
                    normals.fill(&mut other_draws[..n]);
                    step.apply(weights, &draws[..n], &other_draws[..n]);
                }
            }
        }
    }
}

/// `s = w^L`.
fn write_strengths(depth: usize, weights: &[f64], strengths: &mut [f64]) {
    for (strength, weight) in strengths.iter_mut().zip(weights) {
        *strength = power(*weight, depth);
    }
}

/// Substeps that resolve the relaxation at the minimum, `L m^(2-2/L)`, and the variance of `ln s` that noise adds per unit
/// time at the strength of the teacher with the residual of the saddle, `tau L^2 m^(2-4/L) (2 m^2 + sigma^2)`; the latter
/// `(L-1)^2` times finer, for the deeper the network the more the noise depends on the strength that it moves.
fn substeps_of(law: &ModeLaw, learning_rate: f64) -> u32 {
    let depth = law.depth as f64;
    let noise = law.noise_scale
        * depth.powi(2)
        * law.teacher_strength.powf(2.0 - 4.0 / depth)
        * law.residual_variance(0.0);
    let finer = (depth - 1.0).max(1.0).powi(2);
    // The weight itself shrinks by the decay alone where nothing else moves it.
    let fastest = curvature(law.depth, law.teacher_strength).max(depth * law.weight_decay);
    let needed = (learning_rate * fastest.max(finer * noise) / RESOLUTION).ceil();
    // A number beyond the range, or none at all, becomes the largest allowed.
    if needed < f64::from(MAX_SUBSTEPS) {
        (needed as u32).max(1)
    } else {
        MAX_SUBSTEPS
    }
}
