//! Strength, drift and diffusion of every mode of four networks at once, one in each lane of a vector, on the online stream.
//!
//! The formulas are those of [`ModeDynamics`](super::ModeDynamics); `p_l = A_l A_l^T u_k` and `q_l = B_l^T B_l v_k` are made layer by
//! layer, so no product of layers is needed but the map itself. Sums are taken in another order than there: the values agree to
//! rounding.

use pulp::Simd;

use crate::model::{DeepLinearNetwork, Teacher};
use crate::products::lanes::{LANES, LaneWork, add_scaled, dispatch, load_lane, product, transposed_product};

/// What is seen of the modes, one number a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct LaneModes {
    /// Mode strengths `a_k`.
    pub(crate) strength: Vec<[f64; LANES]>,
    /// Drift per unit time, to first order.
    pub(crate) drift: Vec<[f64; LANES]>,
    /// Diffusion over the noise scale `tau`.
    pub(crate) diffusion_over_tau: Vec<[f64; LANES]>,
}

/// Measures four networks of one shape against a teacher each.
#[derive(Clone, Debug)]
pub(crate) struct LaneObserver {
    widths: Vec<usize>,
    rank: usize,
    /// Weights of networks that are not in the lanes.
    loaded: Vec<Vec<f64>>,
    teacher: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    /// `W_l .. W_1`, `(d_l, d_in)`, and in the end `E`.
    maps: [Vec<f64>; 2],
    /// `A_l^T U`, `(d_l, r)`, and `W_l .. W_1 V`, `(d_l, r)`, for `l = 0 .. L`.
    pulled: Vec<Vec<f64>>,
    pushed: Vec<Vec<f64>>,
    /// `p_l`, `q_l`, `e_l` for `l = 1 .. L`.
    p: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    e: Vec<Vec<f64>>,
    scratch: [Vec<f64>; 2],
}

impl LaneObserver {
    /// An observer of networks shaped like `network`, each with its own teacher of equal rank.
    pub(crate) fn new(network: &DeepLinearNetwork, teachers: [&Teacher; LANES]) -> Self {
        let widths = network.widths();
        let (depth, rank) = (network.depth(), teachers[0].rank());
        let (d_in, d_out) = (widths[0], widths[depth]);
        let widest = widths.iter().copied().max().unwrap_or(0);
        let numbers = |n: usize| vec![0.0; LANES * n];
        let mut observer = Self {
            loaded: network
                .weights()
                .iter()
                .map(|layer| numbers(layer.len()))
                .collect(),
            teacher: numbers(d_out * d_in),
            left: numbers(d_out * rank),
            right: numbers(d_in * rank),
            maps: [numbers(widest * d_in), numbers(widest * d_in)],
            pulled: widths.iter().map(|width| numbers(width * rank)).collect(),
            pushed: widths.iter().map(|width| numbers(width * rank)).collect(),
            p: vec![numbers(d_out * rank); depth],
            q: vec![numbers(d_in * rank); depth],
            e: vec![numbers(d_in * rank); depth],
            scratch: [numbers(widest * rank), numbers(widest * rank)],
            widths,
            rank,
        };
        for (lane, teacher) in teachers.into_iter().enumerate() {
            load_lane(teacher.map(), lane, &mut observer.teacher);
            load_lane(teacher.left(), lane, &mut observer.left);
            load_lane(teacher.right(), lane, &mut observer.right);
        }
        observer
    }

    /// Looks at four networks under label noise `sigma`; `false` where this processor has no lanes.
    pub(crate) fn observe(
        &mut self,
        networks: [&DeepLinearNetwork; LANES],
        label_noise_std: f64,
        with_diffusion: bool,
        modes: &mut LaneModes,
    ) -> bool {
        let mut layers = std::mem::take(&mut self.loaded);
        for (lane, network) in networks.into_iter().enumerate() {
            for (weights, layer) in layers.iter_mut().zip(network.weights()) {
                load_lane(layer, lane, weights);
            }
        }
        let is_seen = self.observe_lanes(&layers, label_noise_std, with_diffusion, modes);
        self.loaded = layers;
        is_seen
    }

    /// The same of weights that are in the lanes, layer by layer.
    pub(crate) fn observe_lanes(
        &mut self,
        layers: &[Vec<f64>],
        label_noise_std: f64,
        with_diffusion: bool,
        modes: &mut LaneModes,
    ) -> bool {
        for values in [
            &mut modes.strength,
            &mut modes.drift,
            &mut modes.diffusion_over_tau,
        ] {
            values.resize(self.rank, [0.0; LANES]);
        }
        dispatch(Look {
            observer: self,
            layers,
            label_noise_std,
            with_diffusion,
            modes,
        })
    }

