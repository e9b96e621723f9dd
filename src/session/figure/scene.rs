//! What every panel over time is drawn from: the readable rows of a recording, laid on the time axis.

use std::ops::Range;

use super::curve::{Curve, Frame, Scale, Stroke};
use super::theme::Theme;
use super::{FigureOptions, TimeAxis};
use crate::observables::{Quantity, Schema};
use crate::session::Recording;
use crate::theory::plateau_levels;
use plotters::style::RGBColor;

/// Modes drawn; more could not be told apart.
pub(super) const MAX_MODES: usize = 8;
/// Excess loss, in multiples of that at the start or at the first saddle, beyond which a run is not drawn.
const MOST_EXCESS: f64 = 100.0;

/// A recording on a time axis.
pub(super) struct Scene<'a> {
    pub(super) recording: &'a Recording,
    pub(super) options: &'a FigureOptions,
    pub(super) theme: Theme,
    /// Place of every readable row on the time axis; NaN where it has none.
    pub(super) places: Vec<f64>,
    pub(super) x_scale: Scale,
    /// Never empty.
    pub(super) x_range: Range<f64>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(recording: &'a Recording, options: &'a FigureOptions) -> Self {
        let x_scale = if options.x_log { Scale::Log } else { Scale::Linear };
        let column = match options.time_axis {
            TimeAxis::Time => Schema::TIME,
            TimeAxis::Steps => Schema::STEP,
        };
        let places: Vec<f64> = recording
            .column(column)
            .take(n_readable_rows(recording))
            .map(|time| x_scale.place(time).unwrap_or(f64::NAN))
            .collect();
        let mut placed = places.iter().copied().filter(|place| place.is_finite());
        let start = placed.next().unwrap_or(0.0);
        let end = placed.next_back().unwrap_or(start);
        Self {
            recording,
            options,
            theme: Theme::new(options.ground),
            x_scale,
            x_range: start..if end > start { end } else { start + 1.0 },
            places,
        }
    }

    /// Number of modes drawn.
    pub(super) fn n_modes(&self) -> usize {
        self.recording.schema().rank().min(MAX_MODES)
    }

    /// Title of the time axis.
    pub(super) fn x_title(&self) -> &'static str {
        match self.options.time_axis {
            TimeAxis::Time => "time t = sum of η over steps",
            TimeAxis::Steps => "steps",
        }
    }

    /// The scale asked for, or the panel's own.
    pub(super) fn y_scale(&self, own: Scale) -> Scale {
        match self.options.y_log {
            None => own,
            Some(true) => Scale::Log,
            Some(false) => Scale::Linear,
        }
    }

    /// Place of a moment on the time axis, if it is on it.
    pub(super) fn place(&self, step: u64, time: f64) -> Option<f64> {
        let value = match self.options.time_axis {
            TimeAxis::Time => time,
            TimeAxis::Steps => step as f64,
        };
        let place = self.x_scale.place(value)?;
        (self.x_range.start..=self.x_range.end)
            .contains(&place)
            .then_some(place)
    }

    /// The values of a column in the readable rows.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = f64> {
        self.recording.column(column).take(self.places.len())
    }

    /// The frame of per-mode curves.
    pub(super) fn frame(&self, quantities: &[Quantity], scale: Scale) -> Frame<'_> {
        let schema = self.recording.schema();
        let columns = quantities.iter().flat_map(|quantity| schema.columns(*quantity));
        let values = columns.flat_map(|column| self.column(column));
        Frame::new(&self.places, self.x_range.clone(), scale, self.n_modes(), values)
    }

    /// One curve a mode.
    pub(super) fn per_mode<'s>(
        &'s self,
        frame: &'s Frame<'s>,
        quantity: Quantity,
        style: impl Fn(usize) -> (RGBColor, u32, Stroke) + 's,
    ) -> impl Iterator<Item = Curve> + 's {
        let schema = self.recording.schema();
        (0..self.n_modes()).map(move |mode| {
            let (colour, width, stroke) = style(mode);
            let values = self.column(schema.column(quantity, mode));
            Curve::new(frame, values, colour, width, stroke)
        })
    }
}

/// Rows up to where the excess loss of a diverging run leaves every scale on which something else could be seen.
fn n_readable_rows(recording: &Recording) -> usize {
    let start = recording.column(Schema::EXCESS_LOSS).next().unwrap_or(0.0);
    let saddle = plateau_levels(recording.risk().teacher().strengths())
        .first()
        .copied()
        .unwrap_or(0.0);
    let most = MOST_EXCESS * start.max(saddle);
    recording
        .column(Schema::EXCESS_LOSS)
        .take_while(|excess| *excess <= most)
        .count()
}
