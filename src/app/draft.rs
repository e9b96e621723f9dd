//! Settings that apply on reset, as they are being edited: text fields hold text until they can be read.

use crate::dynamics::LiveParams;
use crate::experiment::{Engine, Experiment, ExperimentError};

/// An experiment being edited.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// The experiment; lists are in the texts until they are applied.
    pub(super) experiment: Experiment,
    /// Teacher strengths, separated by commas or blanks.
    pub(super) strengths: String,
    /// Hidden widths, separated likewise.
    pub(super) hidden: String,
    /// Engines beside the experiment's own.
    pub(super) companions: Companions,
}

/// Which engines run beside the experiment's own, from the same start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Companions {
    pub(super) sgd: bool,
    pub(super) langevin: bool,
    pub(super) gradient_flow: bool,
}

impl Companions {
    /// The engines chosen, without `main`, which runs anyhow.
    pub(super) fn engines(self, main: Engine) -> Vec<Engine> {
        let chosen = [
            (self.sgd, Engine::Sgd),
            (self.langevin, Engine::Langevin),
            (self.gradient_flow, Engine::GradientFlow),
        ];
        chosen
            .into_iter()
            .filter(|&(on, engine)| on && engine != main)
            .map(|(_, engine)| engine)
            .collect()
    }
}

impl Draft {
    /// A draft of `experiment`, with gradient flow beside it.
    pub(super) fn new(experiment: Experiment) -> Self {
        let strengths = experiment
            .teacher
            .strengths
            .iter()
            .map(f64::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let hidden = experiment
            .network
            .hidden
            .iter()
            .map(usize::to_string)
            .collect::<Vec<_>>()
            .join(", ");
        let companions = Companions {
            sgd: false,
            langevin: false,
            gradient_flow: true,
        };
        Self {
            experiment,
            strengths,
            hidden,
            companions,
        }
    }

    /// The experiment of the draft with the given live parameters.
    ///
    /// # Errors
    /// One line that names the key, the value and what is allowed.
    pub(super) fn read(&self, live: LiveParams) -> Result<Experiment, String> {
        let mut experiment = self.experiment.clone();
        experiment.live = live;
        experiment.teacher.strengths = list(&self.strengths, "teacher.strengths", "numbers, as in 4, 2, 1")?;
        experiment.network.hidden = list(&self.hidden, "network.hidden", "whole numbers, as in 10, 10")?;
        experiment
            .validate()
            .map_err(|error: ExperimentError| error.to_string())?;
        Ok(experiment)
    }
}

fn list<T: std::str::FromStr>(text: &str, key: &str, allowed: &str) -> Result<Vec<T>, String> {
    text.split(|c: char| c == ',' || c == ';' || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .map(|part| {
            part.parse()
                .map_err(|_| format!("{key} = {text}: {part} is not one of {allowed}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_reads_back_as_its_experiment() {
        let experiment = Experiment::default();
        assert_eq!(
            Draft::new(experiment.clone()).read(experiment.live),
            Ok(experiment)
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let live = LiveParams::default();
        let mut draft = Draft::new(Experiment::default());
        draft.strengths = "4, two".to_owned();
        assert!(
            draft
                .read(live)
                .is_err_and(|text| text.contains("teacher.strengths") && text.contains("two"))
        );
        draft.strengths = "4 2 1 0.5 0.25".to_owned();
        assert!(draft.read(live).is_err_and(|text| text.contains("at most 4")));
    }
}
