//! One run painted by both painters: what is on the screen and what is exported are the same pictures with the same words.

use std::sync::atomic::AtomicBool;

use eframe::egui::{self, Rect, Shape, pos2, vec2};
use egui_kittest::Harness;

use super::Caches;
use super::ground::Ground;
use super::names::draw_level_names;
use super::panel::{Panel, Surroundings};
use super::runs::{go, load};
use crate::app::state::{KeptRun, Predictions, RunData, View, known};
use crate::app::style;
use crate::chart::{
    self, Drawing, Look, MapView, MatrixKind, MatrixOptions, Options, Picture, PlotId, Room, SettledLaws,
    TimeScale, TraceCache,
};
use crate::experiment::{Dynamics, Experiment};
use crate::figure::{FigurePanel, Paper, Sheet};
use crate::palette;
use crate::simulation::{Change, EnsembleKind, Passage, Script};
use crate::sweep::Survey;
use crate::sweep::map::Boundaries;
use crate::worker::{Command, RunSpec, Watch};

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
        companions: vec![Dynamics::GradientFlow, Dynamics::Langevin],
        ensembles: vec![(EnsembleKind::ModeEquations, 64), (EnsembleKind::Replicas, 4)],
        script: Script::new(vec![Change { step: 900, live }]).unwrap(),
        ..RunSpec::new(experiment)
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
