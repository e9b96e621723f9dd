//! Settings that apply on reset, as they are being edited: text fields hold text until they can be read.

use std::path::Path;

use crate::dynamics::LiveParams;
use crate::experiment::{DataConfig, DataKind, Dynamics, Experiment, ExperimentError};
use crate::platform::HAS_THREADS;
use crate::simulation;
use crate::simulation::EnsembleKind;

/// An experiment being edited.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// The experiment; lists are in the texts until they are applied.
    pub(crate) experiment: Experiment,
    /// Teacher strengths, separated by commas or blanks.
    pub(crate) strengths: String,
    /// Hidden widths, separated likewise.
    pub(crate) hidden: String,
    /// What runs beside it.
    pub(crate) companions: Companions,
    /// Data whose files could not be read, and why; they are not read again and again.
    refused: Option<(DataConfig, String)>,
}

/// What runs beside the experiment itself, from the same start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Companions {
    /// Whether each of [`Dynamics::ALL`] does.
    pub(crate) dynamics: [bool; Dynamics::ALL.len()],
    /// Whether the mode equations do.
    pub(crate) ensemble: bool,
    /// Solutions of each mode equation.
    pub(crate) n_trajectories: usize,
    /// Whether replicas of the full network do.
    pub(crate) replicas: bool,
    /// Their number.
    pub(crate) n_replicas: usize,
}

/// Members of ensembles, unless asked otherwise: solutions of each mode equation, and replicas. Where they take their time from
/// the window there are fewer.
const USUAL_MEMBERS: (usize, usize) = if HAS_THREADS { (4096, 32) } else { (512, 8) };

impl Companions {
    /// Gradient flow alone.
    pub(crate) fn gradient_flow() -> Self {
        let (n_trajectories, n_replicas) = USUAL_MEMBERS;
        Self {
            dynamics: Dynamics::ALL.map(|dynamics| dynamics == Dynamics::GradientFlow),
            ensemble: false,
            n_trajectories,
            replicas: false,
            n_replicas,
        }
    }

    /// The dynamics chosen, without `main`, which runs anyhow.
    pub(crate) fn dynamics_other_than(&self, main: Dynamics) -> Vec<Dynamics> {
        let chosen = Dynamics::ALL.into_iter().zip(self.dynamics);
        chosen
            .filter(|&(dynamics, on)| on && dynamics != main)
            .map(|(dynamics, _)| dynamics)
            .collect()
    }

    /// What a session says of it.
    pub(crate) fn of(session: &simulation::Companions) -> Self {
        let usual = Self::gradient_flow();
        let number = |n: usize, usual: usize| if n == 0 { usual } else { n };
        Self {
            dynamics: Dynamics::ALL.map(|dynamics| session.dynamics.contains(&dynamics)),
            ensemble: session.trajectories > 0,
            n_trajectories: number(session.trajectories, usual.n_trajectories),
            replicas: session.replicas > 0,
            n_replicas: number(session.replicas, usual.n_replicas),
        }
    }

    /// As a session keeps it; `main` runs anyhow.
    pub(crate) fn chosen(&self, main: Dynamics) -> simulation::Companions {
        simulation::Companions {
            dynamics: self.dynamics_other_than(main),
            trajectories: if self.ensemble { self.n_trajectories } else { 0 },
            replicas: if self.replicas { self.n_replicas } else { 0 },
        }
    }

    /// The ensembles chosen, with the number of their members.
    pub(crate) fn ensembles(&self) -> Vec<(EnsembleKind, usize)> {
        let chosen = [
            (self.ensemble, EnsembleKind::ModeEquations, self.n_trajectories),
            (self.replicas, EnsembleKind::Replicas, self.n_replicas),
        ];
        chosen
            .into_iter()
            .filter(|&(on, ..)| on)
            .map(|(_, kind, n)| (kind, n))
            .collect()
    }
}

impl Draft {
    /// A draft of `experiment`, with gradient flow beside it.
    pub(crate) fn new(experiment: Experiment) -> Self {
        Self {
            strengths: written(&experiment.teacher.strengths),
            hidden: written(&experiment.network.hidden),
            experiment,
            companions: Companions::gradient_flow(),
            refused: None,
        }
    }

    /// The experiment of the draft with the given live parameters. Files that the data are in are read once, and the teacher's
    /// strengths are then theirs.
    ///
    /// # Errors
    /// One line that names the key, the value and what is allowed.
    pub(crate) fn read(&mut self, live: LiveParams) -> Result<Experiment, String> {
        let mut experiment = self.experiment.clone();
        experiment.live = live;
        experiment.teacher.strengths = list(&self.strengths, "teacher.strengths", "numbers, as in 4, 2, 1")?;
        experiment.network.hidden = list(&self.hidden, "network.hidden", "whole numbers, as in 10, 10")?;
        self.load_samples(&mut experiment)?;
        experiment
            .validate()
            .map_err(|error: ExperimentError| error.to_string())?;
        Ok(experiment)
    }
}

impl Draft {
    /// Number of weight matrices; none while the widths cannot be read.
    pub(crate) fn depth(&self) -> Option<usize> {
        self.widths().map(|widths| widths.len() + 1)
    }

    /// Adds a hidden layer as wide as the last one, or as the wider end of the network.
    pub(crate) fn add_layer(&mut self) {
        if let Some(mut widths) = self.widths() {
            let network = &self.experiment.network;
            let width = widths.last().copied();
            widths.push(width.unwrap_or_else(|| network.d_in.max(network.d_out)));
            self.hidden = written(&widths);
        }
    }

    /// Takes the last hidden layer away.
    pub(crate) fn remove_layer(&mut self) {
        if let Some(mut widths) = self.widths() {
            widths.pop();
            self.hidden = written(&widths);
        }
    }

    fn widths(&self) -> Option<Vec<usize>> {
        list(&self.hidden, "network.hidden", "").ok()
    }

    fn load_samples(&mut self, experiment: &mut Experiment) -> Result<(), String> {
        if experiment.data.kind != DataKind::File {
            return Ok(());
        }
        if let Some((data, reason)) = &self.refused
            && *data == experiment.data
        {
            return Err(reason.clone());
        }
        match experiment.load_samples(Path::new("")) {
            Ok(()) => {
                self.refused = None;
                self.experiment.data = experiment.data.clone();
                self.strengths = written(&experiment.teacher.strengths);
                Ok(())
            }
            Err(error) => {
                self.refused = Some((experiment.data.clone(), error.to_string()));
                Err(error.to_string())
            }
        }
    }
}

/// Numbers as a text field shows them.
fn written<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
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
    fn layers_are_added_and_taken_away() {
        let mut draft = Draft::new(Experiment::default());
        assert_eq!(draft.depth(), Some(2));
        draft.hidden = "6, 3".to_owned();
        draft.add_layer();
        assert_eq!((draft.hidden.as_str(), draft.depth()), ("6, 3, 3", Some(4)));
        for _ in 0..5 {
            draft.remove_layer();
        }
        assert_eq!((draft.hidden.as_str(), draft.depth()), ("", Some(1)));
        draft.experiment.network.d_out = 7;
        draft.add_layer();
        assert_eq!(draft.hidden, "7");
        draft.hidden = "six".to_owned();
        draft.add_layer();
        assert_eq!((draft.hidden.as_str(), draft.depth()), ("six", None));
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
