//! A recording as a picture (SVG): mode strengths, diffusion of each mode and excess loss over one time axis.
//!
//! The drawing library places whole pixels, so everything is drawn [`SCALE`] times too large and scaled back by the picture's
//! view box.

mod axis;
mod curve;
mod panel;

use std::io::{self, Write};

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea as _;
use plotters::style::{RGBColor, WHITE};

use self::curve::{Curve, Frame, Scale, Stroke};
use self::panel::{Key, Labels, Level, Panel, Rectangle, text};
use super::recording::Recording;
use crate::experiment::Experiment;
use crate::observables::{Quantity, Schema};
use crate::palette::{Ground, mode_style};
use crate::theory::plateau_levels;

/// Drawing units in a pixel.
const SCALE: u32 = 10;
/// Size of the picture in pixels.
const SIZE: (u32, u32) = (1120, 1010);
/// Modes drawn; more could not be told apart.
const MAX_MODES: usize = 8;
/// Excess loss, in multiples of that at the start or at the first saddle, beyond which a run is not drawn.
const MOST_EXCESS: f64 = 100.0;
const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
const GREY: RGBColor = RGBColor(0x70, 0x70, 0x70);

/// Draws the recording as SVG.
///
/// # Errors
/// What `writer` answers.
pub fn write_figure(recording: &Recording, mut writer: impl Write) -> io::Result<()> {
    let svg = draw(recording).map_err(io::Error::other)?;
    writer.write_all(svg.as_bytes())
}

fn draw(recording: &Recording) -> Result<String, panel::DrawError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (SIZE.0 * SCALE, SIZE.1 * SCALE)).into_drawing_area();
        root.fill(&WHITE)?;
        let times: Vec<f64> = recording
            .column(Schema::TIME)
            .take(n_readable_rows(recording))
            .collect();
        let (title, caption) = captions(recording, times.len());
        text(&root, &title, (24, 18), 17, INK)?;
        text(&root, &caption, (24, 44), 13, GREY)?;
        let mut top = 76;
        for (panel, height, is_last) in [
            (strengths(recording, &times), 300, false),
            (diffusions(recording, &times), 280, false),
            (losses(recording, &times), 340, true),
        ] {
            let place = Rectangle {
                left: 24,
                top,
                width: SIZE.0 - 48,
                height,
            };
            panel.draw(&root, place, axis::time_range(&times), is_last)?;
            top += height;
        }
        root.present()?;
    }
    let (width, height) = SIZE;
    Ok(svg.replacen(
        &format!("width=\"{}\" height=\"{}\"", width * SCALE, height * SCALE),
        &format!("width=\"{width}\" height=\"{height}\""),
        1,
    ))
}

/// Rows up to where the excess loss of a diverging run leaves every scale on which something else could be seen.
fn n_readable_rows(recording: &Recording) -> usize {
    let start = recording.column(Schema::EXCESS_LOSS).next().unwrap_or(0.0);
    let saddle = plateau_levels(recording.risk().teacher().strengths())
        .first()
        .copied()
        .unwrap_or(0.0);
    let most = MOST_EXCESS * start.max(saddle);
    recording
        .column(Schema::EXCESS_LOSS)
        .take_while(|excess| *excess <= most)
        .count()
}

/// What was run, in two lines.
fn captions(recording: &Recording, n_drawn_rows: usize) -> (String, String) {
    let Experiment {
        engine,
        seed,
        network,
        live,
        ..
    } = recording.experiment();
    let widths: Vec<String> = network.widths().iter().map(ToString::to_string).collect();
    let title = format!(
        "Deep linear network of widths {} trained by {}",
        widths.join("–"),
        engine.label()
    );
    let n_steps = recording.column(Schema::STEP).last().unwrap_or(0.0);
    let mut parts = vec![
        format!(
            "η = {}, B = {}, σ = {}",
            live.learning_rate, live.batch_size, live.label_noise_std
        ),
        format!("seed {seed}, {n_steps} steps"),
    ];
    if n_drawn_rows < recording.rows().len() {
        parts.push("cut where it diverges".to_owned());
    }
    let rank = recording.schema().rank();
    if rank > MAX_MODES {
        parts.push(format!("the first {MAX_MODES} of {rank} modes are drawn"));
    }
    (title, parts.join(", "))
}

fn colour(mode: usize) -> RGBColor {
    let [red, green, blue] = mode_style(mode, Ground::Light).color;
    RGBColor(red, green, blue)
}

/// The frame of per-mode curves.
fn frame<'a>(recording: &Recording, times: &'a [f64], quantities: &[Quantity], scale: Scale) -> Frame<'a> {
    let schema = recording.schema();
    let columns = quantities.iter().flat_map(|quantity| schema.columns(*quantity));
    let values = columns.flat_map(|column| recording.column(column).take(times.len()));
    Frame::new(times, scale, schema.rank().min(MAX_MODES), values)
}

