//! Pictures on a sheet of paper: those over time one above the other on one time axis, histograms in two columns.

use super::panel::{BAR_GUTTER, BARE_GUTTER, LABEL_GUTTER, LEFT_GUTTER, Panel, TITLE_HEIGHT, height_of_rows};
use super::paper::{Paper, PaperWidth};
use super::svg::{Letters, Svg};
use super::{Figure, FigureError, FigurePanel};
use crate::chart::{
    Drawing, Known, Look, Options, Picture, PlotId, Room, TraceCache, density, histogram, lines_of_row,
    matrices_at_events, n_rows, pictures,
};
use crate::experiment::Experiment;

/// Pixels above the panels for the title, and where there is none.
const CAPTION_HEIGHT: f64 = 76.0;
const NO_CAPTION: f64 = 10.0;
/// Pixels about everything, on a screen and in print.
const MARGIN: f64 = 24.0;
const NARROW_MARGIN: f64 = 18.0;
/// Height of a plot that stands alone.
const ALONE: f64 = 380.0;
/// Height of one that is as wide as high.
const SQUARE: f64 = 620.0;
/// Small matrices in a row, and pixels left of each.
const MATRICES_IN_A_ROW: usize = 4;
const SMALL_GUTTER: f64 = 16.0;
/// Height of a map.
const HEIGHT_OF_MAP: f64 = 640.0;
/// Height of a plot among many.
const AMONG_MANY: f64 = 250.0;

/// How a sheet is divided across.
#[derive(Clone, Copy, Debug)]
struct Across {
    /// Pixels of the sheet.
    whole: f64,
    /// Pixels left and right of everything.
    margin: f64,
    /// Most panels of modes side by side.
    most_columns: usize,
    /// How high plots are, as a share of those on a screen.
    height: f64,
}

impl Across {
    fn of(width: PaperWidth) -> Self {
        let is_narrow = width == PaperWidth::Single;
        Self {
            whole: width.pixels(),
            margin: if width == PaperWidth::Screen {
                MARGIN
            } else {
                NARROW_MARGIN
            },
            most_columns: if is_narrow { 1 } else { 2 },
            height: width.height(),
        }
    }

    /// Pixels between the margins.
    fn inside(self) -> f64 {
        self.whole - 2.0 * self.margin
    }
}

/// What a figure shows, laid out; nothing of the run is needed any more to draw it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    title: String,
    caption: String,
    panels: Vec<Panel>,
    size: (u32, u32),
    paper: Paper,
}

impl Sheet {
    /// Lays out what is known of a run.
    ///
    /// # Errors
    /// [`FigureError::TooFewRows`] for histograms of a run of which no mode has settled.
    pub fn new(
        known: &Known<'_>,
        panel: FigurePanel,
        options: &Options,
        paper: Paper,
    ) -> Result<Self, FigureError> {
        let room = Across::of(paper.width);
        let plots = panel.plots(options);
        let height = match panel {
            FigurePanel::All => AMONG_MANY,
            FigurePanel::One(PlotId::Plane | PlotId::Matrix) => SQUARE,
            FigurePanel::One(_) => ALONE,
        } * paper.width.height();
        let mut traces = TraceCache::default();
        let mut panels = Vec::new();
        let mut top = if paper.has_title {
            CAPTION_HEIGHT
        } else {
            NO_CAPTION
        };
        for (i, &plot) in plots.iter().enumerate() {
            let mut drawing = Drawing {
                known,
                options,
                room: Room::on_paper(0.0, 0.0),
                traces: &mut traces,
            };
            if plot == PlotId::Histogram {
                let settled = settled_modes(known)?;
                panels.extend(in_columns(&mut drawing, room, &mut top, &settled, histogram));
                continue;
            }
            if plot == PlotId::Density {
                let modes: Vec<usize> = (0..known.rank()).collect();
                let densities = in_columns(&mut drawing, room, &mut top, &modes, density);
                if densities.is_empty() {
                    let why = "no mode has a law with a width: there is no minibatch noise, the samples are stored, or the modes rest at zero";
                    return Err(FigureError::Nothing { plot, why });
                }
                panels.extend(densities);
                continue;
            }
            if plot == PlotId::Times && known.ensembles.iter().all(|ensemble| ensemble.members.is_none()) {
                let why = "times of passage need replicas: run with --replicas";
                return Err(FigureError::Nothing { plot, why });
            }
            let small = if plot == PlotId::Matrix {
                at_events(&mut drawing, room)
            } else {
                Vec::new()
            };
            let height = if plot.is_strip() {
                height_of_rows(n_rows(known.rank()), lines_of_row(!known.kept.is_empty()))
            } else {
                height
            };
            panels.extend(one(plot, &mut drawing, room, height));
            stand(&mut panels, &mut top, i + 1 == plots.len());
            panels.extend(in_rows(small, room, &mut top));
        }
        let (title, caption) = captions(known, panel);
        Ok(Self {
            title,
            caption,
            panels,
            size: (room.whole as u32, (top + 8.0).ceil() as u32),
            paper,
        })
    }

