//! Which number of a row is which: `step, time, loss, excess_loss`, then `r` columns of each per-mode quantity, then
//! `imbalance`, then what was added later: who reads columns by their place finds the older ones where they were.

/// A quantity measured for every mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// Mode strength `a_k = u_k^T W v_k`, signed, in the teacher's basis.
    Strength,
    /// The student's own singular values, largest first.
    SingularValue,
    /// Drift `mu_a` of the mode strength per unit time, to first order in the learning rate.
    Drift,
    /// Diffusion `D_a`: growth of the variance of the mode strength per unit time, exact for the present weights.
    Diffusion,
    /// Diffusion of an aligned, balanced mode of the same strength.
    DiffusionLaw,
    /// Alignment of the student with the teacher's mode, from -1 (the opposite map) to 1.
    Alignment,
    /// Curvature `lambda_k = sum_l |A_l^T u_k|^2 |B_l v_k|^2` of the loss along the mode, for the present weights.
    Curvature,
}

impl Quantity {
    /// Every per-mode quantity in column order.
    pub const ALL: [Self; 7] = [
        Self::Strength,
        Self::SingularValue,
        Self::Drift,
        Self::Diffusion,
        Self::DiffusionLaw,
        Self::Alignment,
        Self::Curvature,
    ];

    /// Name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strength => "strength",
            Self::SingularValue => "singular_value",
            Self::Drift => "drift",
            Self::Diffusion => "diffusion",
            Self::DiffusionLaw => "diffusion_law",
            Self::Alignment => "alignment",
            Self::Curvature => "curvature",
        }
    }

    const fn block(self) -> usize {
        match self {
            Self::Strength => 0,
            Self::SingularValue => 1,
            Self::Drift => 2,
            Self::Diffusion => 3,
            Self::DiffusionLaw => 4,
            Self::Alignment => 5,
            // Behind the imbalance.
            Self::Curvature => Schema::N_FIRST,
        }
    }
}

/// Layout of a row for `r` modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    rank: usize,
}

impl Schema {
    /// Column of the step count.
    pub const STEP: usize = 0;
    /// Column of the training time `t`, the sum of the learning rates of all steps.
    pub const TIME: usize = 1;
    /// Column of the expected loss.
    pub const LOSS: usize = 2;
    /// Column of the excess loss `1/2 |W - M|^2`.
    pub const EXCESS_LOSS: usize = 3;
    const N_SCALARS: usize = 4;
    /// Per-mode quantities before the imbalance.
    const N_FIRST: usize = 6;

    /// Layout for `rank` modes.
    pub fn new(rank: usize) -> Self {
        Self { rank }
    }

    /// Number of modes `r`.
    pub fn rank(self) -> usize {
        self.rank
    }

    /// Column of a per-mode quantity; modes count from 0.
    pub fn column(self, quantity: Quantity, mode: usize) -> usize {
        let block = quantity.block();
        Self::N_SCALARS + block * self.rank + usize::from(block >= Self::N_FIRST) + mode
    }

    /// Columns of a per-mode quantity, all modes.
    pub fn columns(self, quantity: Quantity) -> std::ops::Range<usize> {
        let first = self.column(quantity, 0);
        first..first + self.rank
    }

    /// Column of the imbalance.
    pub fn imbalance(self) -> usize {
        Self::N_SCALARS + Self::N_FIRST * self.rank
    }

    /// Number of columns.
    pub fn n_columns(self) -> usize {
        Self::N_SCALARS + Quantity::ALL.len() * self.rank + 1
    }

    /// Names of the columns in order; modes count from 1.
    pub fn names(self) -> Vec<String> {
        let scalars = ["step", "time", "loss", "excess_loss"].map(str::to_owned);
        let (first, later) = const { &Quantity::ALL }.split_at(Self::N_FIRST);
        let of_modes = |quantities: &'static [Quantity]| {
            let quantities = quantities.iter();
            quantities.flat_map(move |quantity| {
                (1..=self.rank).map(move |mode| format!("{}_{mode}", quantity.name()))
            })
        };
        let names = scalars.into_iter().chain(of_modes(first));
        names
            .chain(["imbalance".to_owned()])
            .chain(of_modes(later))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_columns_agree() {
        let schema = Schema::new(3);
        let names = schema.names();
        assert_eq!(names.len(), schema.n_columns());
        for quantity in Quantity::ALL {
            for mode in 0..3 {
                assert_eq!(
                    names[schema.column(quantity, mode)],
                    format!("{}_{}", quantity.name(), mode + 1)
                );
            }
        }
        assert_eq!(names[schema.imbalance()], "imbalance");
        assert_eq!(names[Schema::EXCESS_LOSS], "excess_loss");
    }
}
