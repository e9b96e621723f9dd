//! What a recording knows of its run, in the form in which pictures are drawn.

use std::sync::Arc;

use super::known::{Known, KnownEnsemble, KnownTrajectory, RowsApart, SettledLaws};
use super::options::Options;
use super::plot_id::PlotId;
use super::theory_curve::TheoryCurve;
use crate::experiment::LiveParams;
use crate::history::History;
use crate::observables::events::Moment;
use crate::observables::{Observer, Quantity, Schema};
use crate::session::Recording;
use crate::simulation::{
    Densities, Ensemble, EnsembleKind, Members, NetworkLaw, NetworkState, Prediction, Simulation,
    StationaryStatistics, StepOutcome, StoredNoise,
};

/// Modes whose events have matrices of their own.
const MOST_MODES_AT_EVENTS: usize = 4;
/// Memory for the rows: far more than the pixels of a figure need.
const BUDGET_BYTES: usize = 64 << 20;

/// A recording made ready to be drawn.
#[derive(Clone, Debug)]
pub struct RecordedRun<'a> {
    recording: &'a Recording,
    history: History,
    replicas: Option<History>,
    statistics: StationaryStatistics,
    theory: Vec<TheoryCurve>,
    laws: SettledLaws,
    rows_apart: Option<RowsApart>,
    end: Moment,
    /// The replicas' times of passage.
    members: Option<Members>,
    network: NetworkState,
    at_events: Vec<(String, NetworkState)>,
    densities: Densities,
}

impl<'a> RecordedRun<'a> {
    /// The distributions of settled modes that a live run keeps, from the rows of a recording.
    pub fn statistics_of(recording: &Recording) -> StationaryStatistics {
        statistics(recording, rows_apart(recording))
    }

    /// Takes in every row.
    pub fn new(recording: &'a Recording) -> Self {
        let schema = recording.schema();
        let mut history = History::new(schema.n_columns(), BUDGET_BYTES);
        for row in recording.rows() {
            history.extend(row);
        }
        let experiment = recording.experiment();
        let theory = recording.rows().next().map_or_else(Vec::new, |first| {
            let start = |mode| first[schema.column(Quantity::Strength, mode)];
            let law = |mode| experiment.mode_law(mode, &experiment.live);
            (0..schema.rank())
                .map(|mode| TheoryCurve::new(&law(mode), start(mode)))
                .collect()
        });
        let last = |column| history.last(column).unwrap_or(0.0);
        let end = Moment {
            step: last(Schema::STEP) as u64,
            time: last(Schema::TIME),
        };
        let rows_apart = rows_apart(recording);
        let mut recorded = Self {
            recording,
            replicas: replicas(recording),
            statistics: statistics(recording, rows_apart),
            theory,
            laws: SettledLaws::default(),
            rows_apart,
            end,
            history,
            members: recording.passages().map(|passages| Members {
                strengths: Vec::new(),
                passages: passages.clone(),
            }),
            network: network_of(recording, end, &experiment.live, (0, 1)),
            at_events: Vec::new(),
            densities: Densities::default(),
        };
        recorded.laws = laws(&recorded.known());
        recorded
    }

    /// With all that pictures drawn by these options need: the laws of the modes along the run, and the noise of two modes.
    #[must_use]
    pub fn prepared(mut self, plots: &[PlotId], options: &Options) -> Self {
        if plots.contains(&PlotId::Plane) {
            self.network = self.known_network(options.pair);
        }
        if plots.contains(&PlotId::Matrix) && self.at_events.is_empty() {
            self.at_events = at_events(self.recording);
        }
        let wants_densities =
            options.density || plots.contains(&PlotId::Density) || plots.contains(&PlotId::Times);
        if wants_densities && self.densities.modes().is_empty() {
            self.densities = self.densities();
        }
        self
    }

    fn known_network(&self, pair: (usize, usize)) -> NetworkState {
        network_of(self.recording, self.end, &self.known().live(), pair)
    }

    /// The laws of the modes up to the end of the run.
    fn densities(&self) -> Densities {
        let recording = self.recording;
        let mut densities = recording.densities();
        densities.advance_to(recording.experiment(), &recording.course(), self.end.time, || {
            true
        });
        densities
    }

    /// What is known of the run.
    pub fn known(&self) -> Known<'_> {
        let recording = self.recording;
        let ensemble = |history| KnownEnsemble {
            kind: EnsembleKind::Replicas,
            n_members: recording.session().companions.replicas,
            history,
            statistics: None,
            members: self.members.as_ref(),
        };
        Known {
            run: 0,
            goes_on: false,
            diverged: recording
                .session()
                .end
                .diverged
                .then(|| recording.session().end.step),
            experiment: recording.experiment(),
            teacher: recording.risk().teacher().strengths(),
            schema: recording.schema(),
            interventions: recording.interventions(),
            modes: recording.mode_events(),
            pairs: recording.pair_events(),
            now: self.end,
            rows_apart: self.rows_apart,
            trajectories: vec![KnownTrajectory {
                dynamics: recording.experiment().dynamics(),
                history: &self.history,
                statistics: Some(&self.statistics),
            }],
            ensembles: self.replicas.iter().map(ensemble).collect(),
            kept: Vec::new(),
            theory: &self.theory,
            laws: self.laws.clone(),
            network: Some(&self.network),
            at_events: &self.at_events,
            densities: Some(&self.densities),
        }
    }
}

