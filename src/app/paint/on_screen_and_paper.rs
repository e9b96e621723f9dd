//! One run painted by both painters: what is on the screen and what is exported are the same pictures with the same words.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use eframe::egui::{self, Rect, Shape, pos2, vec2};
use egui_kittest::Harness;

use super::Caches;
use super::ground::Ground;
use super::names::draw_level_names;
use super::panel::{Panel, Surroundings};
use crate::app::state::{KeptRun, Predictions, RunData, View, known};
use crate::app::style;
use crate::chart::{
    self, Drawing, Look, MapView, MatrixKind, MatrixOptions, Options, Picture, PlotId, Room, SettledLaws,
    TimeScale, TraceCache,
};
use crate::experiment::{Dynamics, Experiment};
use crate::figure::{FigurePanel, Paper, Sheet};
use crate::palette;
use crate::simulation::{Change, EnsembleKind, Passage, Schedule, Script};
use crate::sweep::Survey;
use crate::sweep::map::Boundaries;
use crate::worker::{Command, RunSpec, RunState, Speed, Watch, Worker};

/// A learning rate at which the default run diverges.
const UNSTABLE: f64 = 0.5;
/// Steps after which the run is kept, and its last step.
const KEPT: u64 = 1500;
const END: u64 = 8000;

/// A run with companions, ensembles and a change of the label noise, and the same run as it was kept on the way.
fn run() -> (RunData, Vec<KeptRun>) {
    let experiment = Experiment::default();
    let live = crate::dynamics::LiveParams {
        label_noise_std: 0.2,
        ..experiment.live
    };
    let spec = RunSpec {
        run: 1,
        experiment,
        companions: vec![Dynamics::GradientFlow, Dynamics::Langevin],
        ensembles: vec![(EnsembleKind::ModeEquations, 64), (EnsembleKind::Replicas, 4)],
        schedule: Schedule::DenseFirst,
        script: Script::new(vec![Change { step: 900, live }]).unwrap(),
        catch_up_to: 0,
        start: false,
    };
    let (worker, mut run) = load(spec);
    worker.send(Command::Watch(Watch {
        network: true,
        members: true,
        pair: (0, 1),
    }));
    go(&worker, &mut run, KEPT);
    let kept = KeptRun::of(&run, "kept".to_owned()).unwrap();
    go(&worker, &mut run, END - KEPT);
    assert!(run.follow_densities(|| true));
    (run, vec![kept])
}

fn load(spec: RunSpec) -> (Worker, RunData) {
    let run = RunData::new(&spec);
    let worker = Worker::spawn(|| {}).unwrap();
    worker.send(Command::SetSpeed(Speed::Unlimited));
    worker.send(Command::Reset(Box::new(spec)));
    (worker, run)
}

/// Takes so many steps, unless the run diverges before.
fn go(worker: &Worker, run: &mut RunData, n_steps: u64) {
    let end = run.step + n_steps;
    worker.send(Command::Step(n_steps));
    while run.state != RunState::Diverged && (run.step < end || run.state != RunState::Paused) {
        run.take(worker.events().recv_timeout(Duration::from_mins(1)).unwrap());
    }
}

/// A run without companions, so many steps long or until it diverges.
fn plain(run: u64, learning_rate: f64, n_steps: u64) -> RunData {
    let mut experiment = Experiment::default();
    experiment.live.learning_rate = learning_rate;
    let (worker, mut run) = load(RunSpec {
        run,
        experiment,
        companions: Vec::new(),
        ensembles: Vec::new(),
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start: false,
    });
    go(&worker, &mut run, n_steps);
    run
}

/// The same with label noise from its end on, for so many steps more.
fn with_late_noise(n_steps: u64, n_more: u64) -> RunData {
    let mut live = Experiment::default().live;
    let (worker, mut run) = load(RunSpec {
        run: 3,
        experiment: Experiment::default(),
        companions: Vec::new(),
        ensembles: Vec::new(),
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start: false,
    });
    go(&worker, &mut run, n_steps);
    live.label_noise_std = 0.015;
    worker.send(Command::SetLive(live));
    go(&worker, &mut run, n_more);
    run
}

