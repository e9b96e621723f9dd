//! Events of a recorded run as rows of a table and arrays of an archive.
//!
//! The events are those an [`EventDetector`](crate::observables::events::EventDetector) sees in the recorded rows, so they are
//! as exact as the rows are close. What the detector takes back is left out: the peak of a mode is the one that stands at the
//! end of the run, and its step and time are those of the largest diffusion, not of its confirmation.

mod log;

use std::io::{self, Write};

use super::csv_error::io_error;
use crate::observables::events::{EventKind, Lead, ModeEvents};

pub(super) use log::events_of;

/// Columns of the table of events.
const COLUMNS: [&str; 7] = ["step", "time", "kind", "mode", "value", "lead", "lead_predicted"];

/// What the rows of a run show.
#[derive(Clone, Debug)]
pub(in crate::session) struct RunEvents {
    /// Every event, by step.
    pub(in crate::session) all: Vec<RecordedEvent>,
    /// What is known of every mode at the end, a peak that is not confirmed yet included.
    pub(in crate::session) modes: Vec<ModeEvents>,
    /// The same of the student's own pairs, told without the teacher.
    pub(in crate::session) pairs: Vec<ModeEvents>,
}

/// One event of a recorded run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordedEvent {
    /// Step of the row it was seen in; of a peak, step of the peak itself.
    pub step: u64,
    /// Training time of that row.
    pub time: f64,
    /// What happened. No maximum is told while it is provisional, and none that was withdrawn.
    pub kind: EventKind,
    /// Mode strength at a peak and when learned; number of learned modes of a plateau; `None` for the others.
    pub value: Option<f64>,
    /// Of a mode that was learned after its peak: by how much.
    pub lead: Option<Lead>,
}

impl RecordedEvent {
    /// The kind's number in arrays, from 1; `None` for kinds that are not recorded.
    pub fn code(kind: &EventKind) -> Option<u8> {
        match kind {
            EventKind::PeakProvisional { .. } | EventKind::PeakWithdrawn { .. } => None,
            EventKind::PeakConfirmed { .. } => Some(1),
            EventKind::Learned { .. } => Some(2),
            EventKind::PlateauEntered { .. } => Some(3),
            EventKind::PlateauLeft { .. } => Some(4),
            EventKind::ParameterChanged { .. } => Some(5),
            EventKind::Diverged => Some(6),
        }
    }

    /// Arrays of the events by name: `event_step`, `event_time`, `event_kind`, `event_mode` (from 1, 0 for none),
    /// `event_value`, `event_lead`, `event_lead_predicted` (in steps), NaN where there is nothing to tell.
    pub(super) fn arrays(events: &[Self]) -> [(&'static str, Vec<f64>); 7] {
        let column = |value: fn(&Self) -> f64| events.iter().map(value).collect();
        [
            ("event_step", column(|event| event.step as f64)),
            ("event_time", column(|event| event.time)),
            (
                "event_kind",
                column(|event| Self::code(&event.kind).map_or(f64::NAN, f64::from)),
            ),
            (
                "event_mode",
                column(|event| event.kind.mode().map_or(0.0, |mode| (mode + 1) as f64)),
            ),
            ("event_value", column(|event| event.value.unwrap_or(f64::NAN))),
            (
                "event_lead",
                column(|event| event.lead.map_or(f64::NAN, |lead| lead.steps as f64)),
            ),
            (
                "event_lead_predicted",
                column(|event| event.lead_predicted().unwrap_or(f64::NAN)),
            ),
        ]
    }

    /// The predicted lead in steps.
    fn lead_predicted(&self) -> Option<f64> {
        self.lead.as_ref().and_then(Lead::steps_predicted)
    }
}

/// Writes events as CSV: `step,time,kind,mode,value,lead,lead_predicted`, oldest first, modes counted from 1, leads in steps;
/// a field is empty where there is nothing to tell.
///
/// # Errors
/// What `writer` answers.
pub fn write_events_csv(events: &[RecordedEvent], writer: impl Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(writer);
    table.write_record(COLUMNS).map_err(io_error)?;
    for event in events {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:?}"));
        let fields = [
            event.step.to_string(),
            format!("{:?}", event.time),
            event.kind.name().to_owned(),
            event
                .kind
                .mode()
                .map_or_else(String::new, |mode| (mode + 1).to_string()),
            number(event.value),
            event.lead.map_or_else(String::new, |lead| lead.steps.to_string()),
            number(event.lead_predicted()),
        ];
        table.write_record(fields).map_err(io_error)?;
    }
    table.flush()
}
