//! `saddlescope plot`: figures of a recorded run.

use std::io::Write as _;

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};

use super::PlotArguments;
use super::command_files::CommandFiles;
use super::error::CliError;
use crate::chart::{
    MatrixKind, MatrixOptions, Options, Perspective, PlotId, RecordedRun, Scale, TimeAxis, TimeScale,
};
use crate::figure::{CaptionFormat, Figure, FigureOptions, FigurePanel, Paper, PaperWidth, caption};
use crate::files::Staging;
use crate::palette::Ground;
use crate::session::read_npz;
use crate::simulation::Passage;

/// Panels by name.
pub(super) fn panel_parser() -> impl TypedValueParser<Value = FigurePanel> {
    let values = FigurePanel::all().map(|panel| PossibleValue::new(panel.name()).help(panel.title()));
    PossibleValuesParser::new(values)
        .map(|name| PlotId::from_name(&name).map_or(FigurePanel::All, FigurePanel::One))
}

/// Scales by name.
pub(super) fn scale_parser() -> impl TypedValueParser<Value = Scale> {
    PossibleValuesParser::new(Scale::ALL.map(Scale::label)).try_map(|name| {
        let mut scales = Scale::ALL.into_iter();
        scales.find(|scale| scale.label() == name).ok_or("no such scale")
    })
}

/// Paper.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Theme {
    /// Dark lines on light paper
    Light,
    /// Light lines on dark paper
    Dark,
}

/// What the time axis counts.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Across {
    /// Training time, the sum of the learning rates
    T,
    /// Steps
    Steps,
}

/// Which passage.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Until {
    /// Half of the mode's strength
    Half,
    /// 95 % of it
    Learned,
}

/// Widths by name.
pub(super) fn width_parser() -> impl TypedValueParser<Value = PaperWidth> {
    let values = PaperWidth::ALL.map(|width| PossibleValue::new(width.name()).help(width.to_string()));
    PossibleValuesParser::new(values).try_map(|name| {
        let mut widths = PaperWidth::ALL.into_iter();
        widths.find(|width| width.name() == name).ok_or("no such width")
    })
}

/// Matrices by name.
pub(super) fn matrix_parser() -> impl TypedValueParser<Value = MatrixKind> {
    StringValueParser::new().try_map(|name| {
        let found = MatrixKind::from_name(&name);
        found.ok_or("must be modes, map, teacher, error, overlaps, layer_1 .. or balance_1 ..")
    })
}

/// Two modes, counted from 1, as numbers from 0.
pub(super) fn pair(text: &str) -> Result<(usize, usize), String> {
    let number = |part: &str| part.trim().parse::<usize>().ok()?.checked_sub(1);
    let both = text
        .split_once(',')
        .and_then(|(one, other)| Some((number(one)?, number(other)?)));
    both.filter(|(one, other)| one != other)
        .ok_or_else(|| "must be the numbers of two modes, as in 1,2".to_owned())
}

impl From<Theme> for Ground {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

/// Reads a recording and draws it.
pub(super) fn plot(arguments: &PlotArguments) -> Result<(), CliError> {
    let panel = arguments.panel;
    if !panel.is_over_time() && (arguments.x.is_some() || arguments.x_log) {
        return Err(CliError::NoTimeAxis { panel: panel.name() });
    }
    Figure::check_name(&arguments.out)?;
    let mut files = CommandFiles::default();
    files.read("the recording", &arguments.file);
    files.will_write("--out", &arguments.out)?;
    let format = match &arguments.caption {
        None => None,
        Some(path) => {
            files.will_write("--caption", path)?;
            let format = CaptionFormat::of(path);
            Some(format.ok_or_else(|| CliError::CaptionExtension { path: path.clone() })?)
        }
    };
    let recording = read_npz(&arguments.file)?;
    let axis = match arguments.x {
        None | Some(Across::T) => TimeAxis::Time,
        Some(Across::Steps) => TimeAxis::Steps,
    };
    let scales = arguments.y.iter();
    let options = FigureOptions {
        panel,
        ground: arguments.theme.into(),
        chart: Options {
            time: TimeScale {
                axis,
                log: arguments.x_log,
            },
            scales: scales
                .flat_map(|&scale| PlotId::ALL.map(|plot| (plot, scale)))
                .collect(),
            perspective: match (arguments.own_noise, arguments.hide_teacher) {
                (_, true) => Perspective::Blind,
                (true, false) => Perspective::Own,
                (false, false) => Perspective::Teacher,
            },
            matrix: MatrixOptions {
                kind: arguments.matrix,
                own_scale: arguments.own_scale,
            },
            pair: arguments.modes,
            passage: match arguments.passage {
                Until::Half => Passage::Half,
                Until::Learned => Passage::Learned,
            },
            density: arguments.spread,
            ..Options::default()
        },
        paper: Paper {
            width: arguments.width,
            has_title: !arguments.no_title,
        },
    };
    let plots = panel.plots(&options.chart);
    let run = RecordedRun::new(&recording).prepared(&plots, &options.chart);
    let figure = Figure::draw_run(&run, &options)?.bytes(&arguments.out)?;
    let mut staging = Staging::default();
    staging.add(&arguments.out, |file| file.write_all(&figure))?;
    if let Some((path, format)) = arguments.caption.as_ref().zip(format) {
        let text = caption(&run.known(), panel, format);
        staging.add(path, |file| file.write_all(text.as_bytes()))?;
    }
    Ok(staging.commit()?)
}
