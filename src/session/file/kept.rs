//! Kept runs of a session: runs that were compared with it, told so that they can be done again.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::intervention::{Intervention, changes_of, interventions_of};
use super::limits::Fault;
use crate::experiment::Experiment;
use crate::simulation::Script;

/// Most kept runs of a session.
pub const MOST_KEPT_RUNS: usize = 8;
/// Longest name of a kept run in bytes.
const LONGEST_LABEL: usize = 256;

/// A run that is kept to compare others with.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedKeptRun {
    /// Its name.
    pub label: String,
    /// As it was started.
    pub experiment: Experiment,
    /// What was done to it.
    pub script: Script,
    /// Steps that it took.
    pub n_steps: u64,
}

/// A kept run as a table of a file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeptTable {
    label: String,
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    steps: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    intervention: Vec<Intervention>,
    experiment: Experiment,
}

impl KeptTable {
    pub(super) fn of(kept: &SavedKeptRun) -> Self {
        Self {
            label: kept.label.clone(),
            steps: kept.n_steps,
            intervention: interventions_of(&kept.script),
            experiment: kept.experiment.clone(),
        }
    }

    /// The kept run; `index` says in a fault which one it is.
    pub(super) fn into_kept_run(self, index: usize) -> Result<SavedKeptRun, Fault> {
        let fault = |key: &str, message: String| Fault {
            path: ["kept", &index.to_string(), key].map(str::to_owned).to_vec(),
            message: format!("kept[{index}].{message}"),
        };
        if self.label.len() > LONGEST_LABEL {
            let message = format!("label: must be at most {LONGEST_LABEL} bytes long");
            return Err(fault("label", message));
        }
        let mut experiment = self.experiment;
        experiment
            .load_samples(Path::new(""))
            .map_err(|error| fault("experiment", format!("experiment: {error}")))?;
        experiment
            .validate()
            .map_err(|error| fault("experiment", format!("experiment.{error}")))?;
        let script = Script::new(changes_of(self.intervention))
            .map_err(|error| fault("intervention", format!("intervention: {error}")))?;
        if let Some(change) = script.changes().last().filter(|change| change.step > self.steps) {
            let message = format!(
                "intervention: step = {}: must be at most steps = {}",
                change.step, self.steps
            );
            return Err(fault("intervention", message));
        }
        Ok(SavedKeptRun {
            label: self.label,
            experiment,
            script,
            n_steps: self.steps,
        })
    }
}

/// Every kept run of a file.
pub(super) fn kept_runs_of(tables: Vec<KeptTable>) -> Result<Vec<SavedKeptRun>, Fault> {
    if tables.len() > MOST_KEPT_RUNS {
        return Err(Fault {
            path: vec!["kept".to_owned(), MOST_KEPT_RUNS.to_string()],
            message: format!("kept: at most {MOST_KEPT_RUNS} runs"),
        });
    }
    { tables.into_iter().enumerate() }
        .map(|(index, table)| table.into_kept_run(index))
        .collect()
}
