//! A recording as a figure for print: SVG, or the very same picture as PNG.
//!
//! Each panel stands alone, and those over time also one above the other on one time axis. What is drawn is decided by the
//! recording and the [`FigureOptions`] alone. Curves are thinned to the least and the greatest value about every pixel, so that
//! a figure of a million rows is as small as one of a thousand; tables and archives hold every value.
//!
//! The drawing library places whole pixels, so everything is drawn [`SCALE`] times too large and scaled back by the picture's
//! view box.

mod axis;
mod curve;
mod histogram;
mod key;
mod labels;
mod law;
mod over_time;
mod panel;
mod pen;
mod png;
mod row;
mod scene;
mod strip;
mod theme;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea as _;
use thiserror::Error;

use self::histogram::histograms;
use self::law::law;
use self::over_time::{diffusions, losses, strengths};
use self::panel::Panel;
use self::pen::{DrawError, Rectangle, text};
use self::scene::{MAX_MODES, Scene};
use self::strip::events;
use super::atomic::{WriteError, write_whole};
use super::recording::Recording;
use crate::experiment::Experiment;
use crate::observables::Schema;
use crate::palette::Ground;

/// Drawing units in a pixel.
const SCALE: u32 = 10;
/// Width of every figure in pixels.
const WIDTH: u32 = 1120;
/// Pixels above the panels for the caption.
const CAPTION_HEIGHT: u32 = 76;
/// Height of a panel that stands alone.
const ALONE_HEIGHT: u32 = 460;
/// Pixels about everything.
const MARGIN: u32 = 24;

/// What a figure shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FigurePanel {
    /// Mode strengths, diffusion, events and excess loss over one time axis.
    #[default]
    All,
    /// Mode strengths and singular values over time, with gradient flow of an aligned mode.
    Strengths,
    /// Exact diffusion of every mode over time, with the law of an aligned, balanced mode.
    Diffusion,
    /// Of every mode a bracket from the peak of its diffusion to the moment it is learned, and by how many steps the peak leads.
    Events,
    /// Excess loss over time, with the levels of the saddles.
    Loss,
    /// Diffusion against strength, with the law `D(s)`.
    Law,
    /// Histogram of every settled mode, with the exact stationary density and Boltzmann's.
    Histogram,
}

impl FigurePanel {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::Strengths,
        Self::Diffusion,
        Self::Events,
        Self::Loss,
        Self::Law,
        Self::Histogram,
    ];

    /// Its name in commands and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Strengths => "strengths",
            Self::Diffusion => "diffusion",
            Self::Events => "events",
            Self::Loss => "loss",
            Self::Law => "law",
            Self::Histogram => "histogram",
        }
    }

    /// Whether it has a time axis.
    pub fn is_over_time(self) -> bool {
        match self {
            Self::All | Self::Strengths | Self::Diffusion | Self::Events | Self::Loss => true,
            Self::Law | Self::Histogram => false,
        }
    }
}

/// What a time axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimeAxis {
    /// Training time `t`, the sum of the learning rates of all steps.
    #[default]
    Time,
    /// Steps.
    Steps,
}

/// How a figure is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureOptions {
    /// What it shows.
    pub panel: FigurePanel,
    /// Light or dark paper.
    pub ground: Ground,
    /// What the time axis counts; only panels over time have one.
    pub time_axis: TimeAxis,
    /// Whether the time axis is logarithmic, which leaves out the row at zero.
    pub x_log: bool,
    /// Whether the axes upwards are logarithmic; `None` for what suits each panel. Histograms are always linear.
    pub y_log: Option<bool>,
}

impl Default for FigureOptions {
    /// All panels over time on light paper, every axis as it suits them.
    fn default() -> Self {
        Self {
            panel: FigurePanel::All,
            ground: Ground::Light,
            time_axis: TimeAxis::Time,
            x_log: false,
            y_log: None,
        }
    }
}

/// Why there is no figure.
#[derive(Debug, Error)]
pub enum FigureError {
    /// Too few rows of settled modes for a histogram.
    #[error(
        "histogram: {n_rows} rows of a mode learned and settled under unchanging parameters, at least {least} are needed: record more often, or run longer"
    )]
    TooFewRows {
        /// Most rows a mode has.
        n_rows: usize,
        /// Rows needed.
        least: usize,
    },
    /// The file's name says nothing of its format.
    #[error("{}: the name of a figure must end in .svg or .png", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The drawing library failed: a mistake of the program.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
}

/// A drawn figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    svg: String,
    size: (u32, u32),
}

/// A figure's format.
#[derive(Clone, Copy)]
enum Format {
    Svg,
    Png,
}

impl Figure {
    /// Draws `recording`.
    ///
    /// # Errors
    /// [`FigureError::TooFewRows`] for a histogram of a run that has not settled.
    pub fn draw(recording: &Recording, options: &FigureOptions) -> Result<Self, FigureError> {
        let scene = Scene::new(recording, options);
        let placed = placed(&scene)?;
        let bottom = placed.iter().map(|(_, place)| place.top + place.height).max();
        let size = (WIDTH, bottom.unwrap_or(CAPTION_HEIGHT) + 8);
        let svg = draw(&scene, &placed, size).map_err(|error| FigureError::Draw(error.to_string()))?;
        Ok(Self { svg, size })
    }

