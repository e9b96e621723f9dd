//! Four runs of Langevin dynamics with the exact noise side by side, on the online stream.

use pulp::Simd;

use super::network::LaneNetwork;
use super::{CHUNK, interleave};
use crate::dynamics::LiveParams;
use crate::dynamics::kernel::Inputs;
use crate::dynamics::langevin::Anisotropic;
use crate::model::DeepLinearNetwork;
use crate::products::lanes::{LANES, LaneWork, add_scaled, add_squares, dispatch, load_lane, product, scale};

/// Work space of four runs.
#[derive(Clone, Debug)]
pub(crate) struct LangevinLanes {
    network: LaneNetwork,
    teacher: Vec<f64>,
    /// Draws of `H` and of `K`.
    input_draws: Vec<f64>,
    label_draws: Vec<f64>,
    /// Draws of one step as they come: the upper half of `H` column by column, then `K`.
    packed: Vec<f64>,
    /// Draws of [`CHUNK`] substeps, run by run.
    draws: Vec<f64>,
}

impl LangevinLanes {
    /// Work space for runs like these.
    pub(crate) fn new(engines: [&Anisotropic; LANES], network: &DeepLinearNetwork) -> Self {
        let lanes = LaneNetwork::new(network);
        let (d_in, d_out) = (lanes.widths[0], lanes.widths[lanes.depth()]);
        let mut teacher = vec![0.0; LANES * d_in * d_out];
        for (lane, engine) in engines.into_iter().enumerate() {
            load_lane(engine.risk().teacher().map(), lane, &mut teacher);
        }
        Self {
            network: lanes,
            teacher,
            input_draws: vec![0.0; LANES * d_in * d_in],
            label_draws: vec![0.0; LANES * d_in * d_out],
            packed: Vec::new(),
            draws: Vec::new(),
        }
    }

    /// The four networks.
    pub(crate) fn network(&self) -> &LaneNetwork {
        &self.network
    }

    /// To be loaded with.
    pub(crate) fn network_mut(&mut self) -> &mut LaneNetwork {
        &mut self.network
    }

    /// As [`super::SgdLanes::advance`].
    pub(crate) fn advance(
        &mut self,
        mut engines: [&mut Anisotropic; LANES],
        live: &LiveParams,
        n_steps: u64,
    ) -> bool {
        let (d_in, d_out) = (self.network.widths[0], self.network.widths[self.network.depth()]);
        let n_labels = if live.label_noise_std == 0.0 {
            0
        } else {
            d_in * d_out
        };
        let n_draws = d_in * (d_in + 1) / 2 + n_labels;
        self.packed.resize(LANES * n_draws, 0.0);
        self.draws.resize(LANES * CHUNK * n_draws, 0.0);
        dispatch(Advance {
            lanes: self,
            engines: &mut engines,
            live,
            count: n_steps,
            n_draws,
        })
    }

    /// `H = (Z + Z^T) / sqrt 2` and `K` from the draws of one step.
    #[inline(always)]
    fn unpack<S: Simd>(&mut self, simd: S) {
        let n = self.network.widths[0];
        let packed = S::as_simd_f64s(&self.packed).0;
        let (symmetric, labels) = packed.split_at(n * (n + 1) / 2);
        let matrix = S::as_mut_simd_f64s(&mut self.input_draws).0;
        let root = simd.splat_f64s(std::f64::consts::SQRT_2);
        let mut rest = symmetric;
        for column in 0..n {
            let (above, later) = rest.split_at(column + 1);
            for (row, draw) in above[..column].iter().enumerate() {
                matrix[column * n + row] = *draw;
                matrix[row * n + column] = *draw;
            }
            matrix[column * n + column] = simd.mul_f64s(root, above[column]);
            rest = later;
        }
        let out = S::as_mut_simd_f64s(&mut self.label_draws).0;
        out[..labels.len()].copy_from_slice(labels);
    }

    #[inline(always)]
    fn substep<S: Simd>(&mut self, simd: S, numbers: &Numbers, squares: &mut S::f64s) {
        let last = self.network.depth();
        let (n_in, n_out) = (self.network.widths[0], self.network.widths[last]);
        self.network.forward(simd, Inputs::Identity);
        let map = &self.network.activations[last];
        let (mean, statistic) = self.network.deltas.split_at_mut(last);
        let mean = &mut mean[0];
        mean.copy_from_slice(map);
        let mean = S::as_mut_simd_f64s(mean).0;
        let statistic = S::as_mut_simd_f64s(&mut statistic[0]).0;
        add_scaled(simd, -1.0, S::as_simd_f64s(&self.teacher).0, mean);
        add_squares(simd, mean, squares);
        if numbers.factor > 0.0 {
            let draws = S::as_simd_f64s(&self.input_draws).0;
            product(simd, mean, draws, statistic, n_out, n_in);
            if numbers.sigma != 0.0 {
                let labels = S::as_simd_f64s(&self.label_draws).0;
                add_scaled(simd, -numbers.sigma, labels, statistic);
            }
            scale(simd, numbers.factor, statistic);
        } else {
            statistic.fill(simd.splat_f64s(0.0));
        }
        add_scaled(simd, -numbers.dt, mean, statistic);
    }
}

/// Numbers of a substep.
struct Numbers {
    dt: f64,
    /// `sqrt(tau dt)`.
    factor: f64,
    sigma: f64,
}

/// Steps at fixed parameters.
struct Advance<'a, 'b> {
    lanes: &'a mut LangevinLanes,
    engines: &'a mut [&'b mut Anisotropic; LANES],
    live: &'a LiveParams,
    count: u64,
    n_draws: usize,
}

impl LaneWork for Advance<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let Self {
            lanes,
            engines,
            live,
            n_draws,
            ..
        } = self;
        let (n_substeps, noise_scale) = (engines[0].n_substeps(), engines[0].noise_scale(live));
        let dt = live.learning_rate / f64::from(n_substeps);
        let numbers = Numbers {
            dt,
            factor: (noise_scale * dt).sqrt(),
            sigma: live.label_noise_std,
        };
        let (mut squares, mut bound) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
        let mut left = self.count * u64::from(n_substeps);
        while left > 0 {
            let n_now = left.min(CHUNK as u64) as usize;
            if numbers.factor > 0.0 {
                let draws = lanes.draws.chunks_exact_mut(CHUNK * n_draws);
                for (engine, draws) in engines.iter_mut().zip(draws) {
                    engine.normals_mut().fill(&mut draws[..n_now * n_draws]);
                }
            }
            for step in 0..n_now {
                if numbers.factor > 0.0 {
                    interleave(&lanes.draws[step * n_draws..], CHUNK * n_draws, &mut lanes.packed);
                    lanes.unpack(simd);
                }
                lanes.substep(simd, &numbers, &mut squares);
                lanes.network.backward(simd, Inputs::Identity);
                lanes.network.update(simd, Inputs::Identity, &mut bound);
            }
            left -= n_now as u64;
        }
        let scales = engines.each_ref().map(|engine| engine.scale_with(live));
        let lanes_of = |vector: S::f64s| {
            let mut numbers = [0.0; LANES];
            S::as_mut_simd_f64s(&mut numbers).0.fill(vector);
            numbers
        };
        lanes
            .network
            .is_ordinary(lanes_of(squares), 1.0, scales, lanes_of(bound))
    }
}
