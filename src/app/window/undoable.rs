//! What undo takes back and redo makes again.

use super::Window;
use crate::app::draft::Draft;
use crate::app::plots;
use crate::app::transport::SpeedSetting;
use crate::app::view::{Alignment, Shown, Span, TimeScale, View};
use crate::dynamics::LiveParams;
use crate::worker::Command;

/// Every setting that undo knows, as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Undoable {
    draft: Draft,
    live: LiveParams,
    speed: SpeedSetting,
    shown: Shown,
    time: TimeScale,
    span: Span,
    solo: Option<usize>,
    smoothing: f64,
    log_histograms: bool,
    /// By plot, in the order of their names.
    scales: Vec<(&'static str, plots::Scale)>,
    alignment: Alignment,
}

impl Undoable {
    pub(super) fn new(draft: &Draft, live: LiveParams, speed: SpeedSetting, view: &View) -> Self {
        let mut scales: Vec<_> = view.scales.iter().map(|(&id, &scale)| (id, scale)).collect();
        scales.sort_unstable_by_key(|&(id, _)| id);
        Self {
            draft: draft.clone(),
            live,
            speed,
            shown: view.shown,
            time: view.time,
            span: view.span,
            solo: view.solo,
            smoothing: view.smoothing,
            log_histograms: view.log_histograms,
            scales,
            alignment: view.alignment,
        }
    }
}

impl Window {
    /// Takes over settings as they were or will be again.
    pub(super) fn restore(&mut self, settings: Undoable) {
        if settings.live != self.live {
            self.set_live(settings.live);
        }
        if settings.speed != self.speed {
            self.speed = settings.speed;
            self.send(Command::SetSpeed(self.speed.speed()));
        }
        self.draft = settings.draft;
        self.view.shown = settings.shown;
        self.view.set_time(settings.time);
        self.view.span = settings.span;
        self.view.solo = settings.solo;
        self.view.smoothing = settings.smoothing;
        self.view.log_histograms = settings.log_histograms;
        self.view.alignment = settings.alignment;
        self.view.scales = settings.scales.into_iter().collect();
        self.view.vertical.clear();
    }
}