/// Ways to look at it: the whole run, and another with every choice made otherwise.
fn views() -> Vec<View> {
    let mut other = View::default();
    other.settings.time = TimeScale {
        axis: chart::TimeAxis::Steps,
        log: true,
    };
    other.settings.smoothing = 4.0;
    other.settings.solo = Some(1);
    other.settings.log_histograms = true;
    other.settings.theory_band = true;
    other.settings.shown.density = true;
    other.settings.beside.matrix = MatrixOptions {
        kind: MatrixKind::Layer(1),
        own_scale: true,
    };
    other.settings.beside.law_ellipses = true;
    other.settings.beside.passage = Passage::Half;
    other.set_scale(PlotId::Plane, chart::Scale::Log);
    other.set_scale(PlotId::Strengths, chart::Scale::Symlog);
    other.n_pixels = 800.0;
    vec![View::default(), other]
}

/// What is in a picture, but for where it is.
fn items(picture: &Picture) -> Vec<String> {
    let mut items = vec![
        picture.title.clone(),
        picture.x.title.clone(),
        picture.y.title.clone(),
        format!("{:?} {:?} {:?}", picture.x.scale, picture.y.scale, picture.note),
        format!("{} bars", usize::from(!picture.bars.is_empty())),
    ];
    items.extend(
        picture
            .heat_map
            .iter()
            .map(|map| format!("{:?} {:?} {:?}", map.colours, map.range, map.values)),
    );
    items.push(format!("{} arrows", picture.arrows.len()));
    items.extend(
        picture
            .clouds
            .iter()
            .map(|cloud| format!("{} {:?}", cloud.name, cloud.points.len())),
    );
    items.extend(
        picture
            .bands
            .iter()
            .map(|band| format!("{} {:?}", band.name, band.pen)),
    );
    items.extend(picture.uprights.iter().map(|upright| format!("{upright:?}")));
    items.extend(picture.levels.iter().map(|level| format!("{level:?}")));
    items.extend(
        picture
            .curves
            .iter()
            .map(|curve| format!("{} {:?}", curve.name, curve.pen)),
    );
    items.extend(
        picture
            .marks
            .iter()
            .map(|mark| format!("{} {:?}", mark.name, mark.shape)),
    );
    items.extend(picture.rows.iter().map(|row| format!("{row:?}")));
    items.extend(picture.labels.iter().map(|label| label.text.clone()));
    items.extend(picture.keys.iter().map(|key| format!("{key:?}")));
    items
}

/// Whether two ranges are one, to a share of their width.
fn are_near(a: (f64, f64), b: (f64, f64), share: f64) -> bool {
    let tolerance = share * (a.1 - a.0).abs().max(1e-300);
    (a.0 - b.0).abs() <= tolerance && (a.1 - b.1).abs() <= tolerance
}

/// Every text of a shape.
fn texts_of(shape: &Shape, texts: &mut Vec<String>) {
    match shape {
        Shape::Text(text) => texts.push(text.galley.text().to_owned()),
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| texts_of(shape, texts)),
        _ => {}
    }
}

