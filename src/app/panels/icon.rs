//! Signs on buttons, drawn rather than taken from a font: the same in every size and theme. Each button has a name for those who do
//! not see it.

use eframe::egui::{self, Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, pos2, vec2};

use crate::app::style;

/// What a sign shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// A triangle back to a bar.
    ToStart,
    /// A window with its left part filled.
    LeftPanel,
    /// A window with its right part filled.
    RightPanel,
}

/// Side of a sign, in points.
const SIGN: f32 = 12.0;

/// A square button with a sign; `is_on` where what it stands for is there.
pub(super) fn icon_button(ui: &mut Ui, icon: Icon, name: &str, hint: &str, is_on: bool) -> Response {
    let is_enabled = ui.is_enabled();
    let size = vec2(1.4 * style::CONTROL, style::CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let mut told = egui::WidgetInfo::labeled(egui::Role::Button, is_enabled, name);
        told.selected = Some(is_on);
        told
    });
    let visuals = ui.style().interact_selectable(&response, is_on);
    let painter = ui.painter();
    let is_touched = response.hovered() || response.has_focus() || is_on;
    if is_touched {
        let stroke = if response.has_focus() {
            Stroke::new(1.5, style::accent(ui.visuals()))
        } else {
            visuals.bg_stroke
        };
        painter.rect(
            rect,
            visuals.corner_radius,
            visuals.weak_bg_fill,
            stroke,
            egui::StrokeKind::Inside,
        );
    }
    let color = if is_enabled {
        visuals.text_color()
    } else {
        style::quiet(ui.visuals())
    };
    paint(
        painter,
        icon,
        Rect::from_center_size(rect.center(), vec2(SIGN, SIGN)),
        color,
    );
    response.on_hover_text(hint)
}

fn paint(painter: &Painter, icon: Icon, at: Rect, color: Color32) {
    let bar = |left: f32, width: f32| {
        let least = pos2(at.left() + left * at.width(), at.top() + 0.08 * at.height());
        let most = pos2(least.x + width * at.width(), at.bottom() - 0.08 * at.height());
        painter.rect_filled(Rect::from_min_max(least, most), 1.0, color);
    };
    let triangle = |tip: Pos2, base: f32| {
        let corners = vec![
            tip,
            pos2(base, at.top() + 0.08 * at.height()),
            pos2(base, at.bottom() - 0.08 * at.height()),
        ];
        painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
    };
    let middle = at.center().y;
    match icon {
        Icon::Play => triangle(pos2(at.right(), middle), at.left() + 0.14 * at.width()),
        Icon::Pause => {
            bar(0.14, 0.24);
            bar(0.62, 0.24);
        }
        Icon::ToStart => {
            bar(0.08, 0.14);
            triangle(pos2(at.left() + 0.26 * at.width(), middle), at.right());
        }
        Icon::LeftPanel | Icon::RightPanel => {
            let stroke = Stroke::new(1.2, color);
            let window = at.shrink2(vec2(0.0, 0.08 * at.height()));
            painter.rect_stroke(window, 2.0, stroke, egui::StrokeKind::Inside);
            let width = 0.36 * window.width();
            let part = if icon == Icon::LeftPanel {
                Rect::from_min_size(window.min, vec2(width, window.height()))
            } else {
                Rect::from_min_size(
                    pos2(window.right() - width, window.top()),
                    vec2(width, window.height()),
                )
            };
            painter.rect_filled(part, 2.0, color);
        }
    }
}
