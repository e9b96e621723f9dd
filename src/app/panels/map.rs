//! Above the map: its axes, its measure, how many runs each cell is, and what can be written of it.

use eframe::egui::{self, ComboBox, DragValue, RichText, Ui};

use crate::app::action::{Action, FileAction, MapAction};
use crate::app::format::{grouped, significant};
use crate::app::state::{MOST_REPLICAS, MOST_STEPS, MapExport, MapSettings, State, presets};
use crate::app::style;
use crate::sweep::map::{PARAMETERS, Parameter, measure_title, offered, symbol};

const SMALL: f32 = 12.5;
/// Most modes with a button each.
const MOST_BUTTONS: usize = 6;

/// Draws the rows above the map; gives what was asked for.
pub(crate) fn map_controls(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut asked = None;
    let settings = &state.view.settings.map;
    let mut wanted = settings.clone();
    ui.horizontal_wrapped(|ui| {
        ui.strong("Map");
        let scheme = state.draft.experiment.init.scheme;
        for (number, (name, x, y)) in presets(scheme).into_iter().enumerate() {
            let is_chosen = settings.view.x.key == x && settings.view.y.key == y;
            let hint = format!("A map over {} and {}.", parameter_name(x), parameter_name(y));
            let button = egui::Button::selectable(is_chosen, RichText::new(name).size(SMALL));
            if ui.add(button).on_hover_text(hint).clicked() {
                asked = Some(Action::Map(MapAction::Preset(number)));
            }
        }
        ui.separator();
        axes(ui, &mut wanted);
    });
    ui.horizontal_wrapped(|ui| {
        measure(ui, state, &mut wanted);
        ui.separator();
        runs(ui, &mut wanted);
        ui.separator();
        asked = written(ui).or(asked.take());
        if ui
            .add_enabled(
                !settings.zooms.is_empty(),
                egui::Button::new(RichText::new("Back").size(SMALL)),
            )
            .on_hover_text("Show again what was shown before the last rectangle (Backspace).")
            .clicked()
        {
            asked = Some(Action::Map(MapAction::Back));
        }
        progress(ui, state);
    });
    if let Some(trouble) = &state.map.trouble {
        ui.label(RichText::new(trouble).color(style::red(ui.visuals())).size(SMALL));
    }
    if wanted != *settings {
        let mut view = state.view.settings.clone();
        view.map = wanted;
        asked = Some(Action::Look(Box::new(view)));
    }
    asked
}

fn parameter_name(key: &str) -> &str {
    Parameter::of(key).map_or(key, |parameter| parameter.name)
}

/// The two axes with their ends.
fn axes(ui: &mut Ui, wanted: &mut MapSettings) {
    let keys = [wanted.view.x.key.clone(), wanted.view.y.key.clone()];
    let mut chosen = keys.clone();
    for (i, name) in ["across", "upwards"].into_iter().enumerate() {
        let label = ui.label(RichText::new(name).size(SMALL));
        ComboBox::from_id_salt(("map axis", i))
            .selected_text(RichText::new(symbol(&keys[i])).size(SMALL))
            .width(54.0)
            .show_ui(ui, |ui| {
                for parameter in &PARAMETERS {
                    let text = format!("{} {}", parameter.name, parameter.symbol);
                    ui.selectable_value(&mut chosen[i], parameter.key.to_owned(), text);
                }
            })
            .response
            .labelled_by(label.id)
            .on_hover_text(parameter_name(&keys[i]));
        let range = if i == 0 {
            &mut wanted.view.x
        } else {
            &mut wanted.view.y
        };
        let (low, high) = (range.from, range.to);
        end_of_axis(ui, &format!("{name} from"), &mut range.from);
        end_of_axis(ui, &format!("{name} to"), &mut range.to);
        if range.from.to_bits() != low.to_bits() || range.to.to_bits() != high.to_bits() {
            wanted.zooms.clear();
        }
    }
    if chosen != keys {
        // The other axis gives way.
        let [x, y] = chosen;
        let (x, y) = if x == y {
            (keys[1].clone(), keys[0].clone())
        } else {
            (x, y)
        };
        wanted.set_axes(&x, &y);
    }
}

fn end_of_axis(ui: &mut Ui, name: &str, value: &mut f64) {
    let speed = (0.01 * value.abs()).max(1e-6);
    let number = DragValue::new(value)
        .speed(speed)
        .range(0.0..=1e6)
        .custom_formatter(|value, _| significant(value, 3));
    let response = ui.add(number);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
}

