//! A map: a measure over two parameters, each cell in the colour of its value, hatched where most of its runs did not learn the mode;
//! over it the lines that theory draws, and a dot at the present settings. Nothing is interpolated.

use std::collections::BTreeSet;

use super::axis::Axis;
use super::heat_map::{ColourMap, Hatch, HeatMap};
use super::options::Room;
use super::pen::{Pen, Role};
use super::picture::{Curve, Label, Mark, Picture, Shape, Side, Sign};
use super::plot_id::PlotId;
use super::scale::Scale;

/// Ratio of largest to smallest from which on colours go by the logarithm.
const WIDE: f64 = 30.0;
/// Largest factor about 1 that the colours of a ratio tell apart, and the smallest at their ends.
const RATIOS: (f64, f64) = (1.25, 100.0);
/// Share of a line's points at which its name stands; the next line of its kind has it further on.
const NAMED_AT: f64 = 0.62;
const NEXT_NAMED: f64 = 0.13;
/// Shares of the width and the height of a map that a name may take.
const NAME_WIDTH: f64 = 0.2;
const NAME_HEIGHT: f64 = 0.08;

/// What a map shows.
#[derive(Clone, Debug, PartialEq)]
pub struct MapSheet {
    /// Title above it.
    pub title: String,
    /// The axis across.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// Positions of the edges of columns.
    pub across: Vec<f64>,
    /// Positions of the edges of rows.
    pub upwards: Vec<f64>,
    /// Values row after row from the bottom; no number where there is none.
    pub values: Vec<f64>,
    /// What most runs of each cell did.
    pub hatches: Vec<Option<(Hatch, &'static str)>>,
    /// Title of the colour bar.
    pub measure: String,
    /// How values become colours.
    pub kind: MapColours,
    /// Lines over it.
    pub lines: Vec<MapLine>,
    /// Position of the present settings.
    pub dot: Option<[f64; 2]>,
}

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapColours {
    /// From the least to the greatest, by the logarithm where they are far apart.
    Values,
    /// From 0 to 1.
    Shares,
    /// About 1, by the logarithm.
    Ratios,
}

/// A line over a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapLine {
    /// A few words beside it.
    pub name: String,
    /// What lines of its kind mean.
    pub key: String,
    /// The mode it is of.
    pub mode: Option<usize>,
    /// Whether something is equal along it, and it is no boundary.
    pub is_level: bool,
    /// Positions, the parts of the line one after the other.
    pub parts: Vec<Vec<[f64; 2]>>,
}

/// Draws a map.
pub fn map(sheet: &MapSheet, room: Room) -> Picture {
    let mut picture = Picture::new(PlotId::Map, sheet.x.clone(), sheet.y.clone());
    picture.title.clone_from(&sheet.title);
    let (scale, range, colours) = colours(sheet);
    let values = sheet
        .values
        .iter()
        .map(|&value| scale.place(value).unwrap_or(f64::NAN));
    let bar = Axis::new(sheet.measure.clone(), scale, range, room.ticks_upwards());
    let has_values = sheet.values.iter().any(|value| !value.is_nan());
    picture.heat_map = Some(HeatMap {
        across: sheet.across.clone(),
        upwards: sheet.upwards.clone(),
        values: values.collect(),
        colours,
        range,
        hatches: sheet
            .hatches
            .iter()
            .map(|hatch| hatch.map(|(hatch, _)| hatch))
            .collect(),
        bar: has_values.then_some(bar),
    });
    // Each once, in the order of the kinds, not in that of the cells.
    let distinct: BTreeSet<_> = sheet.hatches.iter().flatten().collect();
    for (hatch, label) in distinct {
        picture.explain(*label, Pen::of(Role::Run), Sign::Hatch(*hatch));
    }
    let is_inside = |[x, y]: [f64; 2]| {
        let inside = |axis: &Axis, place: f64| axis.range.0 <= place && place <= axis.range.1;
        inside(&sheet.x, x) && inside(&sheet.y, y)
    };
    for is_level in [true, false] {
        let lines = sheet.lines.iter().filter(|line| line.is_level == is_level);
        for (number, line) in lines.enumerate() {
            let role = if is_level { Role::Contour } else { Role::Boundary };
            let pen = Pen {
                mode: line.mode.filter(|_| !is_level),
                ..Pen::of(role)
            };
            // What is no number is a gap.
            let points = line.parts.join(&[f64::NAN; 2]);
            // A rim of the ground's colour, so that a line is seen on cells of any colour.
            let rim = Curve::through(points.clone(), line.name.clone(), Pen::of(Role::Rim));
            picture.curves.push(rim);
            picture
                .curves
                .push(Curve::through(points, line.name.clone(), pen));
            let longest = line.parts.iter().max_by_key(|part| part.len());
            let visible = longest.into_iter().flatten().copied().filter(|&at| is_inside(at));
            // A name ends at its point, so it needs room on the left.
            let named: Vec<[f64; 2]> = visible.filter(|at| share(&sheet.x, at[0]) > NAME_WIDTH).collect();
            let place = (NAMED_AT + NEXT_NAMED * number as f64) % 1.0;
            if !line.name.is_empty()
                && let Some(&at) = named.get((place * named.len() as f64) as usize)
            {
                let is_at_top = share(&sheet.y, at[1]) > 1.0 - NAME_HEIGHT;
                picture.labels.push(Label {
                    text: line.name.clone(),
                    at,
                    side: if is_at_top { Side::Below(0) } else { Side::Above },
                });
            }
            picture.explain(line.key.clone(), Pen::of(role), Sign::Line);
        }
    }
    if let Some(at) = sheet.dot {
        picture.marks.push(Mark {
            name: "present settings".to_owned(),
            pen: Pen::of(Role::Run),
            at,
            shape: Shape::Now,
        });
        picture.explain("present settings", Pen::of(Role::Run), Sign::Mark(Shape::Now));
    }
    picture
}

