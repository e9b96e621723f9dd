//! The strip of events: one row a mode, with a bracket from the peak of its diffusion to the moment it is 95 % learned, and by
//! how many steps the peak leads. A mode without a peak has an empty row.
//!
//! What is known of a mode comes from rows, so it is as exact as they are close: the title tells where steps lie between them.

use super::axis::Axis;
use super::drawing::{Drawing, OverTime};
use super::pen::Role;
use super::picture::{Bracket, Picture, Row, Shape};
use super::plot_id::PlotId;
use super::scale::Scale;
use crate::format::grouped;

/// Rows at most: the modes learned first.
pub const MOST_ROWS: usize = 8;

/// Rows of the strip for so many modes.
pub fn n_rows(rank: usize) -> usize {
    rank.clamp(1, MOST_ROWS)
}

/// Height of a row in lines: brackets of kept runs stand below that of the run and its text.
pub fn lines_of_row(has_kept_runs: bool) -> f64 {
    if has_kept_runs { 1.6 } else { 1.0 }
}

/// Where in a row the bracket of the run stands, and where those of kept runs, as shares of its height from the top.
pub fn places_in_row(picture: &Picture) -> (f64, f64) {
    if picture.rows.iter().all(|row| row.kept.is_empty()) {
        (0.5, 0.5)
    } else {
        (0.35, 0.8)
    }
}

/// Draws the strip of events.
pub fn events(drawing: &mut Drawing<'_>) -> Picture {
    let mut plot = OverTime::new(drawing, PlotId::Events);
    let (known, time) = (plot.known, plot.options.time);
    let now = time.place(known.now.step, known.now.time);
    let rank = known.rank();
    for mode in 0..n_rows(rank).min(rank) {
        let events = plot.options.events(known).get(mode).copied().unwrap_or_default();
        let bracket = events.peak.map(|peak| {
            let left = time.place(peak.step, peak.time);
            let learned = events
                .learned
                .map(|learned| time.place(learned.step, learned.time));
            Bracket {
                left,
                right: learned.unwrap_or(now).max(left),
                peak: if peak.confirmed {
                    Shape::Peak
                } else {
                    Shape::PeakSoFar
                },
                is_closed: learned.is_some(),
                texts: events.bracket_texts(mode),
            }
        });
        let kept = known.kept.iter().filter_map(|kept| {
            let events = kept.modes.get(mode)?;
            let left = kept.place(time, events.peak_moment()?);
            let learned = events.learned.map(|learned| kept.place(time, learned));
            Some(Bracket {
                left,
                right: learned.unwrap_or(left).max(left),
                peak: Shape::Peak,
                is_closed: learned.is_some(),
                texts: Default::default(),
            })
        });
        let kept = if plot.options.perspective.is_own() {
            Vec::new()
        } else {
            kept.collect()
        };
        let row = Row {
            kept,
            pen: plot.pen(Role::Run, mode),
            label: if plot.options.perspective.is_own() {
                format!("pair {}", mode + 1)
            } else {
                format!("mode {}", mode + 1)
            },
            bracket,
        };
        plot.picture.rows.push(row);
    }
    plot.uprights(false);
    let mut picture = plot.finish();
    let n_rows = picture.rows.len() as f64;
    picture.y = Axis::new("", Scale::Linear, (0.0, n_rows), 0);
    if let Some(apart) = known.rows_apart {
        let about = if apart.is_even { "" } else { "up to " };
        let widest = grouped(apart.widest);
        picture.title = format!("{}, in rows {about}{widest} steps apart", picture.title);
    }
    if rank > MOST_ROWS {
        picture.title = format!("{}; the first {MOST_ROWS} of {rank} modes", picture.title);
    }
    picture
}
