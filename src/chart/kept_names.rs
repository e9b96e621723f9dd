//! Names of kept runs beside their curves.

use super::drawing::OverTime;
use super::picture::{Label, Side};
use super::plot_id::PlotId;
use crate::history::Cell;

impl OverTime<'_, '_> {
    /// Names every kept run at its first curve that is in sight: on its way up or, of the diffusion, at its top; where it is up from the
    /// start, near its end.
    pub(super) fn name_kept_runs(&mut self) {
        let mut named: Vec<&str> = Vec::new();
        let mut labels: Vec<Label> = Vec::new();
        let (low, high) = self.picture.x.range;
        for (i, curve) in self.picture.curves.iter().enumerate() {
            let Some(name) = curve.name.strip_prefix("kept run ") else {
                continue;
            };
            if named.contains(&name) {
                continue;
            }
            let cells = &curve.trace.cells;
            let end = high.min(self.end_of(i));
            let begin = cells.partition_point(|cell| cell.first[0] < low);
            let end = cells.partition_point(|cell| cell.first[0] <= end).max(begin);
            let at = match self.picture.id {
                PlotId::Diffusion => top_of(&cells[begin..end]),
                _ => on_the_way_up(&cells[begin..end], labels.len()),
            };
            if let Some((at, side)) = at {
                named.push(name);
                labels.push(Label {
                    text: name.to_owned(),
                    at,
                    side,
                });
            }
        }
        self.picture.labels.extend(labels);
    }
}

fn top_of(cells: &[Cell]) -> Option<([f64; 2], Side)> {
    let highest = { cells.iter() }
        .filter(|cell| cell.max.is_finite())
        .max_by(|a, b| a.max.total_cmp(&b.max))?;
    Some(([highest.first[0], highest.max], Side::Above))
}

/// Every run at a height of its own, for kept runs often lie on one another.
fn on_the_way_up(cells: &[Cell], n_before: usize) -> Option<([f64; 2], Side)> {
    let top = cells.iter().map(|cell| cell.max).fold(f64::MIN, f64::max);
    let bottom = cells.iter().map(|cell| cell.min).fold(f64::MAX, f64::min);
    let share = 0.35 + 0.14 * (n_before % 5) as f64;
    let on_the_way = { cells.iter() }
        .position(|cell| cell.max >= bottom + share * (top - bottom))
        .filter(|&i| i > cells.len() / 6);
    let (place, side) = match on_the_way {
        Some(i) => (i, Side::Above),
        None => (cells.len() / 4 * 3, Side::Below(0)),
    };
    let cell = cells.get(place).filter(|cell| cell.first[1].is_finite())?;
    Some((cell.first, side))
}
