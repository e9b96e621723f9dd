//! Kept runs, "kept_runs": what is drawn of a run after it has been given up, to compare the present one with.

use eframe::egui::{self, RichText, Ui};

use super::run_data::RunData;
use super::style;
use super::view::{Alignment, Moment, TimeAxis, View};
use crate::experiment::Experiment;
use crate::history::History;
use crate::observables::events::ModeEvents;
use crate::observables::{Quantity, Schema};
use crate::simulation::{Schedule, Simulation, StepOutcome};

/// Kept runs at most; the oldest gives way.
pub(super) const MAX_GHOSTS: usize = 8;
/// Buckets of a kept run's history.
const MAX_BUCKETS: usize = 8192;
/// Memory for the rows of a run being computed.
const BUDGET_BYTES: usize = 16 << 20;
/// Columns before those of the modes: step, time and excess loss.
const N_SCALARS: usize = 3;

/// A kept run.
#[derive(Clone, Debug)]
pub(crate) struct KeptRun {
    /// Number of the run, and of its pictures.
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) is_shown: bool,
    /// As it was started, with the live parameters it had in the end.
    pub(super) experiment: Experiment,
    /// Step, time, excess loss; then the strength and then the diffusion of every mode.
    pub(crate) history: History,
    rank: usize,
    /// Where the diffusion of each mode was largest.
    peaks: Vec<Option<Moment>>,
}

impl KeptRun {
    /// The present run's first trajectory as it is now.
    pub(super) fn of(run: &RunData, label: String) -> Option<Self> {
        let history = &run.trajectories.first()?.history;
        let mut experiment = run.experiment.clone();
        experiment.live = run.live;
        Some(Self::new(
            run.run,
            label,
            experiment,
            run.schema,
            history,
            &run.events.modes,
        ))
    }

    fn new(
        id: u64,
        label: String,
        experiment: Experiment,
        schema: Schema,
        history: &History,
        modes: &[ModeEvents],
    ) -> Self {
        let rank = schema.rank();
        let of_modes = |quantity| (0..rank).map(move |mode| schema.column(quantity, mode));
        let columns: Vec<usize> = [Schema::STEP, Schema::TIME, Schema::EXCESS_LOSS]
            .into_iter()
            .chain(of_modes(Quantity::Strength))
            .chain(of_modes(Quantity::Diffusion))
            .collect();
        let peak = |events: &ModeEvents| {
            events.peak.map(|peak| Moment {
                step: peak.step,
                time: peak.time,
            })
        };
        Self {
            id,
            label,
            is_shown: true,
            experiment,
            history: history.digest(&columns, MAX_BUCKETS),
            rank,
            peaks: modes.iter().map(peak).collect(),
        }
    }

