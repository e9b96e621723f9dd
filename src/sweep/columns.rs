//! The columns of a sweep's tables: `cell`, one for every axis, then those of a row, one row for every mode of a cell.
//!
//! `_median`, `_q10`, `_q90` are quantiles (linear between order statistics) over the replicas that have the value and have not diverged.
//! Steps are those of the first row at which something is seen; times are steps times the learning rate.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Words.
    Text,
    /// Whole numbers.
    Count,
    /// Numbers, empty where there is none.
    Number,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

use ColumnKind::{Count, Number, Text};

/// Columns after those of the axes.
pub(super) const MEASURED: [(&str, ColumnKind); 42] = [
    ("mode", Count),
    ("status", Text),
    ("replicas", Count),
    ("diverged", Count),
    ("learned", Count),
    ("step_half_median", Number),
    ("step_learned_median", Number),
    ("step_learned_q10", Number),
    ("step_learned_q90", Number),
    ("peak_step_median", Number),
    ("lead_median", Number),
    ("lead_predicted", Number),
    ("order_kept", Number),
    ("mean", Number),
    ("variance", Number),
    ("boltzmann_variance", Number),
    ("balanced_variance", Number),
    ("excess_loss", Number),
    ("alignment", Number),
    ("imbalance", Number),
    ("diverged_fraction", Number),
    ("lost", Count),
    ("trapped", Count),
    ("unfinished", Count),
    ("step_half_q10", Number),
    ("step_half_q90", Number),
    ("time_half_median", Number),
    ("time_learned_median", Number),
    ("peaks", Count),
    ("peak_step_q10", Number),
    ("peak_step_q90", Number),
    ("lead_q10", Number),
    ("lead_q90", Number),
    ("settled", Count),
    ("counted", Count),
    ("discrete_variance", Number),
    ("variance_over_boltzmann", Number),
    ("variance_over_balanced", Number),
    ("excess_loss_q10", Number),
    ("excess_loss_q90", Number),
    ("steps", Count),
    ("digest", Text),
];

/// The columns of a table whose axes have these keys; an axis is a column of numbers where all its values are.
pub fn columns<'a>(axes: impl Iterator<Item = (&'a str, bool)>) -> Vec<Column> {
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        kind,
    };
    std::iter::once(column("cell", Text))
        .chain(axes.map(|(key, is_number)| column(key, if is_number { Number } else { Text })))
        .chain(MEASURED.iter().map(|&(name, kind)| column(name, kind)))
        .collect()
}

impl super::Sweep {
    /// The columns of its tables.
    pub fn columns(&self) -> Vec<Column> {
        columns(self.axes.iter().map(|axis| {
            let is_number = axis.settings.iter().all(|setting| setting.number.is_some());
            (axis.key.as_str(), is_number)
        }))
    }
}
