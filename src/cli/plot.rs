//! `saddlescope plot`: figures of a recorded run.

use clap::ValueEnum;

use super::PlotArguments;
use super::error::CliError;
use crate::palette::Ground;
use crate::session::{Figure, FigureOptions, FigurePanel, TimeAxis, check_writable, read_npz};

/// Panels by name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum PanelName {
    /// Strengths, diffusion, events and loss over one time axis
    All,
    /// Mode strengths over time
    Strengths,
    /// Diffusion of each mode over time
    Diffusion,
    /// From the noise peak of each mode to the moment it is learned, over time
    Events,
    /// Excess loss over time
    Loss,
    /// Diffusion against strength
    Law,
    /// Stationary histogram of every settled mode
    Histogram,
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

/// How values are laid on an axis.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ScaleName {
    /// Evenly
    Linear,
    /// By their logarithm
    Log,
}

impl From<Theme> for Ground {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

impl From<PanelName> for FigurePanel {
    fn from(name: PanelName) -> Self {
        match name {
            PanelName::All => Self::All,
            PanelName::Strengths => Self::Strengths,
            PanelName::Diffusion => Self::Diffusion,
            PanelName::Events => Self::Events,
            PanelName::Loss => Self::Loss,
            PanelName::Law => Self::Law,
            PanelName::Histogram => Self::Histogram,
        }
    }
}

/// Reads a recording and draws it.
pub(super) fn plot(arguments: &PlotArguments) -> Result<(), CliError> {
    let panel = FigurePanel::from(arguments.panel);
    if !panel.is_over_time() && (arguments.x.is_some() || arguments.x_log) {
        return Err(CliError::NoTimeAxis { panel: panel.name() });
    }
    Figure::check_name(&arguments.out)?;
    check_writable(&arguments.out)?;
    let recording = read_npz(&arguments.file)?;
    let options = FigureOptions {
        panel,
        ground: arguments.theme.into(),
        time_axis: match arguments.x {
            None | Some(Across::T) => TimeAxis::Time,
            Some(Across::Steps) => TimeAxis::Steps,
        },
        x_log: arguments.x_log,
        y_log: arguments.y.map(|scale| match scale {
            ScaleName::Linear => false,
            ScaleName::Log => true,
        }),
    };
    Ok(Figure::draw(&recording, &options)?.write(&arguments.out)?)
}
