//! Theory's boundaries on a map: where a law says that what happens changes, and lines along which it says that something stays equal.
//!
//! | boundary | where | source |
//! |---|---|---|
//! | descent unstable | `eta = 2 / c`, `1 + mu` times that with momentum | full-batch gradient descent; `c = L m_1^(2-2/L)` of the strongest mode, with decay the largest curvature |
//! | mean square unstable | `sum_b g_b = 1` in the row of the strongest mode | batches of `B` fresh samples |
//! | feature k lost | `theta(eta sigma^2 / B) = m_k` | noise balance; two layers: `eta sigma^2 / B = 2 m_k / sqrt(d_in d_out)` |
//! | feature k decayed | `lambda` at which the mode cannot be learned | weight decay; two layers: `lambda = m_k` |
//! | trapped | `tau (2 m^2 + sigma^2) / (2 m) = 1` | two layers of one input and one output |
//! | peak k gone | `sigma = m_k sqrt(2 / (p (p+2)))`, `p = 4 - 4/L` | law of the diffusion |
//! | too short | training time to 95 % `= eta` times the steps, or the time at which runs stop | gradient flow |
//! | equal temperature, noise scale, learning time | each power of ten | |
//!
//! With weight decay the mean square, the lost features, the trap and the peak have other laws, which are not drawn. Each is the zero of a logarithm of a ratio, so that it is found as exactly on axes of any scale. All but the first and those of the
//! diffusion are beyond the paper.

mod law;
mod setting;
mod trace;
mod words;

use self::trace::{Extent, zeros};
use super::axis::MapAxis;
use super::{MapTable, parameter};
use crate::chart::Scale;
use crate::experiment::Experiment;
use crate::sweep::Stop;

pub use law::Law;
pub use setting::Setting;

/// Most lines of one family.
const MOST_LEVELS: usize = 7;

/// A boundary, or a line along which something is equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// What it says.
    pub law: Law,
    /// Its lines, in positions across and upwards.
    pub lines: Vec<Vec<[f64; 2]>>,
}

/// What theory says of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundaries {
    base: Setting,
    keys: [String; 2],
    scales: [Scale; 2],
    /// All of them.
    pub all: Vec<Boundary>,
}

impl Boundaries {
    /// The boundaries of the cells of a table whose other parameters are those of `base` and whose runs stop at `stop`, where that is
    /// known; lines of equal learning time are those of mode `mode`, counted from 0.
    pub fn of(table: &MapTable, base: &Experiment, stop: Option<Stop>, mode: usize) -> Self {
        let mut found = Self {
            base: Setting::of(base),
            keys: [table.x.key.clone(), table.y.key.clone()],
            scales: [table.x.scale(), table.y.scale()],
            all: Vec::new(),
        };
        let (Some(x), Some(y)) = (extent(&table.x), extent(&table.y)) else {
            return found;
        };
        let is_known = |key: &str| found.base.clone().set(key, 1.0);
        if !table.keys.iter().all(|key| found.keys.contains(key))
            || !found.keys.iter().all(|key| is_known(key))
        {
            return found;
        }
        let mut all = Vec::new();
        for law in Law::all(base, &found.keys, stop, mode) {
            let memo = law::Memo::default();
            let value = |x: f64, y: f64| law.excess(&found.setting([x, y]), &memo);
            all.push((law, zeros(&x, &y, value)));
        }
        for family in law::Family::all(base, &found.keys, mode) {
            let value = |x: f64, y: f64| family.value(&found.setting([x, y]));
            let levels = levels(&x, &y, &value);
            // Values within one decade reach no power of ten, and leave no levels.
            let stride = levels.len().div_ceil(MOST_LEVELS).max(1);
            for exponent in levels.step_by(stride) {
                let level = 10_f64.powi(exponent);
                let lines = zeros(&x, &y, |x, y| (value(x, y) / level).ln());
                all.push((family.law(exponent), lines));
            }
        }
        let all = all.into_iter().filter(|(_, lines)| !lines.is_empty());
        found.all = all.map(|(law, lines)| Boundary { law, lines }).collect();
        found
    }

    /// The parameters at a position.
    pub fn setting(&self, at: [f64; 2]) -> Setting {
        let mut setting = self.base.clone();
        for ((key, scale), position) in self.keys.iter().zip(self.scales).zip(at) {
            setting.set(key, scale.value(position));
        }
        setting
    }

    /// What a boundary says, with its formula and its numbers at a position.
    pub fn explain(&self, boundary: &Boundary, at: [f64; 2]) -> String {
        let setting = self.setting(at);
        let text = boundary.law.explain(&setting);
        let here = [0, 1].map(|i| (self.keys[i].as_str(), self.scales[i].value(at[i])));
        format!("{text} Here {}.", parameter::values(here))
    }
}

/// Exponents of the powers of ten that a function takes on over both axes.
fn levels(x: &Extent, y: &Extent, value: &impl Fn(f64, f64) -> f64) -> std::ops::Range<i32> {
    let ends = |extent: &Extent| match extent {
        Extent::Continuous(low, high) => (0..=8).map(|i| low + (high - low) * f64::from(i) / 8.0).collect(),
        Extent::Whole(points, _) => points.clone(),
    };
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for y in ends(y) {
        for &x in &ends(x) {
            let value = value(x, y);
            if value.is_finite() && value > 0.0 {
                (least, most) = (least.min(value), most.max(value));
            }
        }
    }
    if least > most {
        return 0..0;
    }
    least.log10().ceil() as i32..most.log10().floor() as i32 + 1
}

/// Where lines are found on an axis; `None` where its values are words.
fn extent(axis: &MapAxis) -> Option<Extent> {
    axis.numbers()?;
    let edges = axis.edges();
    if axis.key == "network.depth" {
        return Some(Extent::Whole(axis.positions(), edges));
    }
    Some(Extent::Continuous(edges[0], *edges.last()?))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests;
