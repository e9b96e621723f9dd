//! A figure as PDF: the shapes of the tree that the PNG is drawn from, written as they are. Letters are shapes too, so a reader
//! needs no font and shows every sign.
//!
//! Operators as in ISO 32000-1, 8.4 to 8.5. A page for a screen is as large in points as the figure in
//! pixels; one for paper as large as it is in print.

use std::collections::BTreeMap;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Filter, Finish as _, Name, Pdf, Rect, Ref, TextStr};
use resvg::tiny_skia::{Path, PathSegment, Transform};
use resvg::usvg::{FillRule, Group, LineCap, LineJoin, Node, Paint, Stroke};

use super::FigureError;
use super::tree::tree;

/// Opacities of areas and lines in thousandths.
type Opacities = (u16, u16);

/// Writes an SVG of so many pixels as one page; `points_per_pixel` is how large it is in print.
///
/// # Errors
/// [`FigureError::Draw`] where the figure is none: a mistake of the program.
pub(super) fn pdf(svg: &str, size: (u32, u32), points_per_pixel: f64) -> Result<Vec<u8>, FigureError> {
    let tree = tree(svg)?;
    let [width, height] = [size.0, size.1].map(|pixels| (points_per_pixel * f64::from(pixels)) as f32);
    // A figure for paper has a size of its own in millimetres.
    let scale = width / tree.size().width();
    let mut page = Page {
        content: Content::new(),
        opacities: BTreeMap::new(),
        next: Ref::new(10),
    };
    // PDF counts upwards from the lower left corner.
    page.content.transform([scale, 0.0, 0.0, -scale, 0.0, height]);
    page.draw_group(tree.root())?;
    let Page {
        content, opacities, ..
    } = page;
    let content = content.finish();

    let [catalog, pages, sheet, contents, information] = [1, 2, 3, 4, 5].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([sheet]).count(1);
    let mut written = pdf.page(sheet);
    written
        .parent(pages)
        .media_box(Rect::new(0.0, 0.0, width, height))
        .contents(contents);
    let mut resources = written.resources();
    let mut states = resources.ext_g_states();
    for (opacity, id) in &opacities {
        states.pair(Name(name_of(*opacity).as_bytes()), *id);
    }
    states.finish();
    resources.finish();
    written.finish();
    for ((area, line), id) in &opacities {
        let share = |thousandths: u16| f32::from(thousandths) / 1000.0;
        pdf.ext_graphics(*id)
            .non_stroking_alpha(share(*area))
            .stroking_alpha(share(*line));
    }
    pdf.stream(contents, &compressed(&content)?)
        .filter(Filter::FlateDecode);
    pdf.document_info(information)
        .creator(TextStr(concat!("saddlescope ", env!("CARGO_PKG_VERSION"))));
    Ok(pdf.finish())
}

/// A page being written.
struct Page {
    content: Content,
    /// Graphics states for what is not opaque.
    opacities: BTreeMap<Opacities, Ref>,
    next: Ref,
}

impl Page {
    fn draw_group(&mut self, group: &Group) -> Result<(), FigureError> {
        self.content.save_state();
        self.transform(group.transform());
        if let Some(clip) = group.clip_path() {
            // The figure clips by rectangles alone, each a path of its own.
            for node in clip.root().children() {
                if let Node::Path(path) = node {
                    self.path(path.data());
                    self.content.clip_nonzero();
                    self.content.end_path();
                }
            }
        }
        for node in group.children() {
            match node {
                Node::Group(group) => self.draw_group(group)?,
                Node::Path(path) => {
                    self.draw_path(path)?;
                }
                Node::Text(text) => self.draw_group(text.flattened())?,
                Node::Image(_) => return Err(FigureError::Draw("an image in a figure".to_owned())),
            }
        }
        self.content.restore_state();
        Ok(())
    }

