//! The points at which two modes rest, in the plane of them, and the levels of the loss: what the pictures mark, against the drift of the
//! modes' laws and the loss reckoned from their strengths.

use std::ops::ControlFlow;

use saddlescope::chart::{
    Drawing, Options, Picture, PlotId, RecordedRun, Room, Scale, Shape, TraceCache, pictures,
};
use saddlescope::experiment::Experiment;
use saddlescope::session::Recording;
use saddlescope::simulation::{Schedule, Simulation};

const TEACHER: [f64; 2] = [2.0, 1.0];

/// So many layers under this weight decay.
fn experiment(depth: usize, weight_decay: f64) -> Experiment {
    let mut experiment = Experiment::default();
    experiment.network.hidden = vec![4; depth - 1];
    experiment.teacher.strengths = TEACHER.to_vec();
    experiment.live.weight_decay = weight_decay;
    experiment
}

/// A picture of the start of its run.
fn picture(experiment: &Experiment, plot: PlotId, scale: Scale) -> Picture {
    let mut simulation = Simulation::new(experiment).unwrap();
    let progress = |_| ControlFlow::Continue(());
    let (recording, _) = Recording::run(&mut simulation, Schedule::Every(1), 20, progress);
    let run = RecordedRun::new(&recording);
    let options = Options {
        scales: [(plot, scale)].into(),
        ..Options::default()
    };
    let mut drawing = Drawing {
        known: &run.known(),
        options: &options,
        room: Room::on_paper(400.0, 400.0),
        traces: &mut TraceCache::default(),
    };
    pictures(plot, &mut drawing).remove(0)
}

fn has_key(picture: &Picture, words: &str) -> bool {
    picture.keys.iter().any(|key| key.label.contains(words))
}

/// Names of the points, in the order of the strengths across and then upwards.
fn names(picture: &Picture) -> Vec<&str> {
    let rests = picture.marks.iter().filter(|mark| is_rest(mark.shape));
    rests.map(|mark| mark.name.as_str()).collect()
}

fn is_rest(shape: Shape) -> bool {
    matches!(shape, Shape::Saddle | Shape::Minimum)
}

#[test]
fn the_plane_marks_the_points_at_which_both_modes_rest() {
    let usual = [
        "saddle: nothing learned",
        "saddle: mode 2 learned",
        "saddle: mode 1 learned",
        "minimum: both learned",
    ];
    let with_thresholds = [
        "minimum: nothing learned",
        "saddle: mode 2 at its threshold",
        "minimum: mode 2 learned",
        "saddle: mode 1 at its threshold",
        "saddle: mode 1 at its threshold, mode 2 at its threshold",
        "saddle: mode 1 at its threshold, mode 2 learned",
        "minimum: mode 1 learned",
        "saddle: mode 1 learned, mode 2 at its threshold",
        "minimum: both learned",
    ];
    let one_lost = ["saddle: nothing learned", "minimum: mode 1 learned"];
    let both_lost = ["minimum: nothing learned"];
    for (depth, decay, expected) in [
        (1, 0.0, &["minimum: both learned"][..]),
        (1, 0.5, &["minimum: both learned"]),
        (2, 0.0, &usual),
        (2, 0.3, &usual),
        (2, 1.5, &one_lost),
        (2, 3.0, &both_lost),
        (3, 0.0, &usual),
        (3, 0.2, &with_thresholds),
        (3, 5.0, &both_lost),
    ] {
        let experiment = experiment(depth, decay);
        let picture = picture(&experiment, PlotId::Plane, Scale::Linear);
        assert_eq!(names(&picture), expected, "{depth} {decay}");
        let mut radii = Vec::new();
        for mark in picture.marks.iter().filter(|mark| is_rest(mark.shape)) {
            let mut is_stable = true;
            for (mode, strength) in mark.at.into_iter().enumerate() {
                // Gradient flow alone, and how it answers a push upwards.
                let law = experiment.mode_law(mode, &experiment.live);
                let flow = |strength: f64| law.flow_drift(strength) + law.decay_drift(strength);
                assert!(flow(strength).abs() < 1e-8, "{depth} {decay}: {}", mark.name);
                is_stable &= flow(strength + 1e-4) < 0.0;
            }
            assert_eq!(is_stable, mark.shape == Shape::Minimum, "{}", mark.name);
            if !is_stable {
                radii.push((mark.at[0] - TEACHER[0]).hypot(mark.at[1] - TEACHER[1]));
            }
        }
        // Every circle of a saddle's loss is about the teacher and goes through it.
        let circles = picture
            .curves
            .iter()
            .filter(|curve| curve.name == "loss of a saddle");
        let found: Vec<f64> = circles
            .map(|circle| {
                let distance = |[x, y]: [f64; 2]| (x - TEACHER[0]).hypot(y - TEACHER[1]);
                let distances = circle.trace.cells.iter().map(|cell| distance(cell.first));
                let first = distance(circle.trace.cells[0].first);
                assert!({ distances }.all(|distance| (distance - first).abs() < 1e-12));
                first
            })
            .collect();
        assert_eq!(found.len(), radii.len(), "{depth} {decay}");
        for (found, expected) in found.iter().zip(&radii) {
            assert!(
                (found - expected).abs() < 1e-12,
                "{depth} {decay}: {found} {expected}"
            );
        }
        assert_eq!(has_key(&picture, "saddle"), !radii.is_empty(), "{depth} {decay}");
    }
}

