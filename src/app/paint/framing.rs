//! What the axes of a picture take in: curves that have faded, label noise at the end, a run that diverges.

use super::runs::{go, load, plain};
use crate::app::state::{KeptRun, RunData, View, known};
use crate::chart::{self, Picture, PlotId, SettledLaws};
use crate::dynamics::LiveParams;
use crate::experiment::Experiment;
use crate::figure::{FigurePanel, Paper, Sheet};
use crate::worker::{Command, RunSpec, RunState};

/// A learning rate at which the default run diverges.
const UNSTABLE: f64 = 0.5;

/// The default run without label noise, and on from there with some.
fn with_late_noise(n_steps: u64, n_more: u64) -> RunData {
    let experiment = Experiment::default();
    let live = LiveParams {
        label_noise_std: 0.015,
        ..experiment.live
    };
    let (worker, mut run) = load(RunSpec::new(experiment));
    go(&worker, &mut run, n_steps);
    worker.send(Command::SetLive(live));
    go(&worker, &mut run, n_more);
    run
}

/// A plot of a run between two times.
fn picture(plot: PlotId, run: &RunData, kept: &[KeptRun], times: (f64, f64)) -> Picture {
    let view = View::default();
    let known = known(run, kept, &view.settings, SettledLaws::default());
    let options = view.options(times);
    let sheet = Sheet::new(&known, FigurePanel::One(plot), &options, Paper::default()).unwrap();
    sheet.pictures().next().unwrap().clone()
}

#[test]
fn the_diffusion_of_a_learned_mode_fades_and_leaves_its_axis_alone() {
    let run = plain(1, 0.005, 6000);
    let picture = picture(PlotId::Diffusion, &run, &[], (0.0, 30.0));
    // Every mode starts above 1e-10 and falls far below it once it is learned.
    assert!(picture.y.range.0 > -11.0, "{:?}", picture.y.range);
    for curve in &picture.curves {
        let mode = curve.pen.mode.unwrap();
        let learned = run.events.modes[mode].learned.unwrap();
        assert_eq!(curve.fades_from, Some(learned.time));
        let least = curve.trace.cells.iter().map(|cell| cell.min).fold(0.0, f64::min);
        assert!(mode > 2 || least < -12.0, "{mode}: {least}");
    }
    // Where only what has faded is in sight it is what is framed.
    let range = self::picture(PlotId::Diffusion, &run, &[], (25.0, 30.0)).y.range;
    assert!(range.0 < -12.0, "{range:?}");
}

#[test]
fn label_noise_at_the_end_is_framed_and_what_faded_before_is_not() {
    let run = with_late_noise(6000, 500);
    let picture = picture(PlotId::Diffusion, &run, &[], (0.0, 33.0));
    let (low, high) = picture.y.range;
    assert!(low > -11.0, "{low}");
    for curve in &picture.curves {
        let cells = &curve.trace.cells;
        let last = cells.last().unwrap();
        assert!(low <= last.min && last.max <= high, "{}: {last:?}", curve.name);
        // Mode 4 had no time to fade that far.
        let least = cells.iter().map(|cell| cell.min).fold(0.0, f64::min);
        assert!(
            curve.pen.mode == Some(3) || least < low,
            "{}: {least}",
            curve.name
        );
    }
}

#[test]
fn a_run_that_diverges_spoils_no_other_picture_and_says_so_in_its_own() {
    let (run, unstable) = (plain(1, 0.005, 2000), plain(2, UNSTABLE, 2000));
    assert_eq!(unstable.state, RunState::Diverged);
    let kept = vec![KeptRun::of(&unstable, "unstable".to_owned()).unwrap()];
    let picture = |plot, run, kept| picture(plot, run, kept, (0.0, 10.0));
    let alone = picture(PlotId::Strengths, &run, &[]);
    let beside = picture(PlotId::Strengths, &run, &kept);
    let named = |picture: &Picture| {
        picture
            .uprights
            .iter()
            .any(|line| line.label.as_deref() == Some("unstable diverges"))
    };
    assert!(named(&beside) && !named(&alone));
    // A run is readable up to four times the loss of the first saddle, which is twice the teacher's size.
    let height = |picture: &Picture| picture.y.range.1 - picture.y.range.0;
    assert!(height(&beside) < 4.0 * height(&alone), "{:?}", beside.y.range);
    for plot in [PlotId::Diffusion, PlotId::Loss] {
        let (alone, beside) = (picture(plot, &run, &[]), picture(plot, &run, &kept));
        assert!(
            height(&beside) < height(&alone) + 8.0,
            "{plot:?}: {:?} {:?}",
            alone.y.range,
            beside.y.range
        );
    }
    let step = unstable.divergence().unwrap().step;
    let law = picture(PlotId::Law, &unstable, &[]);
    assert_eq!(law.note, Some(chart::diverged_at(step)));
    let view = View::default();
    let known = known(&unstable, &[], &view.settings, SettledLaws::default());
    let histograms = Sheet::new(
        &known,
        FigurePanel::One(PlotId::Histogram),
        &view.options((0.0, 10.0)),
        Paper::default(),
    );
    assert!(histograms.is_err());
}
