//! Lines, areas and texts as SVG. Lengths are in pixels of the figure, downwards from the upper left corner.

use std::fmt::Write as _;

use super::paper::PaperWidth;
use crate::chart::{Dashes, Stroke};
use crate::palette::Rgb;

/// Fonts of all text; the first one is shipped and used for PNG and PDF, the others are about as wide.
const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
/// Width of a character in sizes of the font, on average.
const CHARACTER: f64 = 0.58;
/// Height of the middle of small letters above the line they stand on, in sizes of the font.
const MIDDLE: f64 = 0.35;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rectangle {
    pub(super) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.top + self.height
    }
}

/// Which part of a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Letters {
    pub(super) size: f64,
    pub(super) colour: Rgb,
    pub(super) anchor: Anchor,
    pub(super) is_bold: bool,
    /// Colour of a rim that sets the letters off from what lies below.
    pub(super) rim: Option<Rgb>,
}

impl Letters {
    pub(super) fn new(size: f64, colour: Rgb) -> Self {
        Self {
            size,
            colour,
            anchor: Anchor::Start,
            is_bold: false,
            rim: None,
        }
    }

    pub(super) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

/// A figure being written.
pub(super) struct Svg {
    text: String,
    n_clips: usize,
}

impl Svg {
    /// An empty sheet.
    pub(super) fn new((width, height): (u32, u32), on: PaperWidth, paper: Rgb, title: &str) -> Self {
        let mut svg = Self {
            text: String::new(),
            n_clips: 0,
        };
        svg.push(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FONT}\">\n<title>{}</title>\n",
            on.length(f64::from(width)),
            on.length(f64::from(height)),
            escaped(title)
        ));
        let all = Rectangle {
            left: 0.0,
            top: 0.0,
            width: f64::from(width),
            height: f64::from(height),
        };
        svg.area(all, paper, 1.0);
        svg
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    /// What is drawn until [`Self::end`] belongs to a thing of this name.
    pub(super) fn begin(&mut self, name: &str) {
        self.push(format_args!("<g class=\"{}\">\n", escaped(name)));
    }

    /// What is drawn until [`Self::end`] is seen inside a rectangle only.
    pub(super) fn begin_inside(&mut self, place: Rectangle) {
        self.n_clips += 1;
        let n = self.n_clips;
        let Rectangle {
            left,
            top,
            width,
            height,
        } = place;
        self.push(format_args!(
            "<clipPath id=\"plot{n}\"><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/></clipPath>\n\
             <g clip-path=\"url(#plot{n})\">\n"
        ));
    }

    pub(super) fn end(&mut self) {
        self.text.push_str("</g>\n");
    }

    /// A rectangle without a rim.
    pub(super) fn area(&mut self, place: Rectangle, colour: Rgb, opacity: f32) {
        let Rectangle {
            left,
            top,
            width,
            height,
        } = place;
        self.push(format_args!(
            "<rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" fill=\"{}\"{}/>\n",
            hex(colour),
            share("fill-opacity", opacity)
        ));
    }

    /// A line through points.
    pub(super) fn line(&mut self, points: &[[f64; 2]], stroke: Stroke) {
        let dashes = match stroke.dashes {
            Dashes::None => String::new(),
            Dashes::Dashed(dash, gap) => format!(" stroke-dasharray=\"{dash} {gap}\""),
            Dashes::Dotted(spacing) => {
                // Round ends make dots of dashes that have no length.
                let dot = 0.1;
                format!(
                    " stroke-dasharray=\"{dot} {}\" stroke-linecap=\"round\"",
                    spacing.max(stroke.width + 1.0)
                )
            }
        };
        self.push(format_args!("<polyline points=\""));
        self.points(points);
        self.push(format_args!(
            "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{}{dashes}/>\n",
            hex(stroke.colour),
            stroke.width,
            share("stroke-opacity", stroke.opacity)
        ));
    }

    /// A filled polygon.
    pub(super) fn polygon(&mut self, points: &[[f64; 2]], colour: Rgb, opacity: f32) {
        self.push(format_args!("<polygon points=\""));
        self.points(points);
        self.push(format_args!(
            "\" fill=\"{}\"{}/>\n",
            hex(colour),
            share("fill-opacity", opacity)
        ));
    }

    /// The rim of a closed polygon or of a circle.
    pub(super) fn outline(&mut self, points: &[[f64; 2]], width: f64, colour: Rgb) {
        self.push(format_args!("<polygon points=\""));
        self.points(points);
        self.push(format_args!(
            "\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"/>\n",
            hex(colour)
        ));
    }

    /// A disc.
    pub(super) fn disc(&mut self, [x, y]: [f64; 2], radius: f64, colour: Rgb, opacity: f32) {
        self.push(format_args!(
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius}\" fill=\"{}\"{}/>\n",
            hex(colour),
            share("fill-opacity", opacity)
        ));
    }

    /// A circle.
    pub(super) fn ring(&mut self, [x, y]: [f64; 2], radius: f64, width: f64, colour: Rgb) {
        self.push(format_args!(
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"/>\n",
            hex(colour)
        ));
    }

    /// A text whose middle is as high as the place.
    pub(super) fn text(&mut self, content: &str, [x, y]: [f64; 2], letters: Letters) {
        self.placed_text(
            content,
            letters,
            format_args!("x=\"{x:.2}\" y=\"{:.2}\"", y + MIDDLE * letters.size),
        );
    }

    /// A text that runs upwards about the place.
    pub(super) fn upwards_text(&mut self, content: &str, [x, y]: [f64; 2], letters: Letters) {
        let x = x + MIDDLE * letters.size;
        self.placed_text(
            content,
            letters,
            format_args!("x=\"{x:.2}\" y=\"{y:.2}\" transform=\"rotate(-90 {x:.2} {y:.2})\""),
        );
    }

    fn placed_text(&mut self, content: &str, letters: Letters, place: std::fmt::Arguments<'_>) {
        let anchor = match letters.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if letters.is_bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let rim = letters.rim.map_or_else(String::new, |rim| {
            format!(
                " stroke=\"{}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
                hex(rim)
            )
        });
        self.push(format_args!(
            "<text {place} font-size=\"{}\"{weight}{anchor} fill=\"{}\"{rim}>{}</text>\n",
            letters.size,
            hex(letters.colour),
            escaped(content)
        ));
    }

    fn points(&mut self, points: &[[f64; 2]]) {
        for (i, [x, y]) in points.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            self.push(format_args!("{space}{x:.1},{y:.1}"));
        }
    }

    fn push(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing into a string never fails.
        let _always_written = self.text.write_fmt(arguments);
    }
}

/// Width of a text: the reader of an SVG brings the font, so this is an estimate.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * CHARACTER * size
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// An attribute for an opacity, unless it is whole.
fn share(attribute: &str, opacity: f32) -> String {
    if opacity < 1.0 {
        format!(" {attribute}=\"{opacity:.3}\"")
    } else {
        String::new()
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
