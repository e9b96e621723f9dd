//! Which number of a row is which: `step, time`, then the columns of every [`Quantity`] in the order of [`Quantity::ALL`]. What was
//! added later stands at the end: who reads columns by their place finds the older ones where they were. At the end
//! stand the live parameters in force, which a schedule may move from row to row.

use crate::dynamics::{LiveParams, Scheduled};

/// Something measured in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Expected loss.
    Loss,
    /// Excess loss `1/2 |W - M|^2`.
    ExcessLoss,
    /// Mode strength `a_k = u_k^T W v_k`, signed, in the teacher's basis.
    Strength,
    /// The student's own singular values, largest first.
    SingularValue,
    /// Drift `mu_k` of the mode strength per unit time, to first order in the learning rate, weight decay included; of one step's gradient,
    /// without what momentum makes of it, as is the diffusion.
    Drift,
    /// Diffusion `D_k`: growth of the variance of the mode strength per unit time, exact for the present weights.
    Diffusion,
    /// Diffusion of an aligned, balanced mode of the same strength.
    DiffusionLaw,
    /// Alignment of the student with the teacher's mode, from -1 (the opposite map) to 1.
    Alignment,
    /// Imbalance of all neighbouring layers, `sqrt(sum_l |W_{l+1}^T W_{l+1} - W_l W_l^T|_F^2)`.
    Imbalance,
    /// Curvature `lambda_k = sum_l |A_l^T u_k|^2 |B_l v_k|^2` of the loss along the mode, for the present weights.
    Curvature,
    /// Frobenius norm `|W_l|` of every layer.
    LayerNorm,
    /// Imbalance `|W_{l+1}^T W_{l+1} - W_l W_l^T|_F` of every pair of neighbouring layers.
    PairImbalance,
    /// `(|A_l^T u_k| |B_l v_k|) / (|A_{l+1}^T u_k| |B_{l+1} v_k|)` of every pair of neighbouring layers and mode, the modes of the first
    /// pair first: how many times larger mode `k` is in layer `l + 1` than in layer `l`, where the student is aligned.
    BalanceRatio,
    /// Mean loss over the samples held out, where there are any.
    HeldOutLoss,
    /// Frobenius norm of the mean gradient of all weights.
    GradientNorm,
    /// Trace of the gradient noise of all weights, per unit time: `tau` times the trace of the covariance of one sample's gradient, the
    /// rate at which the variances of all weights grow together.
    NoiseTrace,
    /// Norm of the mean gradient over that trace; 0 where there is no noise.
    SignalToNoise,
    /// Mean absolute entry of the mode matrix `U^T W V` beside its diagonal; 0 for a single mode.
    OffDiagonal,
    /// Second-order (Ito) drift of the mode strength per unit time.
    ItoDrift,
    /// Drift per unit time along each of the student's own singular pairs, `u_k^T W v_k` with the vectors held fixed, in the order of
    /// the singular values.
    StudentDrift,
    /// Diffusion along the same.
    StudentDiffusion,
    /// Curvature `sum_l |A_l^T u|^2 |B_l v|^2` along the same, of the weights alone.
    StudentCurvature,
    /// Number of the pair of each singular value, from 1, followed from row to row by overlap; its place in the first row. The one column
    /// that depends on the rows before.
    StudentPair,
}

/// How many columns a quantity has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// One.
    Row,
    /// One for each mode.
    Modes,
    /// One for each layer.
    Layers,
    /// One for each pair of neighbouring layers.
    Pairs,
    /// One for each pair of neighbouring layers and each mode.
    PairsAndModes,
    /// One if samples are held out.
    IfHeldOut,
}

impl Extent {
    const N: usize = 6;
}

impl Quantity {
    /// Every quantity in column order.
    pub const ALL: [Self; 23] = [
        Self::Loss,
        Self::ExcessLoss,
        Self::Strength,
        Self::SingularValue,
        Self::Drift,
        Self::Diffusion,
        Self::DiffusionLaw,
        Self::Alignment,
        Self::Imbalance,
        Self::Curvature,
        Self::LayerNorm,
        Self::PairImbalance,
        Self::BalanceRatio,
        Self::HeldOutLoss,
        Self::GradientNorm,
        Self::NoiseTrace,
        Self::SignalToNoise,
        Self::OffDiagonal,
        Self::ItoDrift,
        Self::StudentDrift,
        Self::StudentDiffusion,
        Self::StudentCurvature,
        Self::StudentPair,
    ];

