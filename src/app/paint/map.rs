//! The map in the window: its picture, the pointer's cell and law, and what buttons do on it. A click or a drag runs a cell's
//! settings, with Shift the very run of the cell; the right button draws a rectangle to be computed anew.

use eframe::egui::{self, PointerButton, Pos2, Rect, Response, Sense, StrokeKind, Ui, pos2, vec2};

use super::Caches;
use super::frame::Frame;
use super::ground::Ground;
use super::over_time::room;
use super::panel::{LEFT_GUTTER, Panel, Surroundings};
use crate::app::action::{Action, MapAction};
use crate::app::state::State;
use crate::chart::{self, MapRange, MapView, Picture, Room};
use crate::sweep::map::{Boundaries, Boundary, MapAxis, MapTable};

/// Points right of the map.
const RIGHT_GUTTER: f32 = 16.0;
/// Distance of a line, in points, at which it is pointed at.
const NEAR: f32 = 7.0;
/// Smallest rectangle, in points, that is computed anew.
const LEAST_BOX: f32 = 8.0;
/// Share of the ground over a map that is about to be replaced.
const VEIL: f32 = 0.62;

/// What a picture of the map depends on.
#[derive(Clone, Debug, PartialEq)]
struct PictureKey {
    n_changes: u64,
    view: MapView,
    has_theory: bool,
    dot: Option<[f64; 2]>,
    room: Room,
}

/// The picture of the map, kept until something in it changes: a map has thousands of cells, and frames come whenever a run goes on.
#[derive(Debug, Default)]
pub(super) struct MapCache {
    kept: Option<(PictureKey, Picture)>,
}

impl MapCache {
    fn picture(&mut self, key: PictureKey, draw: impl FnOnce(&PictureKey) -> Picture) -> &Picture {
        let (_, picture) = match self.kept.take() {
            Some(kept) if kept.0 == key => self.kept.insert(kept),
            Some(_) | None => {
                let picture = draw(&key);
                self.kept.insert((key, picture))
            }
        };
        picture
    }
}

/// Draws the map in the room that is left; gives what was asked for.
pub(crate) fn map_plot(
    ui: &mut Ui,
    state: &State,
    caches: &mut Caches,
    height: f32,
    letters: f32,
) -> Option<Action> {
    let ground = Ground::new(ui.visuals(), letters);
    let size = vec2(ui.available_width(), height);
    let (place, _) = ui.allocate_exact_size(size, Sense::hover());
    let settings = &state.view.settings.map;
    let (table, is_old) = state.map.shown(settings)?;
    let about = Surroundings {
        gutters: (LEFT_GUTTER * letters, RIGHT_GUTTER * letters),
        has_title: true,
        has_y_axis: true,
        has_x_axis: true,
    };
    let theory = { state.map.theory() }.filter(|_| !is_old && state.view.settings.shown.theory);
    let mode = settings.view.mode.saturating_sub(1);
    let measure = &settings.view.measure;
    let about_it = PictureKey {
        n_changes: state.map.n_changes(),
        view: settings.view.clone(),
        has_theory: theory.is_some(),
        dot: table.position(|key| value_of(state, key)),
        // Nothing in it goes with the clock.
        room: Room {
            clock: 0.0,
            ..room(ui, about.plot(place, letters), letters)
        },
    };
    let picture = caches.map.picture(about_it, |key| {
        let mut sheet = table.sheet(measure, mode, theory, key.room);
        sheet.dot = key.dot;
        chart::map(&sheet, key.room)
    });
    let panel = Panel {
        picture,
        ground: &ground,
        about,
        place,
    };
    let frame = panel.draw(ui.painter(), &mut caches.ribbons);
    let id = ui.scope_id().with("map");
    if is_old {
        ui.painter()
            .rect_filled(frame.rect, 0.0, ground.paper().gamma_multiply(VEIL));
    }
    let response = ui.interact(frame.rect, id, Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, described(picture)));
    let shown = Shown { table, frame, is_old };
    let asked = shown.rectangle(ui, &response, &ground);
    let load = shown.load(ui, &response, state.map.loaded);
    shown.tell(ui, &response, theory, (measure, mode));
    asked.or(load).map(Action::Map)
}

/// What a screen reader is told of the map: its measure, its axes and what is on it.
fn described(picture: &Picture) -> String {
    let keys: Vec<&str> = picture.keys.iter().map(|key| key.label.as_str()).collect();
    let (x, y) = (&picture.x.title, &picture.y.title);
    format!("map of {} over {x} and {y}: {}", picture.title, keys.join("; "))
}

/// The value that the lab's settings have for a key.
fn value_of(state: &State, key: &str) -> Option<f64> {
    let (live, draft) = (&state.live, &state.draft.experiment);
    let hidden = || {
        state
            .draft
            .hidden
            .split([',', ' ', ';'])
            .filter(|part| !part.is_empty())
    };
    match key {
        "live.learning_rate" => Some(live.learning_rate),
        "live.batch_size" => Some(live.batch_size as f64),
        "live.label_noise_std" => Some(live.label_noise_std),
        "live.momentum" => Some(live.momentum),
        "live.weight_decay" => Some(live.weight_decay),
        "init.strength" => Some(draft.init.strength),
        "init.std" => Some(draft.init.std),
        "init.gamma" => Some(draft.init.gamma),
        "network.depth" => Some(hidden().count() as f64 + 1.0),
        "network.width" => hidden().next()?.parse().ok(),
        "data.n_samples" => Some(draft.data.n_samples as f64),
        _ => None,
    }
}

