//! A map as SVG: coloured cells, hatched where most replicas are not learned, a colour bar, and the values of the axes.

use std::fmt::Write as _;

use super::{Map, MapAxis};
use crate::palette::Ground;

/// Size of the picture and of the field of cells in it, in pixels.
const SIZE: (f64, f64) = (760.0, 560.0);
const FIELD: (f64, f64, f64, f64) = (90.0, 50.0, 520.0, 420.0);
/// Most values named on an axis.
const MOST_LABELS: usize = 9;
/// Ratio of largest to smallest from which on colours go by the logarithm.
const WIDE: f64 = 30.0;

/// Draws a map.
pub fn draw(map: &Map, ground: Ground) -> String {
    let (paper, ink, empty) = match ground {
        Ground::Light => ("#ffffff", "#222222", "#e4e4e4"),
        Ground::Dark => ("#17191c", "#e6e6e6", "#34373b"),
    };
    let colours = Colours::of(map);
    let (left, top, width, height) = FIELD;
    let (w, h) = (
        width / map.x.values.len() as f64,
        height / map.y.values.len() as f64,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" \
         font-family=\"DejaVu Sans, sans-serif\" font-size=\"12\" fill=\"{ink}\">\n<defs>",
        SIZE.0, SIZE.1
    );
    for (status, lines) in HATCHES {
        let _never = write!(
            out,
            "<pattern id=\"{status}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
             <path d=\"{lines}\" stroke=\"{ink}\" stroke-width=\"0.9\" fill=\"none\"/></pattern>"
        );
    }
    let _never = write!(
        out,
        "</defs>\n<rect width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\n"
    );
    let _never = writeln!(
        out,
        "<g shape-rendering=\"crispEdges\"><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"{empty}\"/>"
    );
    for cell in &map.cells {
        let (x, y) = (
            left + w * cell.place.0 as f64,
            top + height - h * (cell.place.1 + 1) as f64,
        );
        let place = format!("x=\"{x:.2}\" y=\"{y:.2}\" width=\"{w:.2}\" height=\"{h:.2}\"");
        if let Some(value) = cell.value {
            let _never = writeln!(out, "<rect {place} fill=\"{}\"/>", colours.of_value(value));
        }
        if HATCHES.iter().any(|(status, _)| *status == cell.status) {
            let _never = writeln!(out, "<rect {place} fill=\"url(#{})\"/>", cell.status);
        }
    }
    out.push_str("</g>\n");
    labels(&mut out, map);
    colours.bar(&mut out, ink);
    key_of_hatches(&mut out, map);
    let title = format!("{}, mode {}", map.measure, map.mode);
    text(&mut out, (left, 30.0), "start", &title);
    out.push_str("</svg>\n");
    out
}

/// Lines over the cells of each status.
const HATCHES: [(&str, &str); 4] = [
    ("diverged", "M0,0L6,6M0,6L6,0"),
    ("lost", "M0,6L6,0"),
    ("trapped", "M0,3L6,3"),
    ("unfinished", "M3,2.6L3,3.4"),
];

fn text(out: &mut String, at: (f64, f64), anchor: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _never = writeln!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{words}</text>",
        at.0, at.1
    );
}

/// A number in few digits.
fn short(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), few_digits)
}

fn few_digits(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-3..1e5).contains(&size) {
        return format!("{number:.2e}");
    }
    let decimals = if size == 0.0 {
        0
    } else {
        (2 - size.log10().floor() as i32).clamp(0, 6)
    };
    let digits = format!("{number:.0$}", decimals as usize);
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        digits
    }
}

/// Numbers of the values that are named.
fn named(axis: &MapAxis) -> impl Iterator<Item = usize> + use<> {
    let stride = axis.values.len().div_ceil(MOST_LABELS).max(1);
    (0..axis.values.len()).step_by(stride)
}

fn labels(out: &mut String, map: &Map) {
    let (left, top, width, height) = FIELD;
    let (w, h) = (
        width / map.x.values.len() as f64,
        height / map.y.values.len() as f64,
    );
    for i in named(&map.x) {
        let at = (left + w * (i as f64 + 0.5), top + height + 18.0);
        text(out, at, "middle", &short(&map.x.values[i]));
    }
    for i in named(&map.y) {
        let at = (left - 8.0, top + height - h * (i as f64 + 0.5) + 4.0);
        text(out, at, "end", &short(&map.y.values[i]));
    }
    text(
        out,
        (left + width / 2.0, top + height + 40.0),
        "middle",
        &map.x.key,
    );
    text(out, (8.0, top - 10.0), "start", &map.y.key);
}

/// What the hatches mean, of those that occur.
fn key_of_hatches(out: &mut String, map: &Map) {
    let (left, top, _, height) = FIELD;
    let mut x = left;
    for (status, _) in HATCHES {
        if map.cells.iter().any(|cell| cell.status == status) {
            let y = top + height + 56.0;
            let _never = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"18\" height=\"12\" fill=\"url(#{status})\" stroke=\"currentColor\" stroke-width=\"0.5\"/>"
            );
            text(out, (x + 24.0, y + 10.5), "start", status);
            x += 110.0;
        }
    }
}

/// From values to colours.
struct Colours {
    least: f64,
    most: f64,
    is_log: bool,
}

impl Colours {
    fn of(map: &Map) -> Self {
        let values = || map.cells.iter().filter_map(|cell| cell.value);
        let (least, most) = (
            values().fold(f64::INFINITY, f64::min),
            values().fold(f64::NEG_INFINITY, f64::max),
        );
        Self {
            is_log: least > 0.0 && most / least > WIDE,
            least,
            most,
        }
    }

    fn share_of(&self, value: f64) -> f64 {
        let share = if self.is_log {
            (value / self.least).ln() / (self.most / self.least).ln()
        } else {
            (value - self.least) / (self.most - self.least)
        };
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.5
        }
    }

    fn of_value(&self, value: f64) -> String {
        colour(self.share_of(value))
    }

    fn value_at(&self, share: f64) -> f64 {
        if self.is_log {
            self.least * (self.most / self.least).powf(share)
        } else {
            self.least + (self.most - self.least) * share
        }
    }

    fn bar(&self, out: &mut String, ink: &str) {
        /// Steps of the bar, and values named on it.
        const N: usize = 64;
        const N_LABELS: usize = 5;
        if self.least > self.most {
            return;
        }
        let (left, top, width, height) = FIELD;
        let (x, step) = (left + width + 30.0, height / N as f64);
        for i in 0..N {
            let share = (i as f64 + 0.5) / N as f64;
            let y = top + height - step * (i + 1) as f64;
            let _never = writeln!(
                out,
                "<rect x=\"{x}\" y=\"{y:.2}\" width=\"18\" height=\"{:.2}\" fill=\"{}\"/>",
                step + 0.3,
                colour(share)
            );
        }
        let _never = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{top}\" width=\"18\" height=\"{height}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"0.5\"/>"
        );
        for i in 0..N_LABELS {
            let share = i as f64 / (N_LABELS - 1) as f64;
            let at = (x + 24.0, top + height - height * share + 4.0);
            text(out, at, "start", &few_digits(self.value_at(share)));
        }
    }
}

/// Viridis, even to the eye and safe for colour-blind ones.
fn colour(share: f64) -> String {
    let colour = colorous::VIRIDIS.eval_continuous(share);
    format!("#{colour:x}")
}