    /// Name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::ExcessLoss => "excess_loss",
            Self::Strength => "strength",
            Self::SingularValue => "singular_value",
            Self::Drift => "drift",
            Self::Diffusion => "diffusion",
            Self::DiffusionLaw => "diffusion_law",
            Self::Alignment => "alignment",
            Self::Imbalance => "imbalance",
            Self::Curvature => "curvature",
            Self::LayerNorm => "layer_norm",
            Self::PairImbalance => "pair_imbalance",
            Self::BalanceRatio => "balance_ratio",
            Self::HeldOutLoss => "held_out_loss",
            Self::GradientNorm => "gradient_norm",
            Self::NoiseTrace => "noise_trace",
            Self::SignalToNoise => "signal_to_noise",
            Self::OffDiagonal => "off_diagonal",
            Self::ItoDrift => "ito_drift",
            Self::StudentDrift => "student_drift",
            Self::StudentDiffusion => "student_diffusion",
            Self::StudentCurvature => "student_curvature",
            Self::StudentPair => "student_pair",
        }
    }

    /// How many columns it has.
    pub const fn extent(self) -> Extent {
        match self {
            Self::Loss
            | Self::ExcessLoss
            | Self::Imbalance
            | Self::GradientNorm
            | Self::NoiseTrace
            | Self::SignalToNoise
            | Self::OffDiagonal => Extent::Row,
            Self::HeldOutLoss => Extent::IfHeldOut,
            Self::Strength
            | Self::SingularValue
            | Self::Drift
            | Self::Diffusion
            | Self::DiffusionLaw
            | Self::Alignment
            | Self::Curvature
            | Self::ItoDrift
            | Self::StudentDrift
            | Self::StudentDiffusion
            | Self::StudentCurvature
            | Self::StudentPair => Extent::Modes,
            Self::LayerNorm => Extent::Layers,
            Self::PairImbalance => Extent::Pairs,
            Self::BalanceRatio => Extent::PairsAndModes,
        }
    }
}

/// Of each quantity, how many of every extent stand before it.
const BEFORE: [[usize; Extent::N]; Quantity::ALL.len()] = {
    let mut before = [[0; Extent::N]; Quantity::ALL.len()];
    let mut i = 1;
    while i < before.len() {
        before[i] = before[i - 1];
        before[i][Quantity::ALL[i - 1].extent() as usize] += 1;
        i += 1;
    }
    before
};

/// Layout of a row for `r` modes of a network of depth `L`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    rank: usize,
    depth: usize,
    holds_out: bool,
}

impl Schema {
    /// Column of the step count.
    pub const STEP: usize = 0;
    /// Column of the training time `t`, the sum of the learning rates of all steps.
    pub const TIME: usize = 1;
    /// Column of the expected loss, with the penalty `lambda_w / 2 sum_l |W_l|^2` of weight decay.
    pub const LOSS: usize = 2;
    /// Column of the excess loss `1/2 |W - M|^2`.
    pub const EXCESS_LOSS: usize = 3;
    /// Columns before those of the first quantity.
    const N_CLOCKS: usize = 2;

    /// Layout for `rank` modes of a network of `depth` layers, without samples held out.
    pub fn new(rank: usize, depth: usize) -> Self {
        Self {
            rank,
            depth,
            holds_out: false,
        }
    }

    /// The same with a column for samples held out, if there are any.
    #[must_use]
    pub fn with_held_out(self, holds_out: bool) -> Self {
        Self { holds_out, ..self }
    }

    /// Number of modes `r`.
    pub fn rank(self) -> usize {
        self.rank
    }

    /// Depth `L`.
    pub fn depth(self) -> usize {
        self.depth
    }

    /// Number of pairs of neighbouring layers.
    pub fn n_pairs(self) -> usize {
        self.depth - 1
    }

    /// Columns of a quantity of each extent.
    fn n_of_extents(self) -> [usize; Extent::N] {
        let pairs = self.n_pairs();
        [
            1,
            self.rank,
            self.depth,
            pairs,
            pairs * self.rank,
            usize::from(self.holds_out),
        ]
    }

    /// Number of columns of a quantity.
    pub fn n_of(self, quantity: Quantity) -> usize {
        self.n_of_extents()[quantity.extent() as usize]
    }

    /// Column number `place` of a quantity: modes, layers and pairs count from 0.
    pub fn column(self, quantity: Quantity, place: usize) -> usize {
        let each = self.n_of_extents();
        let before = BEFORE[quantity as usize].iter().zip(each);
        Self::N_CLOCKS + before.map(|(n, each)| n * each).sum::<usize>() + place
    }

    /// Columns of a quantity.
    pub fn columns(self, quantity: Quantity) -> std::ops::Range<usize> {
        let first = self.column(quantity, 0);
        first..first + self.n_of(quantity)
    }

    /// Column of the imbalance.
    pub fn imbalance(self) -> usize {
        self.column(Quantity::Imbalance, 0)
    }

    /// Column of [`Quantity::BalanceRatio`] of a pair of layers and a mode, both from 0.
    pub fn balance_ratio(self, pair: usize, mode: usize) -> usize {
        self.column(Quantity::BalanceRatio, pair * self.rank + mode)
    }

    /// Column of the first live parameter in force, in the order of [`Scheduled::ALL`].
    pub fn live(self) -> usize {
        let each = Quantity::ALL.map(|quantity| self.n_of(quantity));
        Self::N_CLOCKS + each.iter().sum::<usize>()
    }

