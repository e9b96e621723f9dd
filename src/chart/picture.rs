//! A picture as data: what a plot shows, laid out by positions along its axes, drawn by role and not by colour. It is painted by
//! the window and on paper, and neither adds to it nor leaves anything out.

use std::sync::Arc;

use super::axis::Axis;
use super::heat_map::{Hatch, HeatMap};
use super::pen::{Pen, Role};
use super::plot_id::PlotId;
use crate::history::Trace;

/// What a plot shows. A heat map lies at the bottom; over it bands, bars, uprights, levels, arrows, clouds, curves, marks, rows and
/// labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Which plot it is.
    pub id: PlotId,
    /// The mode it is of, counted from 0, where the plot has a picture for each.
    pub mode: Option<usize>,
    /// Title above the plot.
    pub title: String,
    /// The axis across.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// Width of the plot over its height, where that has a meaning.
    pub aspect: Option<f64>,
    /// Coloured cells.
    pub heat_map: Option<HeatMap>,
    /// Areas between two curves.
    pub bands: Vec<Band>,
    /// Bars of a histogram.
    pub bars: Vec<Bar>,
    /// Lines from bottom to top.
    pub uprights: Vec<Upright>,
    /// Lines from left to right.
    pub levels: Vec<Level>,
    /// Arrows.
    pub arrows: Vec<Arrow>,
    /// Clouds of points.
    pub clouds: Vec<Cloud>,
    /// Curves, the uppermost last.
    pub curves: Vec<Curve>,
    /// Marks at points.
    pub marks: Vec<Mark>,
    /// Rows of a strip, from the top. Positions upwards then count them, and there are no ticks.
    pub rows: Vec<Row>,
    /// Names beside curves.
    pub labels: Vec<Label>,
    /// What the lines, marks and areas mean.
    pub keys: Vec<Key>,
    /// A sentence in the middle of the plot.
    pub note: Option<String>,
    /// Most rows that a pixel of any curve stands for.
    pub n_rows_per_pixel: u64,
    /// Whether rows have come since that are too narrow to be seen and are drawn in a moment.
    pub lags: bool,
}

/// An area between two curves; all three have one length.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// What it is.
    pub name: String,
    /// What it is filled with.
    pub pen: Pen,
    /// Positions across.
    pub xs: Vec<f64>,
    /// Lower edge.
    pub low: Vec<f64>,
    /// Upper edge.
    pub high: Vec<f64>,
}

/// A bar that stands on the bottom of the plot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// What it is filled with.
    pub pen: Pen,
    /// Left edge.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Position of its top.
    pub top: f64,
}

/// A line from the bottom to the top of the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Upright {
    /// What it is drawn with.
    pub pen: Pen,
    /// Position across.
    pub x: f64,
    /// Text beside it.
    pub label: Option<String>,
}

/// A line across the plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// What it is drawn with.
    pub pen: Pen,
    /// Position upwards.
    pub y: f64,
    /// Its name, at its right end.
    pub label: String,
}

/// An arrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// What it is drawn with.
    pub pen: Pen,
    /// Position of its blunt end, across and upwards.
    pub from: [f64; 2],
    /// Position of its tip.
    pub to: [f64; 2],
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Cloud {
    /// What they are.
    pub name: String,
    /// What they are filled with.
    pub pen: Pen,
    /// Positions across and upwards.
    pub points: Vec<[f64; 2]>,
}

/// A curve.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What it is.
    pub name: String,
    /// What it is drawn with.
    pub pen: Pen,
    /// Its pixels. A cell whose values are no numbers is a gap.
    pub trace: Arc<Trace>,
    /// Position across from which it is drawn weakly: its story is told there.
    pub fades_from: Option<f64>,
}