/// A map that has been drawn.
struct Shown<'a> {
    table: &'a MapTable,
    frame: Frame,
    is_old: bool,
}

impl Shown<'_> {
    /// Column and row whose cell is shown at a point.
    fn place(&self, at: Pos2) -> Option<(usize, usize)> {
        let [x, y] = self.frame.position(at);
        self.table.shown_at((self.table.x.at(x)?, self.table.y.at(y)?))
    }

    /// A cell that is clicked, or dragged into.
    fn load(&self, ui: &Ui, response: &Response, loaded: Option<(usize, usize)>) -> Option<MapAction> {
        let is_clicked = response.clicked_by(PointerButton::Primary);
        let is_dragged = response.dragged_by(PointerButton::Primary);
        if self.is_old || !(is_clicked || is_dragged) {
            return None;
        }
        let place = self.place(response.interact_pointer_pos()?)?;
        let with_seed = ui.input(|input| input.modifiers.shift);
        (is_clicked || loaded != Some(place)).then_some(MapAction::Load { place, with_seed })
    }

    /// The rectangle that the right button draws; gives its ranges once it is done.
    fn rectangle(&self, ui: &Ui, response: &Response, ground: &Ground) -> Option<MapAction> {
        let id = response.id.with("rectangle");
        if response.drag_started_by(PointerButton::Secondary)
            && let Some(origin) = ui.input(|input| input.pointer.press_origin())
        {
            ui.data_mut(|data| data.insert_temp(id, self.frame.rect.clamp(origin)));
        }
        let origin: Pos2 = ui.data(|data| data.get_temp(id))?;
        let Some(pointer) = response.interact_pointer_pos() else {
            // The button was let go where no one saw it.
            if !response.dragged() {
                ui.data_mut(|data| data.remove::<Pos2>(id));
            }
            return None;
        };
        let chosen = Rect::from_two_pos(origin, self.frame.rect.clamp(pointer));
        if response.drag_stopped_by(PointerButton::Secondary) {
            ui.data_mut(|data| data.remove::<Pos2>(id));
            let is_large = chosen.width() > LEAST_BOX && chosen.height() > LEAST_BOX;
            return is_large.then(|| self.ranges(chosen)).flatten();
        }
        let stroke = egui::Stroke::new(1.5, ground.text(None));
        let fill = ground.paper().gamma_multiply(0.25);
        ui.painter().rect(chosen, 0.0, fill, stroke, StrokeKind::Inside);
        None
    }

    fn ranges(&self, chosen: Rect) -> Option<MapAction> {
        let [left, top] = self.frame.position(chosen.left_top());
        let [right, bottom] = self.frame.position(chosen.right_bottom());
        let x = range(&self.table.x, left, right)?;
        let y = range(&self.table.y, bottom, top)?;
        Some(MapAction::ZoomTo(x, y))
    }

    /// Says what the pointer is over: a cell with its numbers, and a law whose line is near.
    fn tell(
        &self,
        ui: &Ui,
        response: &Response,
        theory: Option<&Boundaries>,
        (measure, mode): (&str, usize),
    ) {
        let Some(pointer) = ui
            .input(|input| input.pointer.hover_pos())
            .filter(|_| response.hovered())
        else {
            return;
        };
        let mut parts = Vec::new();
        let nearest = theory.and_then(|theory| self.nearest(theory, pointer));
        if let (Some(theory), Some(boundary)) = (theory, nearest) {
            parts.push(theory.explain(boundary, self.frame.position(pointer)));
        }
        parts.extend(
            self.place(pointer)
                .and_then(|place| self.table.describe(place, measure, mode)),
        );
        if parts.is_empty() {
            return;
        }
        let text = parts.join("\n\n");
        egui::Tooltip::for_widget(response)
            .at_pointer()
            .width(340.0)
            .show(|ui| ui.label(text));
    }

    /// The line next to a point, if one is near.
    fn nearest<'t>(&self, theory: &'t Boundaries, at: Pos2) -> Option<&'t Boundary> {
        let distance = |boundary: &Boundary| {
            let pieces = boundary.lines.iter().flat_map(|line| line.windows(2));
            { pieces }
                .map(|piece| distance_to(at, self.frame.point(piece[0]), self.frame.point(piece[1])))
                .fold(f32::INFINITY, f32::min)
        };
        let near = theory.all.iter().map(|boundary| (distance(boundary), boundary));
        near.filter(|(distance, _)| *distance < NEAR)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, boundary)| boundary)
    }
}

/// Distance of a point from a piece of a line.
fn distance_to(at: Pos2, a: Pos2, b: Pos2) -> f32 {
    let along = b - a;
    let share = ((at - a).dot(along) / along.length_sq().max(1e-6)).clamp(0.0, 1.0);
    at.distance(pos2(a.x + share * along.x, a.y + share * along.y))
}

/// Values between two positions of an axis; `None` of words. Where all values are whole numbers the ends are too.
fn range(axis: &MapAxis, low: f64, high: f64) -> Option<MapRange> {
    let numbers = axis.numbers()?;
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let value = |position: f64| axis.scale().value(position).clamp(first, last);
    let (mut from, mut to) = (value(low), value(high));
    if numbers.iter().all(|number| number.fract() == 0.0) {
        (from, to) = (from.round(), to.round());
    }
    Some(MapRange {
        key: axis.key.clone(),
        from,
        to,
        scale: axis.scale(),
    })
}
