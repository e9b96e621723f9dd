//! What can be the colour of a map: the columns of numbers of a table, and ratios of measured to predicted.

use super::super::ColumnKind;
use super::super::columns::MEASURED;

/// A ratio of two columns, as if it were one of its own.
struct Ratio {
    /// Name, as a column would have it.
    name: &'static str,
    /// The column that is divided.
    over: &'static str,
    /// The column that it is divided by.
    under: &'static str,
    /// The ratio in words.
    title: &'static str,
}

/// Ratios that the table itself has no column of: the lead of the noise peak in steps over that of theory, the stationary variance over
/// that of the law of finite steps, and the number of replicas that learned the mode over their number.
const RATIOS: [Ratio; 3] = [
    Ratio {
        name: "lead_over_predicted",
        over: "lead_median",
        under: "lead_predicted",
        title: "lead: measured / predicted",
    },
    Ratio {
        name: "variance_over_discrete",
        over: "variance",
        under: "discrete_variance",
        title: "variance: measured / law of finite steps",
    },
    Ratio {
        name: "learned_fraction",
        over: "learned",
        under: "replicas",
        title: "share of runs that learned it",
    },
];

/// Columns that are offered, each with what it is in words: medians over the replicas of a cell, means and variances over the settled
/// part of their runs, shares of their number.
const TITLES: [(&str, &str); 20] = [
    ("step_learned_median", "step at which it is learned"),
    ("step_half_median", "step at which it is half learned"),
    ("time_learned_median", "training time until learned"),
    ("time_half_median", "training time until half learned"),
    ("peak_step_median", "step of the noise peak"),
    ("lead_median", "lead of the noise peak, in steps"),
    ("lead_predicted", "lead of the noise peak in theory, in steps"),
    ("order_kept", "share of runs that learned in order"),
    ("mean", "stationary mean"),
    ("variance", "stationary variance"),
    ("boltzmann_variance", "Boltzmann's variance T"),
    ("discrete_variance", "variance by the law of finite steps"),
    ("variance_over_boltzmann", "variance: measured / Boltzmann's T"),
    ("variance_over_balanced", "variance: measured / balanced law"),
    ("excess_loss", "excess loss at the end"),
    ("alignment", "alignment at the end"),
    ("imbalance", "imbalance at the end"),
    ("diverged_fraction", "share of runs that diverged"),
    ("steps", "steps taken"),
    ("settled", "runs that settled"),
];

/// A measure that a table gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A column, by its place.
    Column(usize),
    /// One column over another.
    Ratio(usize, usize),
}

impl Place {
    /// Finds a measure among the columns of a table.
    pub(super) fn of(measure: &str, columns: &[String]) -> Option<Self> {
        let place = |name: &str| columns.iter().position(|column| column == name);
        if let Some(ratio) = RATIOS.iter().find(|ratio| ratio.name == measure) {
            return Some(Self::Ratio(place(ratio.over)?, place(ratio.under)?));
        }
        place(measure).filter(|_| is_number(measure)).map(Self::Column)
    }

    /// The value in a row; no number where there is none.
    pub(super) fn value(self, row: &[f64]) -> f64 {
        let at = |column: usize| row.get(column).copied().unwrap_or(f64::NAN);
        match self {
            Self::Column(column) => at(column),
            Self::Ratio(over, under) => at(over) / at(under),
        }
    }
}

/// Whether a column of that name holds numbers; a table of another version may have columns that are not known here.
fn is_number(name: &str) -> bool {
    let known = MEASURED.iter().find(|(column, _)| *column == name);
    known.is_none_or(|(_, kind)| *kind != ColumnKind::Text)
}

/// Names of all measures that these columns give.
pub(super) fn known(columns: &[String]) -> Vec<String> {
    let own = columns.iter().map(String::as_str).filter(|name| is_number(name));
    let ratios = RATIOS.iter().map(|ratio| ratio.name);
    own.chain(ratios)
        .filter(|name| Place::of(name, columns).is_some())
        .map(str::to_owned)
        .collect()
}

/// Columns that a measure is made of.
pub(super) fn columns_of(measure: &str) -> Vec<&str> {
    match RATIOS.iter().find(|ratio| ratio.name == measure) {
        Some(ratio) => vec![ratio.over, ratio.under],
        None => vec![measure],
    }
}

/// Measures on offer in the window, in its order.
pub fn offered() -> impl Iterator<Item = &'static str> {
    const FIRST: [&str; 3] = ["step_learned_median", "learned_fraction", "step_half_median"];
    let others = TITLES.iter().map(|(name, _)| *name);
    let ratios = RATIOS.iter().map(|ratio| ratio.name);
    let rest = others.chain(ratios).filter(|name| !FIRST.contains(name));
    FIRST.into_iter().chain(rest)
}

/// A measure in words; its name where there are none.
pub fn measure_title(measure: &str) -> &str {
    let ratio = RATIOS
        .iter()
        .find(|ratio| ratio.name == measure)
        .map(|ratio| ratio.title);
    let column = TITLES
        .iter()
        .find(|(name, _)| *name == measure)
        .map(|(_, title)| *title);
    ratio.or(column).unwrap_or(measure)
}

/// Whether a measure is one value over what is expected of it, so that 1 is the middle.
pub(super) fn is_about_one(measure: &str) -> bool {
    measure.contains("_over_")
}

/// Whether it is a share, from 0 to 1.
pub(super) fn is_share(measure: &str) -> bool {
    measure.ends_with("_fraction") || matches!(measure, "order_kept" | "alignment")
}

/// Names of the columns of quantiles that belong to a median, `None` where there are none.
pub(super) fn spread_of(measure: &str) -> Option<(String, String)> {
    let stem = measure.strip_suffix("_median").unwrap_or(measure);
    let has = |end: &str| MEASURED.iter().any(|(name, _)| *name == format!("{stem}{end}"));
    (has("_q10") && has("_q90")).then(|| (format!("{stem}_q10"), format!("{stem}_q90")))
}
