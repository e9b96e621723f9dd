//! [`Picture`](crate::chart::Picture)s on paper: SVG, and the very same figure as PNG and PDF.
//!
//! Each plot stands alone, and those over time also one above the other on one time axis. What is drawn is decided by what is
//! known of a run and by the [`Options`] alone, so the same recording gives the same bytes. Curves are thinned to what can be seen,
//! so that a figure of a million rows is as small as one of a thousand; tables and archives hold every value.

mod bundle;
mod caption;
mod heat;
mod keys;
mod line;
mod marks;
mod panel;
mod paper;
mod pdf;
mod png;
mod rows;
mod sheet;
mod svg;
mod tree;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::chart::{Look, Options, PlotId, RecordedRun};
use crate::files::{WriteError, write_whole};
use crate::palette::Ground;
use crate::session::Recording;

pub use bundle::{Bundle, BundleError, BundleOptions, BundleProgress, write_bundle};
pub use caption::{CaptionFormat, caption};
pub use paper::{Paper, PaperWidth};
pub use sheet::Sheet;

/// Values of a mode without which a histogram on paper shows little but chance.
const LEAST_ROWS: u64 = 200;

/// What a figure shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FigurePanel {
    /// Mode strengths, diffusion, events and excess loss over one time axis.
    #[default]
    All,
    /// One plot alone.
    One(PlotId),
}

impl FigurePanel {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        std::iter::once(Self::All).chain(PlotId::ALL.into_iter().map(Self::One))
    }

    /// Its name in commands and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::One(plot) => plot.name(),
        }
    }

    /// What it shows, in a few words.
    pub fn title(self) -> &'static str {
        match self {
            Self::All => "All over time",
            Self::One(plot) => plot.title(),
        }
    }

    /// The plots on it, from the top.
    pub fn plots(self, options: &Options) -> Vec<PlotId> {
        match self {
            Self::All => options.stack.clone(),
            Self::One(plot) => vec![plot],
        }
    }

    /// Whether it has a time axis.
    pub fn is_over_time(self) -> bool {
        match self {
            Self::All => true,
            Self::One(plot) => plot.is_over_time(),
        }
    }
}

/// How a figure is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureOptions {
    /// What it shows.
    pub panel: FigurePanel,
    /// Light or dark paper.
    pub ground: Ground,
    /// What of the run is drawn and how.
    pub chart: Options,
    /// How wide it is, and whether it has a title.
    pub paper: Paper,
}

impl Default for FigureOptions {
    /// All panels over time on light paper, every axis as it suits them.
    fn default() -> Self {
        Self {
            panel: FigurePanel::All,
            ground: Ground::Light,
            chart: Options::default(),
            paper: Paper::default(),
        }
    }
}

/// Why there is no figure.
#[derive(Debug, Error)]
pub enum FigureError {
    /// Too few values of settled modes for a histogram.
    #[error(
        "histogram: {n_rows} rows of a mode learned and settled under unchanging parameters, at least {least} are needed: record more often, or run longer"
    )]
    TooFewRows {
        /// Most values a mode has.
        n_rows: u64,
        /// Values needed.
        least: u64,
    },
    /// The run has nothing that the plot shows.
    #[error("{}: {why}", plot.name())]
    Nothing {
        /// The plot.
        plot: PlotId,
        /// Why.
        why: &'static str,
    },
    /// The file's name says nothing of its format.
    #[error("{}: the name of a figure must end in .svg, .png or .pdf", path.display())]
    Extension {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The SVG cannot be read back for PNG or PDF: a mistake of the program.
    #[error("the figure cannot be drawn: {0}")]
    Draw(String),
}

/// A drawn figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    svg: String,
    size: (u32, u32),
    width: PaperWidth,
}

/// A figure's format.
#[derive(Clone, Copy)]
enum Format {
    Svg,
    Png,
    Pdf,
}

impl Figure {
    /// Draws `recording`.
    ///
    /// # Errors
    /// [`FigureError::TooFewRows`] for a histogram of a run that has not settled, [`FigureError::Nothing`] for what it does not have.
    pub fn draw(recording: &Recording, options: &FigureOptions) -> Result<Self, FigureError> {
        let plots = options.panel.plots(&options.chart);
        let run = RecordedRun::new(recording).prepared(&plots, &options.chart);
        Self::draw_run(&run, options)
    }

    /// Draws a recording that has been made ready, which saves time where there are many figures of it.
    ///
    /// # Errors
    /// [`FigureError::TooFewRows`] for a histogram of a run that has not settled, [`FigureError::Nothing`] for what it does not have.
    pub fn draw_run(run: &RecordedRun<'_>, options: &FigureOptions) -> Result<Self, FigureError> {
        let sheet = Sheet::new(&run.known(), options.panel, &options.chart, options.paper)?;
        Ok(sheet.paint(&Look::on_paper(options.ground)))
    }

    /// The figure as SVG.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The same figure as PNG: two pixels for one of the SVG, or 600 to an inch of paper.
    ///
    /// # Errors
    /// [`FigureError::Draw`], a mistake of the program.
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        png::png(&self.svg, self.size, self.width.resolution())
    }

    /// The same figure as PDF, one point for one pixel of the SVG, or as large as on paper; letters are shapes, so that no font is needed.
    ///
    /// # Errors
    /// [`FigureError::Draw`], a mistake of the program.
    pub fn pdf(&self) -> Result<Vec<u8>, FigureError> {
        pdf::pdf(&self.svg, self.size, self.width.points_per_pixel())
    }

    /// Checks that `path` names a format a figure can have.
    ///
    /// # Errors
    /// [`FigureError::Extension`] where it does not.
    pub fn check_name(path: &Path) -> Result<(), FigureError> {
        Format::of(path).map(drop)
    }

    /// What stands in a file of this name, which ends in `.svg`, `.png` or `.pdf`.
    ///
    /// # Errors
    /// [`FigureError`].
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, FigureError> {
        match Format::of(path)? {
            Format::Svg => Ok(self.svg.clone().into_bytes()),
            Format::Png => self.png(),
            Format::Pdf => self.pdf(),
        }
    }

    /// Writes the figure as its name says, `.svg`, `.png` or `.pdf`, whole or not at all.
    ///
    /// # Errors
    /// [`FigureError`], with the path.
    pub fn write(&self, path: &Path) -> Result<(), FigureError> {
        let bytes = self.bytes(path)?;
        Ok(write_whole(path, |file| file.write_all(&bytes))?)
    }
}

impl Format {
    fn of(path: &Path) -> Result<Self, FigureError> {
        let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            Some("pdf") => Ok(Self::Pdf),
            Some(_) | None => Err(FigureError::Extension {
                path: path.to_owned(),
            }),
        }
    }
}
