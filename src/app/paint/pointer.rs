//! What the pointer does over a plot over time: dragging pans, the wheel zooms in time, Ctrl and the wheel or two fingers zoom both
//! axes, a drag with the right button zooms to a box, a double click goes back to the live view, a click answers a guess.

use eframe::egui::{self, PointerButton, Rect, Response, StrokeKind, Ui, Vec2};

use super::frame::Frame;
use super::ground::Ground;
use crate::app::state::{Hovered, TimeWindow, View, drawable};
use crate::chart::{Picture, PlotId};

/// Wheel points that zoom by a factor of e.
const WHEEL: f64 = 300.0;
/// Distance of a mark, in points, at which it is pointed at.
const NEAR: f32 = 9.0;
/// Smallest box, in points, that is zoomed to.
const LEAST_BOX: f32 = 6.0;

/// Takes what the pointer did over a plot.
pub(super) fn take(ui: &Ui, response: &Response, frame: &Frame, picture: &Picture, view: &mut View) {
    let plot = picture.id;
    let pointer = ui.input(|input| input.pointer.latest_pos());
    if response.dragged_by(PointerButton::Primary) {
        pan(response.drag_delta(), frame, plot, view);
    }
    if let Some(pointer) = pointer.filter(|_| response.hovered()) {
        let [x, _] = frame.position(pointer);
        let is_near = |at: [f64; 2]| frame.shows(at) && frame.point(at).distance(pointer) < NEAR;
        let mark = picture.marks.iter().rev().find(|mark| is_near(mark.at));
        view.hovered = Some(Hovered {
            plot,
            x,
            mark: mark.map(|mark| mark.name.clone()),
        });
        zoom(ui, frame, frame.position(pointer), plot, view);
    }
    if response.double_clicked() {
        view.attach();
    } else if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        let [x, y] = frame.position(pointer);
        view.clicked = Some((plot, x, picture.y.scale.value(y)));
    }
}

/// Lets the right button draw a box, and zooms to it.
pub(super) fn take_box(
    ui: &Ui,
    response: &Response,
    frame: &Frame,
    plot: PlotId,
    ground: &Ground,
    view: &mut View,
) {
    let inside = |point: egui::Pos2| frame.rect.clamp(point);
    let pointer = response.interact_pointer_pos().map(inside);
    if response.drag_started_by(PointerButton::Secondary) {
        let origin = ui.input(|input| input.pointer.press_origin());
        view.zoom_box = origin.map(|origin| (plot, inside(origin)));
    }
    let Some((_, origin)) = view.zoom_box.filter(|(of, _)| *of == plot) else {
        return;
    };
    let Some(pointer) = pointer else {
        // The button was let go where no one saw it.
        if !response.dragged() {
            view.zoom_box = None;
        }
        return;
    };
    let chosen = Rect::from_two_pos(origin, pointer);
    if response.drag_stopped_by(PointerButton::Secondary) {
        view.zoom_box = None;
        if chosen.width() > LEAST_BOX && chosen.height() > LEAST_BOX {
            let [left, top] = frame.position(chosen.left_top());
            let [right, bottom] = frame.position(chosen.right_bottom());
            show(view, plot, Some((left, right)), Some((bottom, top)));
        }
        return;
    }
    let stroke = egui::Stroke::new(1.0, ground.text(None));
    let fill = ground.grey().gamma_multiply(0.15);
    ui.painter().rect(chosen, 0.0, fill, stroke, StrokeKind::Inside);
}

fn pan(by: Vec2, frame: &Frame, plot: PlotId, view: &mut View) {
    let across = f64::from(by.x) * (frame.x.1 - frame.x.0) / f64::from(frame.rect.width().max(1.0));
    let upwards = f64::from(by.y) * (frame.y.1 - frame.y.0) / f64::from(frame.rect.height().max(1.0));
    let x = (frame.x.0 - across, frame.x.1 - across);
    let y = (frame.y.0 + upwards, frame.y.1 + upwards);
    show(view, plot, (by.x != 0.0).then_some(x), (by.y != 0.0).then_some(y));
}

/// Zooms about a position.
fn zoom(ui: &Ui, frame: &Frame, [x, y]: [f64; 2], plot: PlotId, view: &mut View) {
    let (scroll, both, of_both) = ui.input(|input| {
        let factor = input.zoom_delta_2d();
        (input.smooth_scroll_delta().y, factor, factor != Vec2::splat(1.0))
    });
    let about = |middle: f64, (low, high): (f64, f64), factor: f64| {
        (
            middle + (low - middle) * factor,
            middle + (high - middle) * factor,
        )
    };
    if of_both {
        let wider = |factor: f32| 1.0 / f64::from(factor);
        show(
            view,
            plot,
            Some(about(x, frame.x, wider(both.x))),
            Some(about(y, frame.y, wider(both.y))),
        );
    } else if scroll != 0.0 {
        let range = about(x, frame.x, (-f64::from(scroll) / WHEEL).exp());
        show(view, plot, Some(range), None);
    }
}

/// Shows these ranges, as far as they can be drawn; a strip of rows has no range of its own upwards.
fn show(view: &mut View, plot: PlotId, x: Option<(f64, f64)>, y: Option<(f64, f64)>) {
    if let Some((low, high)) = x.filter(|&(low, high)| drawable(low, high)) {
        view.window = TimeWindow::Detached { low, high };
    }
    let y = y.filter(|&(low, high)| drawable(low, high) && !plot.is_strip());
    if let Some(y) = y {
        view.vertical.insert(plot, y);
    }
}
