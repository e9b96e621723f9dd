//! The lessons that ship with the program: each shows what it says. Seeds are fixed by the files, which also justify
//! their tolerances; what is statistical has at least three standard errors of room.

use saddlescope::lessons::{CaptionTime, Lesson, builtin, find, run_checks};
use saddlescope::observables::events::Event;
use saddlescope::simulation::Simulation;
use saddlescope::sweep::map::Boundaries;
use saddlescope::sweep::{Stop, Survey};

/// Runs a lesson as the window would and checks that every caption is shown, then makes its checks.
fn teaches(id: &str) {
    let lessons = builtin();
    let lesson = find(&lessons, id).unwrap();
    every_caption_is_shown(lesson);
    let outcomes = run_checks(lesson).unwrap();
    let told: Vec<_> = outcomes.iter().map(ToString::to_string).collect();
    assert!(outcomes.iter().all(|outcome| outcome.passed), "{told:#?}");
}

fn every_caption_is_shown(lesson: &Lesson) {
    let mut simulation = Simulation::new(&lesson.experiment).unwrap();
    let mut detector = simulation.event_detector();
    let (mut row, mut shown) = (Vec::new(), Vec::new());
    let mut changes = lesson.changes.iter().peekable();
    loop {
        row.clear();
        simulation.observe(&mut row);
        detector.observe(&row);
        let step = simulation.step();
        if let Some(change) = changes.next_if(|change| change.step <= step) {
            simulation.set_live(change.live).unwrap();
            detector.set_live(step, simulation.time(), change.live);
        }
        let events: Vec<Event> = detector.events_from(0).copied().collect();
        let caption = lesson.caption_at(step, &events);
        if shown.last() != Some(&caption) {
            shown.push(caption);
        }
        if step >= lesson.end_step {
            break;
        }
        simulation.advance(1);
    }
    let all: Vec<_> = (0..lesson.captions.len()).map(Some).collect();
    assert_eq!(shown, all, "captions of {} in the order shown", lesson.id);
    assert_eq!(lesson.captions[0].at, CaptionTime::Step(0));
}

#[test]
fn the_lessons_are_in_order() {
    let lessons = builtin();
    let numbers: Vec<u32> = lessons.iter().map(|lesson| lesson.number).collect();
    assert_eq!(numbers, (1..=24).collect::<Vec<_>>());
    for lesson in &lessons {
        // The walk between saddles and the cloud that sharpens are the paper's own.
        let is_of_the_paper = lesson.number < 9 || [20, 22].contains(&lesson.number);
        assert_eq!(lesson.beyond_the_paper, !is_of_the_paper, "{}", lesson.id);
        assert!(find(&lessons, &lesson.number.to_string()) == Some(lesson));
        assert!(lesson.question.ends_with('?'), "{}", lesson.id);
    }
    assert_eq!(find(&lessons, "depth").unwrap().kept_runs.len(), 2);
    assert_eq!(find(&lessons, "one-temperature").unwrap().kept_runs.len(), 4);
}

#[test]
fn lesson_01_learning_comes_in_stairs() {
    teaches("stairs");
}

#[test]
fn lesson_02_the_noise_peaks_first() {
    teaches("noise-peaks-first");
}

#[test]
fn lesson_03_depth() {
    teaches("depth");
}

#[test]
fn lesson_04_label_noise_hides_the_peak() {
    teaches("label-noise");
}

#[test]
fn lesson_05_point_or_cloud() {
    teaches("point-or-cloud");
}

#[test]
fn lesson_06_one_temperature() {
    teaches("one-temperature");
}

#[test]
fn lesson_07_not_aligned_still_true() {
    teaches("not-aligned");
}

#[test]
fn lesson_08_canary_salmon_oak_rose() {
    teaches("canary");
}

#[test]
fn lesson_09_rich_to_lazy() {
    teaches("rich-to-lazy");
}

#[test]
fn lesson_10_the_edge_of_stability() {
    teaches("edge-of-stability");
}

#[test]
fn lesson_11_trapped_at_the_saddle() {
    teaches("trapped");
}

#[test]
fn lesson_12_enough_data() {
    teaches("enough-data");
}

#[test]
fn lesson_13_isotropic_noise_gets_it_wrong() {
    teaches("isotropic");
}

#[test]
fn lesson_14_noise_prefers_another_balance() {
    teaches("noise-balance");
}

#[test]
fn lesson_15_too_noisy_to_remember() {
    teaches("lost-features");
}

#[test]
fn lesson_16_locked_out() {
    teaches("locked-out");
}

#[test]
fn lesson_17_momentum_is_patience() {
    teaches("momentum");
}

#[test]
fn lesson_18_cooling() {
    teaches("cooling");
}

#[test]
fn lesson_19_blind() {
    teaches("blind");
}

#[test]
fn lesson_23_one_ratio_rules_the_noise() {
    teaches("one-ratio");
}

#[test]
fn lesson_24_too_hot_to_remember() {
    teaches("too-hot");
}

#[test]
fn maps_of_lessons_can_be_computed() {
    let mut n_maps = 0;
    for lesson in builtin() {
        let Some(map) = &lesson.view.map else { continue };
        n_maps += 1;
        let survey = Survey::new(&lesson.experiment, map).unwrap();
        let table = survey.table();
        assert!(table.has_measure(&map.measure), "{}", lesson.id);
        assert!(
            (1..=lesson.experiment.teacher.strengths.len()).contains(&map.mode),
            "{}",
            lesson.id
        );
        // The run of the lesson is on its map.
        let live = lesson.experiment.live;
        let at = table.position(|key| match key {
            "live.learning_rate" => Some(live.learning_rate),
            "live.batch_size" => Some(live.batch_size as f64),
            "live.label_noise_std" => Some(live.label_noise_std),
            _ => None,
        });
        assert!(at.is_some(), "{}", lesson.id);
        assert!(
            !Boundaries::of(
                &table,
                &lesson.experiment,
                Some(Stop::Steps(map.steps)),
                map.mode - 1
            )
            .all
            .is_empty()
        );
    }
    assert_eq!(n_maps, 2);
}
