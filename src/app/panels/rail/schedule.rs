//! The schedules of the live parameters in the rail: kind, length and end of each, and a curve drawn with the pointer. They apply on reset.

use eframe::egui::{self, ComboBox, DragValue, Pos2, Rect, Sense, Stroke, Ui, Vec2};

use super::rows::labelled;
use crate::app::format::brief;
use crate::experiment::{Course, CourseKind, Experiment, Scheduled};

/// Steps of a new course.
const USUAL_STEPS: u64 = 3000;
/// Size of the field for drawing.
const FIELD: Vec2 = Vec2::new(160.0, 56.0);
/// Points that a drawn curve has at most.
const MOST_POINTS: usize = 64;

/// A row for every parameter that can be scheduled.
pub(super) fn schedule_rows(ui: &mut Ui, experiment: &mut Experiment) {
    for which in Scheduled::ALL {
        let set = which.of(&experiment.live);
        let hint = format!(
            "What the {} does over the steps of the run, from the value set above.",
            which.label()
        );
        let course = experiment.schedule.course_mut(which);
        labelled(
            ui,
            &format!("{} {}", which.label(), which.symbol()),
            &hint,
            |ui, label| {
                ui.vertical(|ui| {
                    let kind = course.as_ref().map_or(CourseKind::Constant, |course| course.kind);
                    let mut wanted = kind;
                    let name_of = |kind: CourseKind| {
                        let named = CourseKind::ALL.iter().find(|(other, _)| *other == kind);
                        named.map_or("", |(_, name)| *name)
                    };
                    ComboBox::from_id_salt(("schedule", which))
                        .selected_text(name_of(kind))
                        .width(ui.available_width())
                        .show_ui(ui, |ui| {
                            for (choice, name) in CourseKind::ALL {
                                ui.selectable_value(&mut wanted, choice, name);
                            }
                        })
                        .response
                        .labelled_by(label)
                        .on_hover_text(&hint);
                    if wanted != kind {
                        *course = begun(wanted, which, set, course.as_ref());
                    }
                    if let Some(course) = course {
                        edit(ui, which, set, course);
                    }
                });
            },
        );
    }
}

/// A course of another kind, with what it has in common with the one before.
fn begun(kind: CourseKind, which: Scheduled, set: f64, before: Option<&Course>) -> Option<Course> {
    if kind == CourseKind::Constant {
        return None;
    }
    let steps = before.and_then(|course| course.steps).unwrap_or(USUAL_STEPS);
    let usual = match which {
        Scheduled::LearningRate | Scheduled::LabelNoiseStd | Scheduled::WeightDecay => 0.1 * set,
        Scheduled::BatchSize => 10.0 * set,
        Scheduled::Momentum => 0.9,
    };
    // A curve is drawn from what is set.
    let usual = if kind == CourseKind::Curve { set } else { usual };
    let to = before.and_then(|course| course.to).unwrap_or(usual);
    Some(Course::of(kind, steps, to))
}

fn edit(ui: &mut Ui, which: Scheduled, set: f64, course: &mut Course) {
    let name = which.symbol();
    if let Some(mode) = &mut course.mode {
        number(
            ui,
            &format!("mode {name} waits for"),
            "mode",
            "The mode that is waited for.",
            mode,
        );
    }
    if let Some(steps) = &mut course.steps {
        number(
            ui,
            &format!("steps of {name}"),
            "steps",
            "Length of the course, in steps.",
            steps,
        );
    }
    if let Some(to) = &mut course.to {
        let hint = "Value at its end.";
        ui.horizontal(|ui| {
            ui.label("to").on_hover_text(hint);
            let speed = 0.01 * to.abs().max(1e-6);
            let drag = DragValue::new(to)
                .speed(speed)
                .custom_formatter(|value, _| brief(value, 4));
            let response = ui.add(drag).on_hover_text(hint);
            named(&response, &format!("end of {name}"));
        });
    }
    if course.kind == CourseKind::Curve {
        draw(ui, which, set, course);
    }
}