    /// The figure as SVG.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The same picture as PNG, two pixels for one of the SVG.
    ///
    /// # Errors
    /// [`FigureError::Draw`], a mistake of the program.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        png::png(&self.svg, self.size)
    }

    /// Checks that `path` names a format a figure can have.
    ///
    /// # Errors
    /// [`FigureError::Extension`] where it does not.
    pub fn check_name(path: &Path) -> Result<(), FigureError> {
        Format::of(path).map(drop)
    }

    /// Writes the figure as its name says, `.svg` or `.png`, whole or not at all.
    ///
    /// # Errors
    /// [`FigureError`], with the path.
    pub fn write(&self, path: &Path) -> Result<(), FigureError> {
        let png;
        let bytes = match Format::of(path)? {
            Format::Svg => self.svg.as_bytes(),
            Format::Png => {
                png = self.png()?;
                &png
            }
        };
        Ok(write_whole(path, |file| file.write_all(bytes))?)
    }
}

impl Format {
    fn of(path: &Path) -> Result<Self, FigureError> {
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            Some(_) | None => Err(FigureError::Extension {
                path: path.to_owned(),
            }),
        }
    }
}

/// The panels asked for and where they stand.
fn placed(scene: &Scene<'_>) -> Result<Vec<(Panel, Rectangle)>, FigureError> {
    let strip = |shows_x: bool| {
        let strip = events(scene, shows_x);
        let height = strip.height_of_rows();
        (strip, height)
    };
    let panels = match scene.options.panel {
        FigurePanel::All => vec![
            (strengths(scene, false), 300),
            (diffusions(scene, false), 280),
            strip(false),
            (losses(scene, true), 340),
        ],
        FigurePanel::Strengths => vec![(strengths(scene, true), ALONE_HEIGHT)],
        FigurePanel::Diffusion => vec![(diffusions(scene, true), ALONE_HEIGHT)],
        FigurePanel::Events => vec![strip(true)],
        FigurePanel::Loss => vec![(losses(scene, true), ALONE_HEIGHT)],
        FigurePanel::Law => vec![(law(scene), ALONE_HEIGHT)],
        FigurePanel::Histogram => return Ok(in_columns(histograms(scene)?)),
    };
    let mut top = CAPTION_HEIGHT;
    Ok(panels
        .into_iter()
        .map(|(panel, height)| {
            let place = Rectangle {
                left: MARGIN,
                top,
                width: WIDTH - 2 * MARGIN,
                height,
            };
            top += height;
            (panel, place)
        })
        .collect())
}

/// Panels in two columns, or one alone.
fn in_columns(panels: Vec<Panel>) -> Vec<(Panel, Rectangle)> {
    let n_columns = panels.len().clamp(1, 2) as u32;
    let height = if panels.len() > 2 { 330 } else { ALONE_HEIGHT };
    let width = (WIDTH - 2 * MARGIN) / n_columns;
    (0_u32..)
        .zip(panels)
        .map(|(i, panel)| {
            let place = Rectangle {
                left: MARGIN + (i % n_columns) * width,
                top: CAPTION_HEIGHT + (i / n_columns) * height,
                width,
                height,
            };
            (panel, place)
        })
        .collect()
}

fn draw(
    scene: &Scene<'_>,
    placed: &[(Panel, Rectangle)],
    (width, height): (u32, u32),
) -> Result<String, DrawError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (width * SCALE, height * SCALE)).into_drawing_area();
        root.fill(&scene.theme.paper)?;
        let (title, caption) = captions(scene);
        text(&root, &title, (MARGIN, 18), 17, scene.theme.ink)?;
        text(&root, &caption, (MARGIN, 44), 13, scene.theme.grey)?;
        for (panel, place) in placed {
            panel.draw(&root, *place, scene.theme)?;
        }
        root.present()?;
    }
    Ok(svg.replacen(
        &format!("width=\"{}\" height=\"{}\"", width * SCALE, height * SCALE),
        &format!("width=\"{width}\" height=\"{height}\""),
        1,
    ))
}

/// What was run, in two lines.
fn captions(scene: &Scene<'_>) -> (String, String) {
    let recording = scene.recording;
    let Experiment {
        seed, network, live, ..
    } = recording.experiment();
    let widths: Vec<String> = network.widths().iter().map(ToString::to_string).collect();
    let title = format!(
        "Deep linear network of widths {} trained by {}",
        widths.join("–"),
        recording.experiment().dynamics().label()
    );
    let n_steps = recording.column(Schema::STEP).last().unwrap_or(0.0);
    let mut parts = vec![
        format!(
            "η = {}, B = {}, σ = {}",
            live.learning_rate, live.batch_size, live.label_noise_std
        ),
        format!("seed {seed}, {n_steps} steps"),
    ];
    let lines = if scene.options.panel.is_over_time() {
        " (dotted)"
    } else {
        ""
    };
    match recording.interventions().len() {
        0 => {}
        1 => parts.push(format!("parameters changed once{lines}")),
        n => parts.push(format!("parameters changed {n} times{lines}")),
    }
    if scene.places.len() < recording.rows().len() {
        parts.push("cut where it diverges".to_owned());
    }
    let rank = recording.schema().rank();
    if rank > MAX_MODES {
        parts.push(format!("the first {MAX_MODES} of {rank} modes are drawn"));
    }
    (title, parts.join(", "))
}