    fn draw_path(&mut self, path: &resvg::usvg::Path) -> Result<(), FigureError> {
        let opacity = |opacity: f32| (1000.0 * opacity).round() as u16;
        let of_area = path.fill().map_or(1000, |fill| opacity(fill.opacity().get()));
        let of_line = path
            .stroke()
            .map_or(1000, |stroke| opacity(stroke.opacity().get()));
        self.content.save_state();
        if (of_area, of_line) != (1000, 1000) {
            let next = &mut self.next;
            self.opacities
                .entry((of_area, of_line))
                .or_insert_with(|| next.bump());
            let name = name_of((of_area, of_line));
            self.content.set_parameters(Name(name.as_bytes()));
        }
        let is_line_first = path.paint_order() == resvg::usvg::PaintOrder::StrokeAndFill;
        if is_line_first {
            self.draw_line(path)?;
        }
        if let Some(fill) = path.fill() {
            let [red, green, blue] = colour(fill.paint())?;
            self.content.set_fill_rgb(red, green, blue);
            self.path(path.data());
            match fill.rule() {
                FillRule::NonZero => self.content.fill_nonzero(),
                FillRule::EvenOdd => self.content.fill_even_odd(),
            };
        }
        if !is_line_first {
            self.draw_line(path)?;
        }
        self.content.restore_state();
        Ok(())
    }

    fn draw_line(&mut self, path: &resvg::usvg::Path) -> Result<(), FigureError> {
        if let Some(stroke) = path.stroke() {
            self.set_line(stroke)?;
            self.path(path.data());
            self.content.stroke();
        }
        Ok(())
    }

    fn set_line(&mut self, stroke: &Stroke) -> Result<(), FigureError> {
        let [red, green, blue] = colour(stroke.paint())?;
        self.content
            .set_stroke_rgb(red, green, blue)
            .set_line_width(stroke.width().get())
            .set_line_cap(match stroke.linecap() {
                LineCap::Butt => LineCapStyle::ButtCap,
                LineCap::Round => LineCapStyle::RoundCap,
                LineCap::Square => LineCapStyle::ProjectingSquareCap,
            })
            .set_line_join(match stroke.linejoin() {
                LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
                LineJoin::Round => LineJoinStyle::RoundJoin,
                LineJoin::Bevel => LineJoinStyle::BevelJoin,
            })
            .set_dash_pattern(
                stroke.dasharray().unwrap_or_default().iter().copied(),
                stroke.dashoffset(),
            );
        Ok(())
    }

    fn transform(&mut self, transform: Transform) {
        if !transform.is_identity() {
            let Transform {
                sx,
                kx,
                ky,
                sy,
                tx,
                ty,
            } = transform;
            self.content.transform([sx, ky, kx, sy, tx, ty]);
        }
    }

    fn path(&mut self, path: &Path) {
        let mut last = (0.0, 0.0);
        for segment in path.segments() {
            match segment {
                PathSegment::MoveTo(to) => {
                    self.content.move_to(to.x, to.y);
                    last = (to.x, to.y);
                }
                PathSegment::LineTo(to) => {
                    self.content.line_to(to.x, to.y);
                    last = (to.x, to.y);
                }
                // PDF has cubic curves alone.
                PathSegment::QuadTo(by, to) => {
                    let near = |from: f32, by: f32| from + (by - from) * (2.0 / 3.0);
                    self.content.cubic_to(
                        near(last.0, by.x),
                        near(last.1, by.y),
                        near(to.x, by.x),
                        near(to.y, by.y),
                        to.x,
                        to.y,
                    );
                    last = (to.x, to.y);
                }
                PathSegment::CubicTo(first, second, to) => {
                    self.content
                        .cubic_to(first.x, first.y, second.x, second.y, to.x, to.y);
                    last = (to.x, to.y);
                }
                PathSegment::Close => {
                    self.content.close_path();
                }
            }
        }
    }
}

/// Name of the graphics state of some opacities.
fn name_of((area, line): Opacities) -> String {
    format!("a{area}l{line}")
}

/// Red, green and blue from 0 to 1.
fn colour(paint: &Paint) -> Result<[f32; 3], FigureError> {
    match paint {
        Paint::Color(colour) => {
            Ok([colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0))
        }
        Paint::LinearGradient(_) | Paint::RadialGradient(_) | Paint::Pattern(_) => {
            Err(FigureError::Draw("a paint that is no colour".to_owned()))
        }
    }
}

fn compressed(bytes: &[u8]) -> Result<Vec<u8>, FigureError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map_err(|error| FigureError::Draw(error.to_string()))
}