    /// `U^T`'s way down and `V`'s way up.
    #[inline(always)]
    fn pull_and_push<S: Simd>(&mut self, simd: S, layers: &[Vec<f64>], with_diffusion: bool) {
        let depth = layers.len();
        self.pushed[0].copy_from_slice(&self.right);
        for l in 0..depth {
            let (done, next) = self.pushed.split_at_mut(l + 1);
            let (rows, inner) = (self.widths[l + 1], self.widths[l]);
            times::<S>(simd, &layers[l], &done[l], &mut next[0], rows, inner);
        }
        if !with_diffusion {
            return;
        }
        self.pulled[depth].copy_from_slice(&self.left);
        for l in (0..depth).rev() {
            let (next, done) = self.pulled.split_at_mut(l + 1);
            let (rows, columns) = (self.widths[l + 1], self.widths[l]);
            transposed_times::<S>(simd, &layers[l], &done[0], &mut next[l], rows, columns);
        }
    }

    /// `E = W - M` to the first of the maps.
    #[inline(always)]
    fn error<S: Simd>(&mut self, simd: S, layers: &[Vec<f64>]) {
        let d_in = self.widths[0];
        let [now, next] = &mut self.maps;
        now[..layers[0].len()].copy_from_slice(&layers[0]);
        for (l, layer) in layers.iter().enumerate().skip(1) {
            let (rows, inner) = (self.widths[l + 1], self.widths[l]);
            let (below, out) = (&now[..LANES * inner * d_in], &mut next[..LANES * rows * d_in]);
            times::<S>(simd, layer, below, out, rows, inner);
            std::mem::swap(now, next);
        }
        let error = S::as_mut_simd_f64s(&mut now[..self.teacher.len()]).0;
        add_scaled(simd, -1.0, S::as_simd_f64s(&self.teacher).0, error);
    }

    /// `p_l`, `q_l` and `e_l` of every layer.
    #[inline(always)]
    fn factors<S: Simd>(&mut self, simd: S, layers: &[Vec<f64>]) {
        let (depth, rank) = (layers.len(), self.rank);
        let (d_in, d_out) = (self.widths[0], self.widths[depth]);
        for l in 0..depth {
            // Layer l + 1 counted from 1: A_(l+1) is above it, B_(l+1) below.
            let [now, next] = &mut self.scratch;
            now[..self.pulled[l + 1].len()].copy_from_slice(&self.pulled[l + 1]);
            for (above, layer) in layers.iter().enumerate().skip(l + 1) {
                let (rows, inner) = (self.widths[above + 1], self.widths[above]);
                let (right, out) = (&now[..LANES * inner * rank], &mut next[..LANES * rows * rank]);
                times::<S>(simd, layer, right, out, rows, inner);
                std::mem::swap(now, next);
            }
            self.p[l].copy_from_slice(&now[..LANES * d_out * rank]);
            now[..self.pushed[l].len()].copy_from_slice(&self.pushed[l]);
            for below in (0..l).rev() {
                let (rows, columns) = (self.widths[below + 1], self.widths[below]);
                let (right, out) = (&now[..LANES * rows * rank], &mut next[..LANES * columns * rank]);
                transposed_times::<S>(simd, &layers[below], right, out, rows, columns);
                std::mem::swap(now, next);
            }
            self.q[l].copy_from_slice(&now[..LANES * d_in * rank]);
            let error = &self.maps[0][..LANES * d_out * d_in];
            transposed_times::<S>(simd, error, &self.p[l], &mut self.e[l], d_out, d_in);
        }
    }
}

#[inline(always)]
fn times<S: Simd>(simd: S, left: &[f64], right: &[f64], out: &mut [f64], rows: usize, inner: usize) {
    let (left, right) = (S::as_simd_f64s(left).0, S::as_simd_f64s(right).0);
    product(simd, left, right, S::as_mut_simd_f64s(out).0, rows, inner);
}

#[inline(always)]
fn transposed_times<S: Simd>(
    simd: S,
    left: &[f64],
    right: &[f64],
    out: &mut [f64],
    rows: usize,
    columns: usize,
) {
    let (left, right) = (S::as_simd_f64s(left).0, S::as_simd_f64s(right).0);
    transposed_product(simd, left, right, S::as_mut_simd_f64s(out).0, rows, columns);
}

struct Look<'a> {
    observer: &'a mut LaneObserver,
    layers: &'a [Vec<f64>],
    label_noise_std: f64,
    with_diffusion: bool,
    modes: &'a mut LaneModes,
}