/// On logarithmic axes zero is the edge, and nothing stands at no number.
#[test]
fn on_logarithmic_axes_zero_is_the_edge() {
    for (depth, decay, n_at_edges) in [(1, 0.0, 0), (2, 0.3, 3), (3, 0.2, 5)] {
        let picture = picture(&experiment(depth, decay), PlotId::Plane, Scale::Log);
        let rests = picture.marks.iter().filter(|mark| is_rest(mark.shape));
        let ranges = [picture.x.range, picture.y.range];
        let mut n = 0;
        for mark in rests {
            let at_edge = |i: usize| mark.at[i].to_bits() == ranges[i].0.to_bits();
            assert!(mark.at.iter().all(|place| place.is_finite()), "{}", mark.name);
            n += usize::from(at_edge(0) || at_edge(1));
        }
        assert_eq!(n, n_at_edges, "{depth} {decay}");
    }
}

#[test]
fn the_loss_has_levels_where_the_modes_rest() {
    let level = |errors: [f64; 2]| 0.5 * (errors[0] * errors[0] + errors[1] * errors[1]);
    for (depth, decay, key, expected) in [
        // One layer has no saddles.
        (1, 0.0, None, vec![]),
        (1, 0.5, None, vec![]),
        (
            2,
            0.0,
            Some("saddles, by number"),
            vec![level([2.0, 1.0]), level([0.0, 1.0])],
        ),
        // Two layers: a learned mode ends by the decay below the teacher.
        (
            2,
            0.3,
            Some("saddles, by number"),
            vec![level([2.0, 1.0]), level([0.3, 1.0])],
        ),
        (2, 1.5, Some("saddles, by number"), vec![level([2.0, 1.0])]),
        (2, 3.0, None, vec![]),
        (
            3,
            0.0,
            Some("saddles, by number"),
            vec![level([2.0, 1.0]), level([0.0, 1.0])],
        ),
    ] {
        let picture = picture(&experiment(depth, decay), PlotId::Loss, Scale::Linear);
        let found: Vec<f64> = picture.levels.iter().map(|level| level.y).collect();
        assert_eq!(found.len(), expected.len(), "{depth} {decay}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-12,
                "{depth} {decay}: {found} {expected}"
            );
        }
        assert_eq!(has_key(&picture, "by number"), key.is_some(), "{depth} {decay}");
        assert!(key.is_none_or(|key| has_key(&picture, key)), "{depth} {decay}");
    }
    // From three layers on zero is stable under decay: minima, at s^(1/3) (m - s) = lambda once learned.
    let picture = picture(&experiment(3, 0.2), PlotId::Loss, Scale::Linear);
    assert!(has_key(&picture, "minima, by number") && !has_key(&picture, "saddles"));
    let names: Vec<&str> = picture.levels.iter().map(|level| level.label.as_str()).collect();
    assert_eq!(names, ["0 learned", "1 learned"]);
    let error = (2.0 * picture.levels[1].y - 1.0).sqrt();
    assert!(((2.0 - error).cbrt() * error - 0.2).abs() < 1e-9, "{error}");
}