fn number(ui: &mut Ui, name: &str, text: &str, hint: &str, value: &mut u64) {
    ui.horizontal(|ui| {
        ui.label(text).on_hover_text(hint);
        let speed = (0.01 * *value as f64).max(0.1);
        let response = ui
            .add(DragValue::new(value).range(1..=1_000_000_000_u64).speed(speed))
            .on_hover_text(hint);
        named(&response, name);
    });
}

fn named(response: &egui::Response, name: &str) {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
}

/// A field in which the pointer draws the curve, from left to right over its steps, from nothing to its top upwards.
fn draw(ui: &mut Ui, which: Scheduled, set: f64, course: &mut Course) {
    let last = course
        .points
        .last()
        .map_or(USUAL_STEPS as f64, |point| point[0].max(1.0));
    let mut steps = last as u64;
    number(
        ui,
        &format!("steps of {}", which.symbol()),
        "steps",
        "Length of the curve, in steps.",
        &mut steps,
    );
    if steps != last as u64 {
        for point in &mut course.points {
            point[0] = (point[0] / last * steps as f64).round();
        }
        course.points.dedup_by(|later, earlier| later[0] <= earlier[0]);
    }
    let largest = course
        .points
        .iter()
        .fold(set, |largest, point| largest.max(point[1]));
    // Fixed while the pointer draws: the curve must not run away from it.
    let top = ui.data_mut(|data| {
        let top: &mut f64 =
            data.get_temp_mut_or(egui::Id::unique(("schedule top", which)), 2.0 * set.max(1e-6));
        *top = top.max(largest).max(1e-9);
        *top
    });
    let (field, response) = ui.allocate_exact_size(FIELD, Sense::click_and_drag());
    let response = response.on_hover_text(format!("Draw the curve; the upper edge is {}.", brief(top, 3)));
    response.widget_info(|| {
        let name = format!("curve of {}", which.label());
        egui::WidgetInfo::labeled(egui::Role::Canvas, true, name)
    });
    if let Some(pointer) = response.interact_pointer_pos() {
        take_point(course, field, pointer, steps as f64, top, which);
    }
    let painter = ui.painter_at(field);
    let visuals = ui.visuals();
    painter.rect_stroke(
        field,
        2.0,
        visuals.widgets.noninteractive.bg_stroke,
        egui::StrokeKind::Inside,
    );
    let place = |point: &[f64; 2]| {
        let x = field.left() + field.width() * (point[0] / steps as f64) as f32;
        let y = field.bottom() - field.height() * (point[1] / top) as f32;
        Pos2::new(x, y.clamp(field.top(), field.bottom()))
    };
    let line: Vec<Pos2> = course.points.iter().map(place).collect();
    painter.line(line, Stroke::new(2.0, visuals.text_color()));
}

/// Puts a point where the pointer is, in place of those near it.
fn take_point(course: &mut Course, field: Rect, pointer: Pos2, steps: f64, top: f64, which: Scheduled) {
    let across = f64::from((pointer.x - field.left()) / field.width()).clamp(0.0, 1.0);
    let up = f64::from((field.bottom() - pointer.y) / field.height()).clamp(0.0, 1.0);
    // Within what is allowed: no learning rate of nothing, no batch below one.
    let least = match which {
        Scheduled::LearningRate => 1e-3 * top,
        Scheduled::BatchSize => 1.0,
        Scheduled::LabelNoiseStd | Scheduled::Momentum | Scheduled::WeightDecay => 0.0,
    };
    let most = if which == Scheduled::Momentum {
        crate::experiment::MAX_MOMENTUM
    } else {
        f64::MAX
    };
    let step = (across * steps).round();
    let near = 0.5 * steps / MOST_POINTS as f64;
    let value = (up * top).max(least).min(most);
    course
        .points
        .retain(|point| (point[0] - step).abs() > near || point[0] <= 0.0 || point[0] >= steps);
    course.points.retain(|point| (point[0] - step).abs() > 0.5);
    let place = course.points.partition_point(|point| point[0] < step);
    course.points.insert(place, [step, value]);
}