/// The network at the start, at the noise peaks and where modes are learned, found by doing the run of a recording again; of one that
/// would take too long, only at the start.
fn at_events(recording: &Recording) -> Vec<(String, NetworkState)> {
    /// Multiplications, and what a step costs besides, that take some seconds.
    const MOST: u64 = 4_000_000_000;
    const PER_STEP: u64 = 1000;
    let session = recording.session();
    let mut moments: Vec<(u64, String)> = vec![(0, "start".to_owned())];
    let last = recording
        .mode_events()
        .iter()
        .filter_map(|events| events.learned.or(events.peak_moment()))
        .map(|moment| moment.step)
        .max();
    let experiment = &session.experiment;
    let n_weights = recording.initial_network().n_parameters() as u64;
    let of_samples = experiment
        .live
        .batch_size
        .saturating_mul((experiment.network.d_in + experiment.network.d_out) as u64);
    let per_step =
        PER_STEP + (3 * n_weights).saturating_mul(u64::from(experiment.langevin.substeps)) + of_samples;
    if last.is_some_and(|last| last.saturating_mul(per_step) <= MOST) {
        for (mode, events) in recording
            .mode_events()
            .iter()
            .enumerate()
            .take(MOST_MODES_AT_EVENTS)
        {
            let peak = events
                .peak_moment()
                .map(|peak| (peak.step, format!("mode {} peaks", mode + 1)));
            let learned = events
                .learned
                .map(|at| (at.step, format!("mode {} learned", mode + 1)));
            moments.extend(peak.into_iter().chain(learned));
        }
    }
    moments.sort();
    let Ok(mut simulation) = Simulation::new(&session.experiment) else {
        return Vec::new();
    };
    let mut states = Vec::new();
    for (step, what) in moments {
        while simulation.step() < step {
            let next = session.script.next_after(simulation.step()).unwrap_or(u64::MAX);
            if let Some(live) = session.script.at(simulation.step()) {
                // It was allowed when it was made.
                let _valid = simulation.set_live(live);
            }
            if simulation.advance_to(next.min(step)) != StepOutcome::Advanced {
                return states;
            }
        }
        states.push((what, NetworkState::of(&mut simulation, (0, 1))));
    }
    states
}

/// The network at the end of a recording, with the dynamics of two of its modes.
fn network_of(recording: &Recording, end: Moment, live: &LiveParams, pair: (usize, usize)) -> NetworkState {
    let (network, risk) = (recording.last_network().clone(), recording.risk());
    let last = recording.schema().rank().saturating_sub(1);
    let pair = (pair.0.min(last), pair.1.min(last));
    let mut observer = Observer::new(&network, risk.clone(), recording.experiment().data.sampling);
    NetworkState {
        step: end.step,
        time: end.time,
        dynamics: observer.observe_pair(&network, live, pair),
        teacher: Arc::clone(risk.teacher()),
        network,
        pair,
    }
}

/// Stationary laws at the last parameters, where they cover the run.
fn laws(known: &Known<'_>) -> SettledLaws {
    let (experiment, live) = (known.experiment, known.live());
    let network = NetworkLaw::new(experiment, &live).map(Arc::new);
    let of_mode = |mode| {
        let law = known.mode_law(mode, &live);
        Prediction::new(experiment, law, network.clone(), mode, &live).map(Arc::new)
    };
    SettledLaws {
        modes: (0..known.rank()).map(of_mode).collect(),
        stored: StoredNoise::new(experiment, &live).map(Arc::new),
    }
}

/// The replicas' distributions beside the rows, with step and time as an ensemble's rows have them.
fn replicas(recording: &Recording) -> Option<History> {
    if recording.replica_rows().len() == 0 {
        return None;
    }
    let mut history = History::new(Ensemble::n_columns(recording.schema().rank()), BUDGET_BYTES / 2);
    let mut joined = Vec::new();
    for (row, statistics) in recording.rows().zip(recording.replica_rows()) {
        joined.clear();
        joined.extend([row[Schema::STEP], row[Schema::TIME]]);
        joined.extend(statistics);
        history.extend(&joined);
    }
    Some(history)
}

/// How the rows are spaced, where not every step has one.
fn rows_apart(recording: &Recording) -> Option<RowsApart> {
    let steps = || recording.column(Schema::STEP).map(|step| step as u64);
    let gaps = || steps().zip(steps().skip(1)).map(|(a, b)| b - a);
    let widest = gaps().max().filter(|&widest| widest > 1)?;
    // The last row stands where the run ended, wherever that is.
    let n_gaps = steps().len().saturating_sub(1);
    let is_even = gaps().take(n_gaps.saturating_sub(1)).all(|gap| gap == widest);
    Some(RowsApart { widest, is_even })
}

/// The statistics that a live run keeps, from the rows.
fn statistics(recording: &Recording, rows_apart: Option<RowsApart>) -> StationaryStatistics {
    let experiment = recording.experiment();
    let schema = recording.schema();
    let stride = rows_apart.map_or(1, |apart| apart.widest);
    let mut statistics = StationaryStatistics::with_stride(stride, experiment);
    let mut changes = recording.interventions().iter().peekable();
    for row in recording.rows() {
        let step = row[Schema::STEP] as u64;
        while let Some(change) = changes.next_if(|change| change.step < step) {
            // Of a scheduled run the rows know what is in force.
            if experiment.schedule.is_empty() {
                statistics.restart(change.step, &change.live);
            }
        }
        if let Some(live) = schema.read_live(|column| row[column]) {
            statistics.follow(step, &live);
        }
        statistics.push(
            step,
            &row[schema.columns(Quantity::Strength)],
            &row[schema.columns(Quantity::Curvature)],
        );
    }
    statistics
}