/// What is the colour, and of which mode.
fn measure(ui: &mut Ui, state: &State, wanted: &mut MapSettings) {
    let opened = state.map.opened_of(&state.view.settings.map);
    let label = ui.label(RichText::new("colour").size(SMALL));
    let present = measure_title(&wanted.view.measure).to_owned();
    ComboBox::from_id_salt("map measure")
        .selected_text(RichText::new(present).size(SMALL))
        .width(236.0)
        .show_ui(ui, |ui| {
            let view = &mut wanted.view;
            let mut offer = |name: &str| {
                ui.selectable_value(&mut view.measure, name.to_owned(), measure_title(name));
            };
            match opened {
                Some(opened) => opened.table.measures().iter().for_each(|name| offer(name)),
                None => offered().for_each(offer),
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text("The measure that is the colour of a cell.");
    let n_modes = match opened {
        Some(opened) => opened.table.n_modes(),
        None => state
            .draft
            .experiment
            .teacher
            .strengths
            .len()
            .max(state.run.rank()),
    };
    mode(ui, n_modes, &mut wanted.view.mode);
}

/// Which mode is shown: a button for each of a few, a number for one of many.
fn mode(ui: &mut Ui, n_modes: usize, wanted: &mut usize) {
    const HINT: &str = "The mode that is shown.";
    if n_modes > MOST_BUTTONS {
        let label = ui.label(RichText::new("mode").size(SMALL));
        let response = ui.add(DragValue::new(wanted).range(1..=n_modes).speed(0.1));
        response.labelled_by(label.id).on_hover_text(HINT);
        return;
    }
    for mode in 1..=n_modes {
        let colour = style::mode_text_color(mode - 1, ui.visuals());
        let text = RichText::new(mode.to_string()).size(SMALL).color(colour);
        let button = egui::Button::selectable(*wanted == mode, text);
        let response = ui.add(button).on_hover_text(HINT);
        let name = format!("map of mode {mode}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if response.clicked() {
            *wanted = mode;
        }
    }
}

/// How many runs each cell is, and how long they are.
fn runs(ui: &mut Ui, wanted: &mut MapSettings) {
    let view = &mut wanted.view;
    let label = ui.label(RichText::new("replicas").size(SMALL));
    ui.add(DragValue::new(&mut view.replicas).range(1..=MOST_REPLICAS))
        .labelled_by(label.id)
        .on_hover_text("Networks of every cell, each with a seed of its own.");
    let label = ui.label(RichText::new("steps").size(SMALL));
    ui.add(DragValue::new(&mut view.steps).range(1..=MOST_STEPS).speed(20.0))
        .labelled_by(label.id)
        .on_hover_text("Steps of every run.");
}

/// What can be written of the map.
fn written(ui: &mut Ui) -> Option<Action> {
    let mut asked = None;
    ui.menu_button(RichText::new("Write\u{2026}").size(SMALL), |ui| {
        for (export, name, hint) in [
            (MapExport::Figure, "Figure\u{2026}", "The map with theory's lines: .svg, .png or .pdf."),
            (MapExport::Table, "Table\u{2026}", "All measures of all cells that are done: .csv, .npz or .parquet."),
            (
                MapExport::Sweep,
                "Sweep file\u{2026}",
                "The map's sweep: saddlescope sweep FILE --out DIR computes it, on a cluster with more cells or replicas.",
            ),
        ] {
            if ui.button(name).on_hover_text(hint).clicked() {
                asked = Some(Action::File(FileAction::AskMapExport(export)));
            }
        }
    });
    asked
}

/// How far the cells are.
fn progress(ui: &mut Ui, state: &State) {
    let map = &state.map;
    if let Some(opened) = map.opened_of(&state.view.settings.map) {
        ui.weak(
            RichText::new(format!(
                "{}, {} cells",
                opened.name,
                grouped(opened.table.n_cells() as u64)
            ))
            .size(SMALL),
        );
        return;
    }
    let (done, all) = map.progress();
    let (done, all) = (done as u64, all as u64);
    let text = match map.took() {
        Some(took) => format!(
            "{} cells in {} s",
            grouped(all),
            significant(took.as_secs_f64(), 2)
        ),
        None => format!("{} of {} cells", grouped(done), grouped(all)),
    };
    ui.weak(RichText::new(text).size(SMALL));
}