    /// The room that a map has on a sheet of its own.
    pub fn room_of_map() -> Room {
        let across = Across::of(PaperWidth::Screen);
        Room::on_paper(across.inside() - LEFT_GUTTER - BAR_GUTTER, HEIGHT_OF_MAP)
    }

    /// One picture with a title and a line below it.
    pub fn of_picture(picture: Picture, title: String, caption: String) -> Self {
        let paper = Paper::default();
        let across = Across::of(paper.width);
        let whole = across.inside() - LEFT_GUTTER;
        let panel = Panel::fitted(
            picture,
            [across.margin, CAPTION_HEIGHT],
            [whole, HEIGHT_OF_MAP],
            BARE_GUTTER,
        );
        let height = CAPTION_HEIGHT + panel.height() + 8.0;
        Self {
            title,
            caption,
            panels: vec![panel],
            size: (across.whole as u32, height.ceil() as u32),
            paper,
        }
    }

    /// Draws it.
    pub fn paint(&self, look: &Look) -> Figure {
        let mut svg = Svg::new(self.size, self.paper.width, look.paper, &self.title);
        if self.paper.has_title {
            let left = Across::of(self.paper.width).margin;
            svg.text(&self.title, [left, 26.0], Letters::new(17.0, look.ink));
            svg.text(&self.caption, [left, 50.0], Letters::new(13.0, look.grey));
        }
        for panel in &self.panels {
            panel.draw(&mut svg, look);
        }
        Figure {
            svg: svg.finish(),
            size: self.size,
            width: self.paper.width,
        }
    }

    /// The pictures on it, from the top.
    pub fn pictures(&self) -> impl Iterator<Item = &Picture> {
        self.panels.iter().map(|panel| &panel.picture)
    }
}

/// The panel of a plot across the whole sheet, not yet put anywhere.
fn one(plot: PlotId, drawing: &mut Drawing<'_>, across: Across, height: f64) -> Option<Panel> {
    let gutter = if plot.is_over_time() {
        LABEL_GUTTER
    } else {
        BARE_GUTTER
    };
    let width = across.inside() - LEFT_GUTTER - gutter;
    drawing.room = Room::on_paper(width, height);
    let picture = pictures(plot, drawing).into_iter().next()?;
    Some(Panel::fitted(
        picture,
        [across.margin, 0.0],
        [width + gutter, height],
        gutter,
    ))
}

/// Puts the last panel below those before it.
fn stand(panels: &mut [Panel], top: &mut f64, shows_x: bool) {
    if let Some(panel) = panels.last_mut() {
        panel.corner[1] = *top;
        panel.shows_x = shows_x;
        *top += panel.height();
    }
}

