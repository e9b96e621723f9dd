//! When a caption is shown: at a step, or when something happens in the run.

use serde::Deserialize;

use super::Lesson;
use crate::observables::events::{Event, EventKind};

/// Something that happens in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptionEvent {
    /// The peak of the diffusion of mode `mode` is confirmed.
    Peak,
    /// Mode `mode` is 95 % learned.
    Learned,
    /// A plateau begins; with `n_learned`, that with so many modes learned.
    Plateau,
    /// A plateau ends; with `n_learned`, that with so many modes learned.
    PlateauLeft,
    /// A live parameter changes.
    Change,
    /// Training diverges.
    Diverged,
}

/// When a caption is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptionTime {
    /// From this step on.
    Step(u64),
    /// From the first event of this kind on.
    Event {
        /// What happens.
        event: CaptionEvent,
        /// The mode it happens to, from 0; `None` for any.
        mode: Option<usize>,
        /// Number of learned modes at a plateau; `None` for any.
        n_learned: Option<usize>,
    },
}

/// One sentence or two, and when they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// When.
    pub at: CaptionTime,
    /// What is said.
    pub text: String,
}

impl CaptionTime {
    /// The step from which on the caption is due in a run at `step` with these events, if it is by now.
    pub fn reached<'a>(&self, step: u64, events: impl IntoIterator<Item = &'a Event>) -> Option<u64> {
        match *self {
            Self::Step(at) => (at <= step).then_some(at),
            Self::Event {
                event,
                mode,
                n_learned,
            } => {
                let seen = events.into_iter().find(|seen| {
                    happened(event, &seen.kind, n_learned) && (mode.is_none() || seen.kind.mode() == mode)
                });
                seen.map(|seen| seen.step).filter(|&at| at <= step)
            }
        }
    }
}

fn happened(event: CaptionEvent, kind: &EventKind, n_learned: Option<usize>) -> bool {
    let as_asked = |n: usize| n_learned.is_none_or(|asked| asked == n);
    match *kind {
        EventKind::PeakConfirmed { .. } => event == CaptionEvent::Peak,
        EventKind::Learned { .. } => event == CaptionEvent::Learned,
        EventKind::PlateauEntered { n_learned } => event == CaptionEvent::Plateau && as_asked(n_learned),
        EventKind::PlateauLeft { n_learned } => event == CaptionEvent::PlateauLeft && as_asked(n_learned),
        EventKind::ParameterChanged { .. } => event == CaptionEvent::Change,
        EventKind::Diverged => event == CaptionEvent::Diverged,
        EventKind::PeakProvisional { .. } | EventKind::PeakWithdrawn { .. } => false,
    }
}

impl Lesson {
    /// Number of the caption to be shown in a run at `step` with these events: of those due, the one that became so last.
    pub fn caption_at<'a, E>(&self, step: u64, events: &'a E) -> Option<usize>
    where
        E: ?Sized,
        &'a E: IntoIterator<Item = &'a Event>,
    {
        let due = self.captions.iter().enumerate().filter_map(|(i, caption)| {
            let since = caption.at.reached(step, events)?;
            Some((since, i))
        });
        due.max().map(|(_, i)| i)
    }
}