/// One curve a mode.
fn per_mode<'a>(
    recording: &'a Recording,
    frame: Frame<'a>,
    quantity: Quantity,
    style: impl Fn(usize) -> (RGBColor, u32, Stroke) + 'a,
) -> impl Iterator<Item = Curve> + 'a {
    let schema = recording.schema();
    (0..schema.rank().min(MAX_MODES)).map(move |mode| {
        let (colour, width, stroke) = style(mode);
        Curve::new(
            frame,
            recording.column(schema.column(quantity, mode)),
            colour,
            width,
            stroke,
        )
    })
}

/// Modes beyond the colours are told apart by their dashes.
fn mode_stroke(mode: usize) -> Stroke {
    if mode_style(mode, Ground::Light).dashed {
        Stroke::LongDashes
    } else {
        Stroke::Solid
    }
}

fn strengths(recording: &Recording, times: &[f64]) -> Panel {
    let teacher = recording.risk().teacher().strengths();
    let levels = teacher
        .iter()
        .take(MAX_MODES)
        .enumerate()
        .map(|(mode, &strength)| Level {
            value: strength,
            label: format!("mode {}, m = {strength}", mode + 1),
            colour: colour(mode),
        });
    let frame = frame(
        recording,
        times,
        &[Quantity::Strength, Quantity::SingularValue],
        Scale::Linear,
    );
    let strengths = per_mode(recording, frame, Quantity::Strength, |mode| {
        (colour(mode), 26, mode_stroke(mode))
    });
    let singular = per_mode(recording, frame, Quantity::SingularValue, |_| {
        (INK, 8, Stroke::Solid)
    });
    Panel {
        title: "Mode strengths",
        axis_title: "strength a, singular value s",
        scale: frame.scale,
        // Singular values show only where they are something else than the strengths.
        curves: singular.chain(strengths).collect(),
        levels: levels.collect(),
        labels: Labels::Spread,
        keys: vec![
            Key {
                label: "mode strength",
                colour: colour(0),
                width: 26,
                stroke: Stroke::Solid,
            },
            Key {
                label: "student's singular values",
                colour: INK,
                width: 8,
                stroke: Stroke::Solid,
            },
            Key {
                label: "teacher m",
                colour: colour(0),
                width: 10,
                stroke: Stroke::Dashes,
            },
        ],
    }
}

fn diffusions(recording: &Recording, times: &[f64]) -> Panel {
    let frame = frame(recording, times, &[Quantity::Diffusion], Scale::Log);
    let exact = per_mode(recording, frame, Quantity::Diffusion, |mode| {
        (colour(mode), 20, mode_stroke(mode))
    });
    let law = per_mode(recording, frame, Quantity::DiffusionLaw, |mode| {
        (colour(mode), 10, Stroke::Dashes)
    });
    Panel {
        title: "Diffusion of each mode",
        axis_title: "D, variance of a per unit time",
        scale: frame.scale,
        curves: exact.chain(law).collect(),
        levels: Vec::new(),
        labels: Labels::Spread,
        keys: vec![
            Key {
                label: "exact",
                colour: colour(0),
                width: 20,
                stroke: Stroke::Solid,
            },
            Key {
                label: "law of an aligned, balanced mode",
                colour: colour(0),
                width: 10,
                stroke: Stroke::Dashes,
            },
        ],
    }
}

fn losses(recording: &Recording, times: &[f64]) -> Panel {
    let levels = plateau_levels(recording.risk().teacher().strengths());
    // The last level is the minimum, which has no place on a logarithmic axis.
    let saddles = levels.iter().take(levels.len() - 1).take(MAX_MODES).enumerate();
    let levels = saddles.map(|(n_learned, &value)| Level {
        value,
        label: format!("{n_learned} learned"),
        colour: GREY,
    });
    let values = || recording.column(Schema::EXCESS_LOSS).take(times.len());
    let frame = Frame::new(times, Scale::Log, 1, values());
    Panel {
        title: "Excess loss",
        axis_title: "excess loss ½‖W − M‖²",
        scale: frame.scale,
        curves: vec![Curve::new(frame, values(), INK, 20, Stroke::Solid)],
        levels: levels.collect(),
        labels: Labels::NearLine,
        keys: vec![
            Key {
                label: "student",
                colour: INK,
                width: 20,
                stroke: Stroke::Solid,
            },
            Key {
                label: "saddles, by number of modes learned",
                colour: GREY,
                width: 10,
                stroke: Stroke::Dashes,
            },
        ],
    }
}
