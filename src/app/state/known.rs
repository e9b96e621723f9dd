//! What the window knows of its runs, in the form in which pictures are drawn.

use super::kept_run::KeptRun;
use super::run_data::RunData;
use super::view_settings::ViewSettings;
use crate::chart::{Known, KnownEnsemble, KnownTrajectory, SettledLaws};
use crate::observables::events::Moment;
use crate::worker::RunState;

/// What is known of the present run and of the kept runs that are shown, with predictions of the stationary laws where a picture
/// needs them.
pub(crate) fn known<'a>(
    run: &'a RunData,
    kept_runs: &'a [KeptRun],
    settings: &ViewSettings,
    laws: SettledLaws,
) -> Known<'a> {
    let (alignment, axis) = (settings.alignment, settings.time.axis);
    Known {
        run: run.run,
        goes_on: run.state == RunState::Running,
        diverged: run.divergence().map(|divergence| divergence.step),
        experiment: &run.experiment,
        teacher: &run.experiment.teacher.strengths,
        schema: run.schema,
        interventions: &run.interventions,
        modes: &run.events.modes,
        pairs: &run.events.pairs,
        now: Moment {
            step: run.step,
            time: run.time,
        },
        rows_apart: None,
        trajectories: run
            .trajectories
            .iter()
            .map(|trajectory| KnownTrajectory {
                dynamics: trajectory.dynamics,
                history: &trajectory.history,
                statistics: trajectory.statistics.as_ref(),
            })
            .collect(),
        ensembles: run
            .ensembles
            .iter()
            .map(|ensemble| KnownEnsemble {
                kind: ensemble.kind,
                n_members: ensemble.n_members,
                history: &ensemble.history,
                statistics: ensemble.statistics.as_ref(),
                members: ensemble.members.as_deref(),
            })
            .collect(),
        kept: kept_runs
            .iter()
            .filter(|kept| kept.is_shown)
            .map(|kept| kept.known(run, alignment, axis))
            .collect(),
        theory: &run.predicted,
        laws,
        network: run.network_shown(),
        at_events: &[],
        densities: Some(&run.densities),
    }
}