/// How far along an axis a position is, from 0 to 1.
fn share(axis: &Axis, place: f64) -> f64 {
    (place - axis.range.0) / (axis.range.1 - axis.range.0)
}

/// Scale and range of the colour bar, and its colours.
fn colours(sheet: &MapSheet) -> (Scale, (f64, f64), ColourMap) {
    let finite = || sheet.values.iter().copied().filter(|value| value.is_finite());
    let (least, most) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    match sheet.kind {
        MapColours::Shares => (Scale::Linear, (0.0, 1.0), ColourMap::Sequential),
        MapColours::Ratios => {
            let factors = finite()
                .filter(|value| *value > 0.0)
                .map(|value| value.ln().abs().exp());
            let factor = factors.fold(RATIOS.0, f64::max).min(RATIOS.1);
            (
                Scale::Log,
                (-factor.log10(), factor.log10()),
                ColourMap::Diverging,
            )
        }
        MapColours::Values => {
            let scale = if least > 0.0 && most / least > WIDE {
                Scale::Log
            } else {
                Scale::Linear
            };
            let range = if least > most {
                (0.0, 1.0)
            } else {
                let (low, high) = (scale.position(least), scale.position(most));
                // One value has no range of its own.
                if high > low {
                    (low, high)
                } else {
                    (low - 0.5, high + 0.5)
                }
            };
            (scale, range, ColourMap::Sequential)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(hatches: &[Option<(Hatch, &'static str)>]) -> MapSheet {
        let n = hatches.len();
        let edges: Vec<f64> = (0..=n).map(|i| i as f64).collect();
        let axis = |to: f64| Axis::new("x", Scale::Linear, (0.0, to), 4);
        MapSheet {
            title: String::new(),
            x: axis(n as f64),
            y: axis(1.0),
            across: edges,
            upwards: vec![0.0, 1.0],
            values: vec![f64::NAN; n],
            hatches: hatches.to_vec(),
            measure: String::new(),
            kind: MapColours::Values,
            lines: Vec::new(),
            dot: None,
        }
    }

    #[test]
    fn hatches_are_explained_once_in_an_order_that_is_not_that_of_the_cells() {
        let room = Room {
            width: 300.0,
            height: 200.0,
            pixels_per_point: 1.0,
            letters: 1.0,
            clock: 0.0,
        };
        let (lost, trapped) = (Some((Hatch::Rising, "lost")), Some((Hatch::Level, "trapped")));
        let cells = [trapped, None, lost, trapped, lost];
        let mut mirrored = cells;
        mirrored.reverse();
        for cells in [cells, mirrored] {
            let picture = map(&sheet(&cells), room);
            let keys: Vec<(&str, Sign)> = { picture.keys.iter() }
                .map(|key| (key.label.as_str(), key.sign))
                .collect();
            assert_eq!(
                keys,
                [
                    ("lost", Sign::Hatch(Hatch::Rising)),
                    ("trapped", Sign::Hatch(Hatch::Level))
                ]
            );
        }
    }
}