/// A window that paints one picture, with a plot of the size that it has on paper.
struct Screen(Harness<'static, Option<Picture>>);

impl Screen {
    fn new() -> Self {
        let about = Surroundings {
            gutters: (60.0, 160.0),
            has_title: true,
            has_y_axis: true,
            has_x_axis: true,
        };
        let size = vec2(862.0 + 220.0, 380.0 + about.above(1.0) + about.below(1.0));
        let paint = move |ui: &mut egui::Ui, picture: &mut Option<Picture>| {
            let Some(picture) = picture else {
                // They are there from the next frame on.
                return style::install_fonts(ui.ctx());
            };
            let ground = Ground::new(ui.visuals(), 1.0);
            let panel = Panel {
                picture,
                ground: &ground,
                about,
                place: Rect::from_min_size(pos2(0.0, 0.0), size),
            };
            let frame = panel.draw(ui.painter(), &mut Caches::default().ribbons);
            draw_level_names(ui.painter(), picture, &frame, &ground);
        };
        Self(
            Harness::builder()
                .with_size(vec2(1400.0, 700.0))
                .build_ui_state(paint, None),
        )
    }

    /// Words that are painted of a picture.
    fn words(&mut self, picture: &Picture) -> Vec<String> {
        *self.0.state_mut() = Some(picture.clone());
        self.0.step();
        let mut texts = Vec::new();
        for clipped in &self.0.output().shapes {
            texts_of(&clipped.shape, &mut texts);
        }
        texts.retain(|text| !text.is_empty());
        texts
    }
}

/// Words of a figure, but for its two lines of caption.
fn words_on_paper(svg: &str) -> Vec<String> {
    let texts = svg.lines().filter(|line| line.starts_with("<text"));
    let content = |line: &str| {
        let text = line.split_once('>').map_or("", |(_, rest)| rest);
        let text = text.strip_suffix("</text>").unwrap_or(text);
        { text.replace("&lt;", "<").replace("&gt;", ">") }.replace("&amp;", "&")
    };
    let mut words: Vec<String> = texts
        .skip(2)
        .map(content)
        .filter(|text| !text.is_empty())
        .collect();
    words.sort();
    words
}

#[test]
fn every_plot_is_the_same_on_the_screen_and_on_paper() {
    let (run, kept_runs) = run();
    assert_eq!(run.interventions.len(), 1);
    let mut screen = Screen::new();
    for view in views() {
        let predictions = Predictions::default().all(&run);
        let known = known(&run, &kept_runs, &view.settings, predictions);
        let range = (
            view.settings.time.position(1.0),
            view.settings.time.position(40.0),
        );
        let options: Options = view.options(range);
        for plot in PlotId::ALL {
            let sheet = Sheet::new(&known, FigurePanel::One(plot), &options, Paper::default()).unwrap();
            let on_paper: Vec<&Picture> = sheet.pictures().collect();
            let mut drawing = Drawing {
                known: &known,
                options: &options,
                // A window at twice the usual size.
                room: Room {
                    width: 610.0,
                    height: 170.0,
                    pixels_per_point: 2.0,
                    letters: 1.0,
                    clock: 0.0,
                },
                traces: &mut TraceCache::default(),
            };
            let on_screen = chart::pictures(plot, &mut drawing);
            let mut words = Vec::new();
            for (i, paper) in on_paper.iter().enumerate() {
                let seen = on_screen.iter().find(|seen| seen.mode == paper.mode).unwrap();
                assert_eq!(items(seen), items(paper), "{plot:?} {i}");
                assert!(are_near(seen.x.range, paper.x.range, 1e-9), "{plot:?} {i}");
                assert!(
                    are_near(seen.y.range, paper.y.range, 0.02),
                    "{plot:?} {i}: {:?} {:?}",
                    seen.y.range,
                    paper.y.range
                );
                words.extend(screen.words(paper));
            }
            words.sort();
            let figure = sheet.paint(&Look::on_paper(palette::Ground::Dark));
            assert_eq!(words, words_on_paper(figure.svg()), "{plot:?}");
        }
    }
}

/// A map with the cells of its coarsest level, some of which diverge, and what theory says of it.
fn map_of_some_cells() -> Picture {
    let base = Experiment::default();
    let view = MapView {
        replicas: 1,
        steps: 600,
        ..MapView::default()
    };
    let survey = Survey::new(&base, &view).unwrap();
    let mut table = survey.table();
    for &place in &survey.order()[0] {
        let cell = survey.cell(place).unwrap();
        let rows = survey
            .sweep()
            .compute(&cell, &AtomicBool::new(false))
            .unwrap()
            .unwrap();
        table.put(place, cell.settings, &rows);
    }
    let theory = Boundaries::of(&table, &base, Some(survey.sweep().stop), 0);
    let room = Sheet::room_of_map();
    let mut sheet = table.sheet(&view.measure, 0, Some(&theory), room);
    sheet.dot = table.position(|key| (key == "live.learning_rate").then_some(0.005).or(Some(32.0)));
    chart::map(&sheet, room)
}

#[test]
fn a_map_is_the_same_on_the_screen_and_on_paper() {
    let picture = map_of_some_cells();
    let keys: Vec<&str> = picture.keys.iter().map(|key| key.label.as_str()).collect();
    for key in [
        "diverged",
        "unfinished",
        "gradient descent unstable beyond",
        "equal \u{3b7}/B",
        "present settings",
    ] {
        assert!(keys.contains(&key), "no {key} in {keys:?}");
    }
    // Every cell has the value of the block that it is in, and none is between two.
    let map = picture.heat_map.as_ref().unwrap();
    assert_eq!(map.shape(), (64, 47));
    for row in 0..47 {
        for column in 0..64 {
            let block = (column - column % 8, row - row % 8);
            assert_eq!(map.value((column, row)).to_bits(), map.value(block).to_bits());
        }
    }
    let mut words = Screen::new().words(&picture);
    words.sort();
    let sheet = Sheet::of_picture(picture, "title".to_owned(), "caption".to_owned());
    let figure = sheet.paint(&Look::on_paper(palette::Ground::Light));
    assert_eq!(words, words_on_paper(figure.svg()));
}

#[test]
fn companions_bands_kept_runs_and_changes_are_all_there() {
    let (run, kept_runs) = run();
    let view = View::default();
    let known = known(&run, &kept_runs, &view.settings, SettledLaws::default());
    let sheet = Sheet::new(
        &known,
        FigurePanel::All,
        &view.options((0.0, 40.0)),
        Paper::default(),
    )
    .unwrap();
    let strengths = sheet.pictures().next().unwrap();
    let keys: Vec<&str> = strengths.keys.iter().map(|key| key.label.as_str()).collect();
    for key in [
        "mode strength",
        "gradient flow",
        "kept runs",
        "10\u{2013}90 % of 64 mode equations",
        "10\u{2013}90 % of 4 replicas",
        "noise peak",
        "95 % learned",
    ] {
        assert!(keys.contains(&key), "no {key} in {keys:?}");
    }
    assert_eq!(strengths.bands.len(), 2 * run.rank());
    let changes = strengths
        .uprights
        .iter()
        .filter_map(|upright| upright.label.as_deref());
    assert_eq!(changes.collect::<Vec<_>>(), ["\u{3c3} = 0.2"]);
    // The kept run has its own marks and brackets, and its name.
    let is_kept = |mark: &&chart::Mark| mark.pen.role == chart::Role::KeptRun;
    let n_events: usize = { kept_runs[0].modes.iter() }
        .map(|events| usize::from(events.peak.is_some()) + usize::from(events.learned.is_some()))
        .sum();
    assert!(n_events >= 4, "{n_events}");
    assert_eq!(strengths.marks.iter().filter(is_kept).count(), n_events);
    let rows = sheet.pictures().find(|picture| !picture.rows.is_empty()).unwrap();
    assert!(rows.rows[0].kept.len() == 1 && rows.rows[0].kept[0].is_closed);
    let of_diffusion = sheet
        .pictures()
        .find(|picture| picture.id == PlotId::Diffusion)
        .unwrap();
    for picture in [strengths, of_diffusion] {
        let names = picture.labels.iter().filter(|label| label.text == "kept").count();
        assert_eq!(names, 1, "{:?}", picture.id);
    }
}

#[test]
fn the_diffusion_of_a_learned_mode_fades_and_leaves_its_axis_alone() {
    let run = plain(1, 0.005, 6000);
    let view = View::default();
    let known = known(&run, &[], &view.settings, SettledLaws::default());
    let sheet = Sheet::new(
        &known,
        FigurePanel::One(PlotId::Diffusion),
        &view.options((0.0, 30.0)),
        Paper::default(),
    )
    .unwrap();
    let picture = sheet.pictures().next().unwrap();
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
    let later = Sheet::new(
        &known,
        FigurePanel::One(PlotId::Diffusion),
        &view.options((25.0, 30.0)),
        Paper::default(),
    )
    .unwrap();
    let range = later.pictures().next().unwrap().y.range;
    assert!(range.0 < -12.0, "{range:?}");
}

#[test]
fn label_noise_at_the_end_is_framed_and_what_faded_before_is_not() {
    let run = with_late_noise(6000, 500);
    let view = View::default();
    let known = known(&run, &[], &view.settings, SettledLaws::default());
    let sheet = Sheet::new(
        &known,
        FigurePanel::One(PlotId::Diffusion),
        &view.options((0.0, 33.0)),
        Paper::default(),
    )
    .unwrap();
    let picture = sheet.pictures().next().unwrap();
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
    let view = View::default();
    let picture = |plot: PlotId, run: &RunData, kept: &[KeptRun]| {
        let known = known(run, kept, &view.settings, SettledLaws::default());
        let options = view.options((0.0, 10.0));
        let sheet = Sheet::new(&known, FigurePanel::One(plot), &options, Paper::default()).unwrap();
        sheet.pictures().next().unwrap().clone()
    };
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
    let known = known(&unstable, &[], &view.settings, SettledLaws::default());
    let histograms = Sheet::new(
        &known,
        FigurePanel::One(PlotId::Histogram),
        &view.options((0.0, 10.0)),
        Paper::default(),
    );
    assert!(histograms.is_err());
}