/// Small matrices at the events of a run, with the pixels of a panel.
fn at_events(drawing: &mut Drawing<'_>, across: Across) -> Vec<Panel> {
    let whole = across.inside() / MATRICES_IN_A_ROW as f64;
    let room = whole - SMALL_GUTTER - BARE_GUTTER;
    drawing.room = Room::on_paper(room, room);
    let pictures = matrices_at_events(drawing);
    { pictures.into_iter() }
        .map(|picture| Panel::fitted(picture, [0.0; 2], [room + BARE_GUTTER, room], BARE_GUTTER))
        .collect()
}

/// Puts small panels side by side.
fn in_rows(mut panels: Vec<Panel>, across: Across, top: &mut f64) -> Vec<Panel> {
    let whole = across.inside() / MATRICES_IN_A_ROW as f64;
    for row in panels.chunks_mut(MATRICES_IN_A_ROW) {
        let mut highest: f64 = 0.0;
        for (i, panel) in row.iter_mut().enumerate() {
            // What stands left of a plot is narrow here.
            panel.corner = [
                across.margin + i as f64 * whole + SMALL_GUTTER - LEFT_GUTTER,
                *top,
            ];
            highest = highest.max(panel.height());
        }
        *top += highest;
    }
    panels
}

/// Modes that have settled for long enough for a histogram.
fn settled_modes(known: &Known<'_>) -> Result<Vec<usize>, FigureError> {
    let counts: Vec<u64> = (0..known.rank()).map(|mode| known.n_settled(mode)).collect();
    let settled: Vec<usize> = (0..known.rank())
        .filter(|&mode| counts[mode] >= super::LEAST_ROWS)
        .collect();
    if settled.is_empty() {
        return Err(FigureError::TooFewRows {
            n_rows: counts.into_iter().max().unwrap_or(0),
            least: super::LEAST_ROWS,
        });
    }
    Ok(settled)
}

/// Pictures of modes in two columns, or one alone.
fn in_columns(
    drawing: &mut Drawing<'_>,
    across: Across,
    top: &mut f64,
    modes: &[usize],
    picture: impl Fn(&mut Drawing<'_>, usize) -> Option<Picture>,
) -> Vec<Panel> {
    let n_columns = modes.len().clamp(1, across.most_columns);
    let height = if modes.len() > 2 { AMONG_MANY } else { ALONE };
    let height = across.height * height;
    let column = across.inside() / n_columns as f64;
    let width = column - LEFT_GUTTER - BARE_GUTTER;
    drawing.room = Room::on_paper(width, height);
    let mut panels: Vec<Panel> = modes
        .iter()
        .filter_map(|&mode| picture(drawing, mode))
        .map(|picture| Panel {
            picture,
            corner: [0.0; 2],
            plot: [width, height],
            gutter: BARE_GUTTER,
            shows_x: true,
        })
        .collect();
    for row in panels.chunks_mut(n_columns) {
        let mut highest = TITLE_HEIGHT;
        for (i, panel) in row.iter_mut().enumerate() {
            panel.corner = [across.margin + i as f64 * column, *top];
            highest = highest.max(panel.height());
        }
        *top += highest;
    }
    panels
}

/// What was run, in two lines.
fn captions(known: &Known<'_>, panel: FigurePanel) -> (String, String) {
    let Experiment {
        seed, network, live, ..
    } = known.experiment;
    let widths: Vec<String> = network.widths().iter().map(ToString::to_string).collect();
    let title = format!(
        "Deep linear network of widths {} trained by {}",
        widths.join("\u{2013}"),
        known.experiment.dynamics().label()
    );
    let mut parts = vec![
        format!(
            "\u{3b7} = {}, B = {}, \u{3c3} = {}",
            live.learning_rate, live.batch_size, live.label_noise_std
        ),
        format!("seed {seed}, {} steps", known.now.step),
    ];
    let lines = if panel.is_over_time() { " (dotted)" } else { "" };
    match known.interventions.len() {
        0 => {}
        1 => parts.push(format!("parameters changed once{lines}")),
        n => parts.push(format!("parameters changed {n} times{lines}")),
    }
    (title, parts.join(", "))
}