/// A mark at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What it says.
    pub name: String,
    /// What it is drawn with.
    pub pen: Pen,
    /// Position across and upwards.
    pub at: [f64; 2],
    /// Its shape.
    pub shape: Shape,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Diamond: the diffusion had its peak.
    Peak,
    /// Hollow diamond: the diffusion is at its highest so far.
    PeakSoFar,
    /// Disc: the mode is learned.
    Learned,
    /// Ring: theory has the mode half learned.
    HalfTime,
    /// Large disc: where the run is now.
    Now,
    /// Cross: a saddle of the loss.
    Saddle,
    /// Ring with a point: the minimum of the loss.
    Minimum,
}

/// A row of a strip: a name and a bracket with a text beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is drawn with.
    pub pen: Pen,
    /// Its name.
    pub label: String,
    /// What happened, if anything.
    pub bracket: Option<Bracket>,
    /// The same of kept runs, without their texts.
    pub kept: Vec<Bracket>,
}

/// A bracket from the peak of the diffusion to the moment the mode is learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Bracket {
    /// Position of its left end, at the peak.
    pub left: f64,
    /// Position of its right end; that of the end of the run where the mode is not learned yet.
    pub right: f64,
    /// Mark at its left end.
    pub peak: Shape,
    /// Whether the right end is where the mode is learned.
    pub is_closed: bool,
    /// Text beside it, from the longest to the shortest: as much of it as there is room for.
    pub texts: [String; 3],
}

/// A name beside a curve; it ends at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// What is named.
    pub text: String,
    /// Position across and upwards.
    pub at: [f64; 2],
    /// Where it stands, seen from there.
    pub side: Side,
}

/// Where a name stands, seen from its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// To the left, above: free beside a curve on its way up.
    Above,
    /// To the left, below, so many lines further down.
    Below(u8),
}

/// What a sign means.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The words.
    pub label: String,
    /// What is drawn with.
    pub pen: Pen,
    /// The sign.
    pub sign: Sign,
}

/// What stands before the words of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// A piece of line.
    Line,
    /// An arrow.
    Arrow,
    /// A piece of area.
    Area,
    /// A mark.
    Mark(Shape),
    /// Lines over cells.
    Hatch(Hatch),
}

impl Picture {
    /// A picture with nothing in it.
    pub fn new(id: PlotId, x: Axis, y: Axis) -> Self {
        Self {
            id,
            mode: None,
            title: id.title().to_owned(),
            x,
            y,
            aspect: None,
            heat_map: None,
            bands: Vec::new(),
            bars: Vec::new(),
            uprights: Vec::new(),
            levels: Vec::new(),
            arrows: Vec::new(),
            clouds: Vec::new(),
            curves: Vec::new(),
            marks: Vec::new(),
            rows: Vec::new(),
            labels: Vec::new(),
            keys: Vec::new(),
            note: None,
            n_rows_per_pixel: 1,
            lags: false,
        }
    }

    /// Adds a key, unless one says the same.
    pub(super) fn explain(&mut self, label: impl Into<String>, pen: Pen, sign: Sign) {
        let label = label.into();
        if !self.keys.iter().any(|key| key.label == label) {
            self.keys.push(Key { label, pen, sign });
        }
    }

    /// Keys of the shapes that are there.
    pub(super) fn explain_marks(&mut self) {
        let shapes = [
            (Shape::Peak, "noise peak"),
            (Shape::PeakSoFar, "highest noise so far"),
            (Shape::Learned, "95 % learned"),
            (Shape::HalfTime, "half learned, in theory"),
            (Shape::Saddle, "saddle"),
        ];
        for (shape, label) in shapes {
            let ends = self.rows.iter().filter_map(|row| row.bracket.as_ref());
            let in_rows =
                { ends }.any(|bracket| bracket.peak == shape || bracket.is_closed && shape == Shape::Learned);
            if in_rows || self.marks.iter().any(|mark| mark.shape == shape) {
                self.explain(label, Pen::of(Role::Peak), Sign::Mark(shape));
            }
        }
    }
}