    /// Writes the live parameters in force to a row.
    pub fn write_live(self, live: &LiveParams, row: &mut [f64]) {
        for (value, which) in row[self.live()..].iter_mut().zip(Scheduled::ALL) {
            *value = which.of(live);
        }
    }

    /// The live parameters in force that a row has, or that are read from its columns by `value`; `None` where it was recorded without them.
    pub fn read_live(self, value: impl Fn(usize) -> f64) -> Option<LiveParams> {
        let mut live = LiveParams::DEFAULT;
        for (i, which) in Scheduled::ALL.into_iter().enumerate() {
            let value = value(self.live() + i);
            if !which.allowed().contains(&value) {
                return None;
            }
            which.set(&mut live, value);
        }
        Some(live)
    }

    /// Number of columns.
    pub fn n_columns(self) -> usize {
        self.live() + Scheduled::ALL.len()
    }

    /// The quantities of these rows, in order.
    pub fn quantities(self) -> impl Iterator<Item = Quantity> {
        let all = Quantity::ALL.into_iter();
        all.filter(move |quantity| self.n_of(*quantity) > 0)
    }

    /// Shape of one row of a quantity as an array: none for a single number.
    pub fn shape(self, quantity: Quantity) -> Vec<usize> {
        match quantity.extent() {
            Extent::Row | Extent::IfHeldOut => Vec::new(),
            Extent::Modes | Extent::Layers | Extent::Pairs => vec![self.n_of(quantity)],
            Extent::PairsAndModes => vec![self.n_pairs(), self.rank],
        }
    }

    /// Names of the columns in order; modes, layers and pairs count from 1.
    pub fn names(self) -> Vec<String> {
        let of_quantity = |quantity: Quantity| {
            (0..self.n_of(quantity)).map(move |place| match quantity.extent() {
                Extent::Row | Extent::IfHeldOut => quantity.name().to_owned(),
                Extent::Modes | Extent::Layers | Extent::Pairs => {
                    format!("{}_{}", quantity.name(), place + 1)
                }
                Extent::PairsAndModes => {
                    let (pair, mode) = (place / self.rank, place % self.rank);
                    format!("{}_{}_{}", quantity.name(), pair + 1, mode + 1)
                }
            })
        };
        let clocks = ["step", "time"].map(str::to_owned);
        clocks
            .into_iter()
            .chain(self.quantities().flat_map(of_quantity))
            .chain(Scheduled::ALL.map(|which| which.name().to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_columns_agree() {
        for holds_out in [false, true] {
            let schema = Schema::new(3, 3).with_held_out(holds_out);
            let names = schema.names();
            assert_eq!(names.len(), schema.n_columns());
            assert_eq!(names[Schema::TIME], "time");
            assert_eq!(names[Schema::LOSS], "loss");
            assert_eq!(names[Schema::EXCESS_LOSS], "excess_loss");
            assert_eq!(names[schema.column(Quantity::Drift, 2)], "drift_3");
            assert_eq!(names[schema.imbalance()], "imbalance");
            assert_eq!(names[schema.column(Quantity::LayerNorm, 2)], "layer_norm_3");
            assert_eq!(names[schema.balance_ratio(1, 2)], "balance_ratio_2_3");
            assert_eq!(names.contains(&"held_out_loss".to_owned()), holds_out);
            for quantity in schema.quantities() {
                let columns = schema.columns(quantity);
                assert_eq!(columns.len(), schema.n_of(quantity));
                assert!(
                    names[columns]
                        .iter()
                        .all(|name| name.starts_with(quantity.name()))
                );
                assert_eq!(
                    schema.shape(quantity).iter().product::<usize>(),
                    schema.n_of(quantity)
                );
            }
        }
        assert!(
            Schema::new(2, 1)
                .quantities()
                .all(|q| q != Quantity::PairImbalance)
        );
    }

    /// Files made by the first version keep the order of their columns.
    #[test]
    fn the_first_columns_are_where_they_always_were() {
        let names = Schema::new(2, 2).names().join(" ");
        let first = "step time loss excess_loss strength_1 strength_2 singular_value_1 singular_value_2 drift_1 drift_2 \
                     diffusion_1 diffusion_2 diffusion_law_1 diffusion_law_2 alignment_1 alignment_2 imbalance curvature_1 \
                     curvature_2";
        assert!(names.starts_with(first), "{names}");
    }

    #[test]
    fn live_parameters_are_read_as_they_are_written() {
        let schema = Schema::new(3, 2);
        let live = LiveParams {
            momentum: 0.5,
            ..LiveParams::DEFAULT
        };
        let mut row = vec![0.0; schema.n_columns()];
        assert_eq!(schema.read_live(|column| row[column]), None);
        schema.write_live(&live, &mut row);
        assert_eq!(schema.read_live(|column| row[column]), Some(live));
        assert_eq!(schema.names()[schema.live() + 3], "momentum");
    }
}
