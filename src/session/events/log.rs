//! Reads the events of a run from its rows: the detector is fed with rows and changes of parameters in the order of the run.

use super::{RecordedEvent, RunEvents};
use crate::observables::events::{Event, EventDetector, EventKind};
use crate::observables::{Quantity, Schema};
use crate::simulation::{Intervention, Simulation};

/// The events of `rows` (one after the other, at least one, finite), which were observed of a run like `simulation` from its start
/// or later, of its `interventions`, and of the divergence (step and time) that ended it. A change of parameters counts from the row after it; those made before the
/// first row was observed, from that row on.
pub(in crate::session) fn events_of(
    simulation: &Simulation,
    interventions: &[Intervention],
    rows: &[f64],
    divergence: Option<(u64, f64)>,
) -> RunEvents {
    let schema = simulation.schema();
    let mut log = Log {
        detector: simulation.event_detector(),
        schema,
        n_seen: 0,
        events: Vec::new(),
    };
    let mut changes = interventions.iter().peekable();
    for (i, row) in rows.chunks_exact(schema.n_columns()).enumerate() {
        let step = row[Schema::STEP] as u64;
        while let Some(change) =
            changes.next_if(|change| change.step < step || (i == 0 && change.step == step))
        {
            log.detector.set_live(change.step, change.time, change.live);
        }
        log.detector.observe(row);
        log.take_in(row);
    }
    for change in changes {
        log.detector.set_live(change.step, change.time, change.live);
    }
    if let Some((step, time)) = divergence {
        log.detector.diverge(step, time);
    }
    log.take_in(&[]);
    log.events.sort_by_key(|event| event.step);
    RunEvents {
        modes: log.detector.modes().collect(),
        pairs: log.detector.pairs(),
        all: log.events,
    }
}

/// Takes the detector's events over as they come, because the detector keeps the newest ones only.
struct Log {
    detector: EventDetector,
    schema: Schema,
    n_seen: u64,
    events: Vec<RecordedEvent>,
}

impl Log {
    /// Takes over what the detector has seen in `row`.
    fn take_in(&mut self, row: &[f64]) {
        for event in self.detector.events_from(self.n_seen) {
            if let EventKind::PeakWithdrawn { mode } = event.kind {
                let is_taken_back = |kind: EventKind| matches!(kind, EventKind::PeakConfirmed { mode: other, .. } if other == mode);
                self.events.retain(|event| !is_taken_back(event.kind));
            }
            self.events.extend(self.recorded(event, row));
        }
        self.n_seen = self.detector.n_events();
    }

    fn recorded(&self, event: &Event, row: &[f64]) -> Option<RecordedEvent> {
        RecordedEvent::code(&event.kind)?;
        let mut recorded = RecordedEvent {
            step: event.step,
            time: event.time,
            kind: event.kind,
            value: None,
            lead: None,
        };
        match event.kind {
            EventKind::PeakConfirmed { peak, .. } => {
                (recorded.step, recorded.time) = (peak.step, peak.time);
                recorded.value = Some(peak.strength);
            }
            EventKind::Learned { mode } => {
                recorded.value = row.get(self.schema.column(Quantity::Strength, mode)).copied();
                recorded.lead = self.detector.modes().nth(mode).and_then(|mode| mode.lead());
            }
            EventKind::PlateauEntered { n_learned } | EventKind::PlateauLeft { n_learned } => {
                recorded.value = Some(n_learned as f64);
            }
            EventKind::PeakProvisional { .. }
            | EventKind::PeakWithdrawn { .. }
            | EventKind::ParameterChanged { .. }
            | EventKind::Diverged => {}
        }
        Some(recorded)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    fn simulation() -> Simulation {
        let mut experiment = Experiment::default();
        experiment.teacher.strengths = vec![1.0];
        Simulation::new(&experiment).unwrap()
    }

    /// Rows of one mode with the given strengths and diffusions, a step apart.
    fn rows_of(simulation: &Simulation, values: &[(f64, f64)]) -> Vec<f64> {
        let schema = simulation.schema();
        let mut rows = vec![0.0; values.len() * schema.n_columns()];
        for (step, (row, value)) in rows.chunks_exact_mut(schema.n_columns()).zip(values).enumerate() {
            row[Schema::STEP] = step as f64;
            row[Schema::TIME] = step as f64 * 0.005;
            row[schema.column(Quantity::Strength, 0)] = value.0;
            row[schema.column(Quantity::Diffusion, 0)] = value.1;
        }
        rows
    }

    fn told(events: &[RecordedEvent]) -> Vec<(u64, &'static str)> {
        events
            .iter()
            .map(|event| (event.step, event.kind.name()))
            .collect()
    }

    #[test]
    fn a_peak_that_gives_way_to_a_larger_one_leaves_no_row() {
        let simulation = simulation();
        let start = [(0.01, 0.1), (0.3, 1.0), (0.35, 0.5)];
        let rest = [(0.6, 2.0), (0.9, 0.2), (0.96, 0.1)];
        let first = rows_of(&simulation, &start);
        let all = rows_of(&simulation, &[&start[..], &rest].concat());
        let plateaus = [(0, "plateau_entered"), (1, "plateau_left")];
        let expected = [&plateaus[..], &[(1, "peak_confirmed")]].concat();
        assert_eq!(told(&events_of(&simulation, &[], &first, None).all), expected);
        let RunEvents {
            all: events, modes, ..
        } = events_of(&simulation, &[], &all, None);
        let later = [(3, "peak_confirmed"), (4, "plateau_entered"), (5, "learned")];
        assert_eq!(told(&events), [&plateaus[..], &later].concat());
        let learned = events[4];
        assert_eq!((learned.value, learned.lead.unwrap().steps), (Some(0.96), 2));
        assert_eq!(events[2].value, Some(0.6));
        let ends = (
            modes[0].peak.map(|peak| peak.step),
            modes[0].learned.map(|moment| moment.step),
        );
        assert_eq!(ends, (Some(3), Some(5)));
    }

    #[test]
    fn changes_of_parameters_stand_where_they_were_made() {
        let mut simulation = simulation();
        let mut live = *simulation.live();
        for (step, learning_rate) in [(0, 0.01), (2, 0.02), (3, 0.03)] {
            assert_eq!(
                simulation.advance_to(step),
                crate::simulation::StepOutcome::Advanced
            );
            live.learning_rate = learning_rate;
            simulation.set_live(live).unwrap();
        }
        let rows = rows_of(&simulation, &[(0.01, 0.1); 4]);
        let events = events_of(&simulation, simulation.interventions(), &rows, None).all;
        let expected = [
            (0, "parameter_changed"),
            (0, "plateau_entered"),
            (2, "parameter_changed"),
            (3, "parameter_changed"),
        ];
        assert_eq!(told(&events), expected);
        let last = EventKind::ParameterChanged { live };
        assert_eq!((events[3].kind, events[3].value), (last, None));
    }

    #[test]
    fn no_event_is_lost_however_many_there_are() {
        let simulation = simulation();
        let n = 2 * EventDetector::CAPACITY;
        let rows = rows_of(&simulation, &[(0.0, 0.1), (0.5, 0.1)].repeat(n));
        let events = events_of(&simulation, simulation.interventions(), &rows, None).all;
        let plateaus = events
            .iter()
            .filter(|event| event.kind.name().starts_with("plateau"));
        assert_eq!(plateaus.count(), 2 * n);
    }
}