impl LaneWork for Look<'_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let Self {
            observer,
            layers,
            modes,
            with_diffusion,
            ..
        } = self;
        let depth = layers.len();
        observer.pull_and_push(simd, layers, with_diffusion);
        let (d_in, d_out) = (observer.widths[0], observer.widths[depth]);
        for (mode, strength) in modes.strength.iter_mut().enumerate() {
            let (left, image) = (
                column::<S>(&observer.left, mode, d_out),
                column::<S>(&observer.pushed[depth], mode, d_out),
            );
            write::<S>(dot(simd, left, image), strength);
        }
        if !with_diffusion {
            return true;
        }
        observer.error(simd, layers);
        observer.factors(simd, layers);
        let label_variance = simd.splat_f64s(self.label_noise_std.powi(2));
        let zero = simd.splat_f64s(0.0);
        for mode in 0..observer.rank {
            let p = |l: usize| column::<S>(&observer.p[l], mode, d_out);
            let (q, e) = (
                |l: usize| column::<S>(&observer.q[l], mode, d_in),
                |l: usize| column::<S>(&observer.e[l], mode, d_in),
            );
            let (mut drift, mut sum) = (zero, zero);
            for l in 0..depth {
                for k in 0..=l {
                    let rights = dot(simd, q(l), q(k));
                    let own = simd.mul_f64s(dot(simd, e(l), e(k)), rights);
                    let cross = if l == k {
                        let cross = dot(simd, e(l), q(l));
                        drift = simd.sub_f64s(drift, cross);
                        simd.mul_f64s(cross, cross)
                    } else {
                        simd.mul_f64s(dot(simd, e(l), q(k)), dot(simd, e(k), q(l)))
                    };
                    let labels = simd.mul_f64s(dot(simd, p(l), p(k)), rights);
                    let term = simd.mul_add_e_f64s(label_variance, labels, simd.add_f64s(own, cross));
                    let times = simd.splat_f64s(if l == k { 1.0 } else { 2.0 });
                    sum = simd.mul_add_e_f64s(times, term, sum);
                }
            }
            write::<S>(drift, &mut modes.drift[mode]);
            write::<S>(simd.max_f64s(sum, zero), &mut modes.diffusion_over_tau[mode]);
        }
        true
    }
}

/// The vectors of one mode, `n` of them.
#[inline(always)]
fn column<S: Simd>(vectors: &[f64], mode: usize, n: usize) -> &[S::f64s] {
    S::as_simd_f64s(&vectors[LANES * mode * n..][..LANES * n]).0
}

#[inline(always)]
fn dot<S: Simd>(simd: S, a: &[S::f64s], b: &[S::f64s]) -> S::f64s {
    let mut sum = simd.splat_f64s(0.0);
    for (a, b) in a.iter().zip(b) {
        sum = simd.mul_add_e_f64s(*a, *b, sum);
    }
    sum
}

#[inline(always)]
fn write<S: Simd>(vector: S::f64s, out: &mut [f64; LANES]) {
    S::as_mut_simd_f64s(out).0.fill(vector);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, InitScheme};
    use crate::model::Basis;
    use crate::observables::{Quantity, Schema};
    use crate::simulation::Simulation;

    #[test]
    fn the_modes_are_those_of_the_rows() {
        for widths in [vec![4, 4, 4], vec![3, 5, 4, 2], vec![5, 3], vec![4, 6, 5, 7, 3]] {
            let mut experiment = Experiment::default();
            let last = widths.len() - 1;
            experiment.network.d_in = widths[0];
            experiment.network.d_out = widths[last];
            experiment.network.hidden = widths[1..last].to_vec();
            experiment.teacher.strengths = vec![3.0, 1.0];
            experiment.teacher.basis = Basis::Random;
            experiment.init.scheme = InitScheme::Gaussian;
            experiment.init.std = 0.4;
            experiment.live.label_noise_std = 0.7;
            let mut runs: Vec<Simulation> = (0..LANES as u64)
                .map(|seed| {
                    Simulation::new(&Experiment {
                        seed,
                        ..experiment.clone()
                    })
                    .unwrap()
                })
                .collect();
            let [a, b, c, d] = &runs[..] else { unreachable!() };
            let all = [a, b, c, d];
            let mut observer = LaneObserver::new(a.network(), all.map(|run| &**run.risk().teacher()));
            let mut modes = LaneModes::default();
            let networks = all.map(Simulation::network);
            if !observer.observe(networks, 0.7, true, &mut modes) {
                return;
            }
            let schema = a.schema();
            let tau = experiment.live.noise_scale();
            for (lane, run) in runs.iter_mut().enumerate() {
                let mut row = Vec::new();
                run.observe(&mut row);
                let scale = row[Schema::EXCESS_LOSS].max(1.0);
                for mode in 0..2 {
                    let near = |found: f64, quantity| {
                        let expected: f64 = row[schema.column(quantity, mode)];
                        (found - expected).abs() <= 1e-12 * (expected.abs() + scale * tau)
                    };
                    assert!(near(modes.strength[mode][lane], Quantity::Strength), "{widths:?}");
                    assert!(near(modes.drift[mode][lane], Quantity::Drift), "{widths:?}");
                    assert!(
                        near(tau * modes.diffusion_over_tau[mode][lane], Quantity::Diffusion),
                        "{widths:?}"
                    );
                }
            }
        }
    }
}
