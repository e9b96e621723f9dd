//! Which matrix of a network is shown.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::simulation::NetworkState;

/// Which matrix of a network is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatrixKind {
    /// `U^T W V` in the teacher's modes: strengths on the diagonal.
    #[default]
    Modes,
    /// The map `W` of the whole network.
    Map,
    /// The teacher `M`.
    Teacher,
    /// `W - M`, what is still to be learned.
    Error,
    /// Cosines `(u^T u_k)(v^T v_k)` between the student's own singular pairs and the teacher's.
    Overlaps,
    /// A layer, counted from 0.
    Layer(usize),
    /// `W_{l+1}^T W_{l+1} - W_l W_l^T` of a layer, counted from 0, and the one above it.
    Balance(usize),
}

/// Which matrix is shown, and on which scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MatrixOptions {
    /// The matrix.
    pub kind: MatrixKind,
    /// Whether its colours reach to its own largest entry.
    pub own_scale: bool,
}

impl MatrixKind {
    /// All of a network of this depth.
    pub fn all(depth: usize) -> Vec<Self> {
        let mut all = vec![Self::Modes, Self::Map, Self::Teacher, Self::Error, Self::Overlaps];
        all.extend((0..depth).map(Self::Layer));
        all.extend((1..depth).map(|layer| Self::Balance(layer - 1)));
        all
    }

    /// Its name in the window and above the picture.
    pub fn title(self) -> String {
        match self {
            Self::Modes => "Mode matrix U\u{1d40}WV".to_owned(),
            Self::Map => "Map W".to_owned(),
            Self::Teacher => "Teacher M".to_owned(),
            Self::Error => "Error W \u{2212} M".to_owned(),
            Self::Overlaps => "Own pairs in the teacher's modes".to_owned(),
            Self::Layer(layer) => format!("Layer {}", layer + 1),
            Self::Balance(layer) => format!("Balance of layers {} and {}", layer + 1, layer + 2),
        }
    }

    /// Its name in commands.
    pub fn name(self) -> String {
        match self {
            Self::Modes => "modes".to_owned(),
            Self::Map => "map".to_owned(),
            Self::Teacher => "teacher".to_owned(),
            Self::Error => "error".to_owned(),
            Self::Overlaps => "overlaps".to_owned(),
            Self::Layer(layer) => format!("layer_{}", layer + 1),
            Self::Balance(layer) => format!("balance_{}", layer + 1),
        }
    }

    /// The matrix of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let number = |prefix: &str| {
            let number: usize = name.strip_prefix(prefix)?.parse().ok()?;
            number.checked_sub(1)
        };
        let named = Self::all(0).into_iter().find(|kind| kind.name() == name);
        let layer = || number("layer_").map(Self::Layer);
        named
            .or_else(layer)
            .or_else(|| number("balance_").map(Self::Balance))
    }

    /// What its columns and rows are.
    pub(super) fn sides(self) -> (&'static str, &'static str) {
        match self {
            Self::Modes => ("mode, input side", "mode, output side"),
            Self::Map | Self::Teacher | Self::Error => ("input", "output"),
            Self::Overlaps => ("mode of the teacher", "pair of the student"),
            Self::Layer(_) => ("unit below", "unit above"),
            Self::Balance(_) => ("hidden unit", "hidden unit"),
        }
    }

    /// The matrix of a network; `None` for a layer that it does not have.
    pub fn of(self, state: &NetworkState) -> Option<DMatrix<f64>> {
        let (teacher, weights) = (&state.teacher, state.network.weights());
        Some(match self {
            Self::Modes => teacher
                .left()
                .tr_mul(&(state.network.end_to_end_map() * teacher.right())),
            Self::Map => state.network.end_to_end_map(),
            Self::Teacher => teacher.map().clone(),
            Self::Error => state.network.end_to_end_map() - teacher.map(),
            Self::Overlaps => overlaps(state)?,
            Self::Layer(layer) => weights.get(layer)?.clone(),
            Self::Balance(layer) => {
                let (below, above) = (weights.get(layer)?, weights.get(layer + 1)?);
                above.tr_mul(above) - below * below.transpose()
            }
        })
    }

    /// Size of the entries at the ends of the colours on the common scale; `None` where there is none.
    pub(super) fn common_scale(self, state: &NetworkState) -> Option<f64> {
        let teacher = &state.teacher;
        let largest = teacher.strengths().first().copied().unwrap_or(1.0);
        match self {
            Self::Modes => Some(largest),
            Self::Map | Self::Teacher | Self::Error => Some(teacher.map().amax()),
            Self::Overlaps => Some(1.0),
            Self::Layer(_) => Some(largest.powf(1.0 / state.network.depth() as f64)),
            Self::Balance(_) => None,
        }
    }
}

/// Cosines between the student's singular pairs, largest first, and the teacher's modes.
fn overlaps(state: &NetworkState) -> Option<DMatrix<f64>> {
    let map = state.network.end_to_end_map();
    let rank = state.teacher.rank();
    if map.iter().any(|entry| !entry.is_finite()) {
        return None;
    }
    let svd = map.try_svd(true, true, f64::EPSILON, 10_000)?;
    let (left, right) = (svd.u?, svd.v_t?);
    let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
    order.sort_by(|a, b| svd.singular_values[*b].total_cmp(&svd.singular_values[*a]));
    let (outputs, inputs) = (state.teacher.left(), state.teacher.right());
    Some(DMatrix::from_fn(rank.min(order.len()), rank, |pair, mode| {
        let pair = order[pair];
        left.column(pair).dot(&outputs.column(mode)) * right.row(pair).transpose().dot(&inputs.column(mode))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_matrix_is_found_by_its_name() {
        for kind in MatrixKind::all(4) {
            assert_eq!(MatrixKind::from_name(&kind.name()), Some(kind));
        }
        for name in ["layer_0", "layer_", "balance_x", "pie"] {
            assert_eq!(MatrixKind::from_name(name), None);
        }
    }
}
