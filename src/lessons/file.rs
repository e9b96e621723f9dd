//! The keys of a lesson file as they are written.

use serde::Deserialize;
use toml::Table;

use super::{CaptionEvent, CheckKind, Companions, GuessQuantity, View};
use crate::chart::PlotId;
use crate::experiment::Experiment;

/// Latest step of a lesson.
pub(super) const LAST_STEP: u64 = 100_000_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LessonFile {
    pub(super) id: String,
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub(super) number: u32,
    pub(super) title: String,
    #[serde(default)]
    pub(super) beyond_the_paper: bool,
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub(super) end_step: u64,
    pub(super) question: String,
    pub(super) action: String,
    pub(super) experiment: Experiment,
    // The aliases are the names in lessons of the first version.
    #[serde(default, alias = "beside")]
    pub(super) companions: Companions,
    #[serde(default)]
    pub(super) view: View,
    #[serde(default, alias = "ghost")]
    pub(super) kept_run: Vec<KeptRunEntry>,
    #[serde(default)]
    pub(super) change: Vec<ChangeEntry>,
    pub(super) caption: Vec<CaptionEntry>,
    pub(super) guess: Option<GuessEntry>,
    pub(super) check: Vec<CheckEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptRunEntry {
    pub(super) label: String,
    pub(super) experiment: Table,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangeEntry {
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub(super) step: u64,
    /// Live parameters by name.
    #[serde(flatten)]
    pub(super) live: Table,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaptionEntry {
    pub(super) at: CaptionTimeEntry,
    pub(super) text: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaptionTimeEntry {
    pub(super) step: Option<Whole<u64>>,
    pub(super) event: Option<CaptionEvent>,
    pub(super) mode: Option<Whole<usize>>,
    pub(super) n_learned: Option<Whole<usize>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GuessEntry {
    pub(super) prompt: String,
    pub(super) plot: PlotId,
    pub(super) quantity: GuessQuantity,
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub(super) mode: usize,
    pub(super) answer: f64,
    pub(super) tolerance: f64,
    #[serde(default, deserialize_with = "crate::whole_number::deserialize")]
    pub(super) after: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckEntry {
    pub(super) kind: CheckKind,
    pub(super) mode: Option<Whole<usize>>,
    pub(super) expected: Option<f64>,
    pub(super) tolerance: Option<f64>,
    pub(super) at_least: Option<f64>,
    pub(super) at_most: Option<f64>,
    pub(super) of: Option<String>,
    #[serde(default)]
    pub(super) experiment: Table,
    pub(super) seed: Option<Whole<u64>>,
    pub(super) seeds: Option<Whole<u64>>,
    pub(super) end_step: Option<Whole<u64>>,
    pub(super) from_step: Option<Whole<u64>>,
    pub(super) every: Option<Whole<u64>>,
}

/// A whole number, also as `1e6`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole<T>(pub(super) T);

impl<'de, T: TryFrom<u64>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::whole_number::deserialize(deserializer).map(Self)
    }
}