    /// A run of its own, computed to `end_step`; `None` where its experiment cannot be set up.
    pub(super) fn compute(experiment: &Experiment, label: String, end_step: u64) -> Option<Self> {
        /// Numbers of computed runs lie above those of all others.
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1 << 62);
        let mut simulation = Simulation::new(experiment).ok()?;
        let schema = simulation.schema();
        let mut history = History::new(schema.n_columns(), BUDGET_BYTES);
        let mut detector = simulation.event_detector();
        let mut row = Vec::new();
        loop {
            row.clear();
            simulation.observe(&mut row);
            if row.iter().any(|value| !value.is_finite()) {
                break;
            }
            history.extend(&row);
            detector.observe(&row);
            if simulation.step() >= end_step {
                break;
            }
            let next = Schedule::DenseFirst.next_after(simulation.step()).min(end_step);
            match simulation.advance_to(next) {
                StepOutcome::Advanced => {}
                StepOutcome::Diverged(_) => break,
            }
        }
        let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let modes: Vec<_> = detector.modes().collect();
        Some(Self::new(id, label, experiment.clone(), schema, &history, &modes))
    }

    /// Column of a per-mode quantity, if this run has the mode and keeps the quantity.
    pub(crate) fn column(&self, quantity: Quantity, mode: usize) -> Option<usize> {
        let block = match quantity {
            Quantity::Strength => 0,
            Quantity::Diffusion => 1,
            Quantity::SingularValue | Quantity::Drift | Quantity::DiffusionLaw | Quantity::Alignment => {
                return None;
            }
        };
        (mode < self.rank).then_some(N_SCALARS + block * self.rank + mode)
    }

    /// Column of the excess loss.
    #[expect(clippy::unused_self, reason = "every kept run has the same columns in front")]
    pub(crate) fn loss_column(&self) -> usize {
        N_SCALARS - 1
    }

    /// How far the run is moved along the axis to lie over the present one; not at all where a peak is not known.
    pub(crate) fn shift(&self, run: &RunData, alignment: Alignment, axis: TimeAxis) -> f64 {
        let Alignment::Peak(mode) = alignment else {
            return 0.0;
        };
        let theirs = self.peaks.get(mode).copied().flatten();
        let ours = run.events.modes.get(mode).and_then(|events| events.peak);
        match (theirs, ours, axis) {
            (Some(theirs), Some(ours), TimeAxis::Time) => ours.time - theirs.time,
            (Some(theirs), Some(ours), TimeAxis::Step) => ours.step as f64 - theirs.step as f64,
            (None, _, _) | (_, None, _) => 0.0,
        }
    }
}

/// Keeps the present run beside those kept before.
pub(super) fn keep(kept_runs: &mut Vec<KeptRun>, run: &RunData, label: String) {
    let Some(kept_run) = KeptRun::of(run, label) else {
        return;
    };
    kept_runs.retain(|kept| kept.id != kept_run.id);
    if kept_runs.len() == MAX_GHOSTS {
        kept_runs.remove(0);
    }
    kept_runs.push(kept_run);
}

/// Draws the list: which runs are kept and what tells them from the present one.
pub(super) fn kept_run_list(ui: &mut Ui, kept_runs: &mut Vec<KeptRun>, run: &RunData, view: &mut View) {
    if kept_runs.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.strong("Kept runs")
            .on_hover_text("Drawn at 35 % of the colour of each mode.");
        ui.weak(RichText::new("aligned at").size(11.5));
        let name = |alignment| match alignment {
            Alignment::Start => "t = 0".to_owned(),
            Alignment::Peak(mode) => format!("noise peak {}", mode + 1),
        };
        egui::ComboBox::from_id_salt("alignment of kept runs")
            .selected_text(name(view.alignment))
            .width(96.0)
            .show_ui(ui, |ui| {
                let peaks = (0..run.rank()).map(Alignment::Peak);
                for alignment in std::iter::once(Alignment::Start).chain(peaks) {
                    ui.selectable_value(&mut view.alignment, alignment, name(alignment));
                }
            })
            .response
            .on_hover_text("Common moment at which kept runs are laid over the present one.");
    });
    let mut present = run.experiment.clone();
    present.live = run.live;
    let mut dropped = None;
    for (i, kept_run) in kept_runs.iter_mut().enumerate() {
        ui.horizontal_wrapped(|ui| {
            ui.checkbox(&mut kept_run.is_shown, RichText::new(&kept_run.label).size(12.0))
                .on_hover_text("Show or hide this run.");
            if ui
                .small_button("remove")
                .on_hover_text("Forget this run.")
                .clicked()
            {
                dropped = Some(i);
            }
        });
        let differences = present.differences(&kept_run.experiment);
        let text = if differences.is_empty() {
            "same settings as the present run".to_owned()
        } else {
            let texts = differences.iter().map(ToString::to_string);
            texts.collect::<Vec<_>>().join("; ")
        };
        ui.label(RichText::new(text).size(11.0).color(style::quiet(ui.visuals())));
    }
    if let Some(i) = dropped {
        kept_runs.remove(i);
    }
    ui.separator();
}
