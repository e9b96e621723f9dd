//! A recording as a picture (SVG): mode strengths, diffusion of each mode and excess loss over one time axis.
//!
//! The drawing library places whole pixels, so everything is drawn [`SCALE`] times too large and scaled back by the picture's
//! view box.

mod axis;
mod curve;
mod labels;
mod panel;
mod panels;

use std::io::{self, Write};

use plotters::backend::SVGBackend;
use plotters::drawing::IntoDrawingArea as _;
use plotters::style::{RGBColor, WHITE};

use self::panel::{Rectangle, text};
use self::panels::{diffusions, losses, strengths};
use super::recording::Recording;
use crate::experiment::Experiment;
use crate::observables::Schema;
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
    if n_drawn_rows < recording.rows().len() {
        parts.push("cut where it diverges".to_owned());
    }
    let rank = recording.schema().rank();
    if rank > MAX_MODES {
        parts.push(format!("the first {MAX_MODES} of {rank} modes are drawn"));
    }
    (title, parts.join(", "))
}
