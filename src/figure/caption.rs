//! The caption of a figure: what was run, by which version and seed, and every number that a figure's caption needs, as Markdown or
//! LaTeX.

use std::fmt::Write as _;

use super::FigurePanel;
use crate::chart::{Known, PlotId};
use crate::experiment::{DataKind, InitScheme, LiveParams};
use crate::format::{brief, significant};
use crate::observables::events::ModeEvents;

/// How a caption is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptionFormat {
    /// Markdown, with symbols.
    Markdown,
    /// LaTeX, to go into `\caption{..}`.
    Latex,
}

impl CaptionFormat {
    /// The format of a file's name, `.md` or `.tex`.
    pub fn of(path: &std::path::Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "md" => Some(Self::Markdown),
            "tex" => Some(Self::Latex),
            _ => None,
        }
    }

    fn symbol(self, name: &str) -> String {
        match self {
            Self::Markdown => match name {
                "eta" => "\u{3b7}".to_owned(),
                "sigma" => "\u{3c3}".to_owned(),
                "mu" => "\u{3bc}".to_owned(),
                "lambda" => "\u{3bb}".to_owned(),
                other => other.to_owned(),
            },
            Self::Latex => match name {
                "eta" | "sigma" | "mu" | "lambda" => format!("$\\{name}$"),
                other => format!("${other}$"),
            },
        }
    }

    fn number(self, value: f64, n_digits: usize) -> String {
        let plain = brief(value, n_digits);
        match self {
            Self::Markdown => plain,
            Self::Latex => {
                // The program's own writing of powers, as LaTeX has it.
                let Some((mantissa, power)) = plain.split_once("\u{b7}10") else {
                    return format!("${}$", plain.replace('\u{2212}', "-"));
                };
                let digits: String = power
                    .chars()
                    .map(|raised| match raised {
                        '\u{207b}' => '-',
                        '\u{b9}' => '1',
                        '\u{b2}' => '2',
                        '\u{b3}' => '3',
                        raised => {
                            let digit = (raised as u32).wrapping_sub(0x2070);
                            char::from_digit(digit, 10).unwrap_or('0')
                        }
                    })
                    .collect();
                format!("${}\\cdot 10^{{{digits}}}$", mantissa.replace('\u{2212}', "-"))
            }
        }
    }

    fn dash(self) -> &'static str {
        match self {
            Self::Markdown => "\u{2013}",
            Self::Latex => "--",
        }
    }
}

/// Writes the caption of a figure that shows this run.
pub fn caption(known: &Known<'_>, panel: FigurePanel, format: CaptionFormat) -> String {
    let shows = panel.title();
    let experiment = known.experiment;
    let live = &experiment.live;
    let widths: Vec<String> = experiment
        .network
        .widths()
        .iter()
        .map(ToString::to_string)
        .collect();
    let number = |value: f64| format.number(value, 4);
    let mut text = format!(
        "{shows}. Deep linear network of widths {} trained by {} ({}",
        widths.join(format.dash()),
        experiment.dynamics().label(),
        parameters(live, format),
    );
    let strengths: Vec<String> = known.teacher.iter().map(|strength| number(*strength)).collect();
    let start = match experiment.init.scheme {
        InitScheme::Aligned if experiment.init.strengths.is_empty() => {
            format!(
                "aligned, balanced weights of strength {}",
                number(experiment.init.strength)
            )
        }
        InitScheme::Aligned => {
            let each: Vec<String> = experiment
                .init
                .strengths
                .iter()
                .map(|strength| number(*strength))
                .collect();
            format!("aligned, balanced weights of strengths {}", each.join(", "))
        }
        InitScheme::Gaussian => {
            format!(
                "Gaussian weights of standard deviation {}",
                number(experiment.init.std)
            )
        }
        InitScheme::Power => {
            format!(
                "Gaussian weights of variance min(fan in, fan out) to the power {}",
                number(-experiment.init.gamma)
            )
        }
    };
    let data = match experiment.data.kind {
        DataKind::Online => "fresh samples".to_owned(),
        DataKind::Dataset => format!("{} stored samples", experiment.data.n_samples),
        DataKind::File => {
            let n = experiment
                .data
                .samples
                .as_ref()
                .map_or(0, |samples| samples.n_samples());
            format!("{n} samples of a file")
        }
    };
    let _never = write!(
        text,
        ") from {start} on {data}; teacher of strengths {}; seed {}, {} steps (t = {}).",
        strengths.join(", "),
        experiment.seed,
        known.now.step,
        number(known.now.time),
    );
    if !experiment.schedule.is_empty() {
        text.push_str(" Parameters follow a schedule.");
    }
    for change in known.interventions {
        let _never = write!(
            text,
            " From step {} on: {}.",
            change.step,
            parameters(&change.live, format)
        );
    }
    for (mode, events) in known.modes.iter().enumerate() {
        text.push_str(&of_mode(mode, events));
    }
    for mode in 0..known.rank() {
        let Some(statistics) = known
            .trajectories
            .first()
            .and_then(|run| run.statistics?.modes.get(mode))
        else {
            continue;
        };
        let (Some(mean), Some(variance)) = (statistics.moments.mean(), statistics.moments.variance()) else {
            continue;
        };
        if known.n_settled(mode) >= super::LEAST_ROWS && known.live().label_noise_std > 0.0 {
            let _never = write!(
                text,
                " Mode {} settles at {} with variance {}.",
                mode + 1,
                format.number(mean, 5),
                format.number(variance, 3)
            );
        }
    }
    let has_bands = matches!(panel, FigurePanel::All | FigurePanel::One(PlotId::Strengths));
    if let Some(ensemble) = known.ensembles.first().filter(|_| has_bands) {
        let _never = write!(text, " Bands: 10 to 90 % of {} runs.", ensemble.n_members);
    }
    let _never = write!(text, " Made with saddlescope {}.", env!("CARGO_PKG_VERSION"));
    text.push('\n');
    match format {
        CaptionFormat::Markdown => text,
        CaptionFormat::Latex => text.replace('%', "\\%"),
    }
}

/// Live parameters; momentum and decay where there are any.
fn parameters(live: &LiveParams, format: CaptionFormat) -> String {
    let number = |value: f64| format.number(value, 4);
    let mut text = format!(
        "{} = {}, {} = {}, {} = {}",
        format.symbol("eta"),
        number(live.learning_rate),
        format.symbol("B"),
        live.batch_size,
        format.symbol("sigma"),
        number(live.label_noise_std),
    );
    for (symbol, value) in [("mu", live.momentum), ("lambda", live.weight_decay)] {
        if value > 0.0 {
            let _never = write!(text, ", {} = {}", format.symbol(symbol), number(value));
        }
    }
    text
}

/// Peak, learned and lead of a mode.
fn of_mode(mode: usize, events: &ModeEvents) -> String {
    let name = format!(" Mode {}:", mode + 1);
    match (
        events.peak.filter(|peak| peak.confirmed),
        events.learned,
        events.lead(),
    ) {
        (Some(peak), Some(learned), Some(lead)) => {
            let theory = lead.steps_predicted().map_or_else(String::new, |steps| {
                format!(" (theory {})", significant(steps, 3))
            });
            format!(
                "{name} diffusion peak at step {}, 95 % learned at {}, lead {}{theory}.",
                peak.step, learned.step, lead.steps
            )
        }
        (Some(peak), None, _) => format!("{name} diffusion peak at step {}.", peak.step),
        (None, Some(learned), _) => format!("{name} 95 % learned at step {}.", learned.step),
        (_, _, _) => String::new(),
    }
}
