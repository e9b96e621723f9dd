//! `saddlescope plot`: every panel in all formats, bounded size, and one clear message for what is no recording.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use saddlescope::chart::{Options, PlotId, RecordedRun, Scale, TimeAxis, TimeScale};
use saddlescope::experiment::Experiment;
use saddlescope::figure::{Figure, FigureError, FigureOptions, FigurePanel};
use saddlescope::observables::Schema;
use saddlescope::session::{Recording, write_npz};
use saddlescope::simulation::{Change, Schedule, Script, Simulation};
use tempfile::TempDir;

use crate::command;

use command::saddlescope;

/// Four modes, all learned, with label noise from half-way on.
fn recording() -> Recording {
    let mut simulation = Simulation::new(&Experiment::default()).unwrap();
    let mut live = *simulation.live();
    (live.learning_rate, live.batch_size, live.label_noise_std) = (0.01, 8, 0.3);
    let script = Script::new(vec![Change { step: 900, live }]).unwrap();
    let progress = |_| ControlFlow::Continue(());
    Recording::run_script(&mut simulation, &script, Schedule::Every(4), 6000, progress).0
}

fn refused(directory: &Path, arguments: &[&str], words: &[&str]) {
    let output = saddlescope(directory, &[&["plot"], arguments].concat());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for word in words {
        assert!(errors.contains(word), "{arguments:?}: no {word:?} in {errors}");
    }
}

/// Panels that a run alone has; times of passage need several.
fn of_one_run() -> impl Iterator<Item = FigurePanel> {
    FigurePanel::all().filter(|panel| *panel != FigurePanel::One(PlotId::Times))
}

#[test]
fn every_panel_is_drawn_in_all_formats() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    write_npz(&recording(), fs::File::create(path.join("run.npz")).unwrap()).unwrap();
    for panel in of_one_run() {
        for (theme, paper) in [("light", "#FFFFFF"), ("dark", "#17191C")] {
            for format in ["svg", "png", "pdf"] {
                let out = format!("{}_{theme}.{format}", panel.name());
                let arguments = [
                    "plot",
                    "run.npz",
                    "--panel",
                    panel.name(),
                    "--theme",
                    theme,
                    "--out",
                    &out,
                ];
                let output = saddlescope(path, &arguments);
                assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
                let bytes = fs::read(path.join(&out)).unwrap();
                if format == "svg" {
                    let svg = String::from_utf8(bytes).unwrap();
                    assert!(svg.contains(paper) && svg.contains("</svg>"), "{out}");
                    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{out}");
                } else if format == "pdf" {
                    assert!(bytes.starts_with(b"%PDF-") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
                    let page = b"/MediaBox [0 0 1120 ";
                    assert!(bytes.windows(page.len()).any(|part| part == page), "{out}");
                } else {
                    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n", "{out}");
                    let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
                    assert_eq!(width, 2240);
                }
            }
        }
    }
    let svg = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    let all = svg("all_light.svg");
    for text in [
        "mode 4, m = 0.5",
        "95 % learned",
        "noise peak",
        "theory, if aligned",
        "law of an aligned, balanced mode",
        "From noise peak to 95 % learned, in rows 4 steps apart",
        "noise peak leads by",
        "3 learned",
        "time t = sum of η over steps",
        "η = 0.01, B = 8, σ = 0.3",
        "#0072B2",
    ] {
        assert!(all.contains(text), "no {text:?}");
    }
    assert!(svg("all_dark.svg").contains("#56B4E9"));
    assert!(svg("histogram_light.svg").contains("Boltzmann"));
    assert!(svg("law_light.svg").contains("law D(s), σ = 0 and 0.3"));
}

/// Numbers of every element that has an attribute of this name and holds `words`.
fn numbers(svg: &str, words: &str, attribute: &str) -> Vec<Vec<f64>> {
    let start = format!(" {attribute}=\"");
    svg.lines()
        .filter(|line| line.contains(words))
        .filter_map(|line| line.split_once(&start)?.1.split_once('"'))
        .map(|(value, _)| {
            let parts = value.split([' ', ',']).filter(|part| !part.is_empty());
            parts.map(|part| part.parse().unwrap()).collect()
        })
        .collect()
}

#[test]
fn the_strip_shows_what_the_table_of_events_says() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];
    for (every, noise) in [("1", "0"), ("1", "0.3"), ("7", "0")] {
        let noise = format!("live.label_noise_std={noise}");
        let run = ["run", "--steps", "3000", "--every", every, "--set", &noise];
        let files = ["--out", "run.npz", "--events", "events.csv"];
        assert!(saddlescope(path, &[&run[..], &files].concat()).status.success());
        for panel in ["events", "all"] {
            let arguments = [
                "plot", "run.npz", "--x", "steps", "--panel", panel, "--out", "x.svg",
            ];
            assert!(saddlescope(path, &arguments).status.success());
            let svg = fs::read_to_string(path.join("x.svg")).unwrap();
            assert_eq!(svg.contains("in rows 7 steps apart"), every == "7");
            let table = fs::read_to_string(path.join("events.csv")).unwrap();
            for (mode, colour) in colours.into_iter().enumerate() {
                let event = |kind: &str| {
                    let words = format!(",{kind},{},", mode + 1);
                    let line = table.lines().find(|line| line.contains(&words))?;
                    let fields: Vec<f64> = line
                        .split(',')
                        .map(|field| field.parse().unwrap_or(f64::NAN))
                        .collect();
                    Some((fields[0], fields[5], fields[6]))
                };
                // The bracket is the only line of its width and colour; the axis goes from 108 to 946.
                let words = format!("stroke=\"{colour}\" stroke-width=\"1.6\"");
                let brackets = numbers(&svg, &words, "points");
                let (Some((peak, ..)), Some((learned, lead, theory))) =
                    (event("peak_confirmed"), event("learned"))
                else {
                    assert!(brackets.is_empty(), "mode {mode}: {brackets:?}");
                    continue;
                };
                assert_eq!(brackets.len(), 1, "mode {mode}: {brackets:?}");
                let bracket = &brackets[0];
                for (x, step) in [(bracket[0], peak), (bracket[2], learned)] {
                    let expected = 108.0 + 838.0 * step / 3000.0;
                    assert!((x - expected).abs() <= 0.06, "mode {mode}: {x} for {expected}");
                }
                assert!((bracket[1] - bracket[3]).abs() < 1e-9);
                // Diamond and disc stand at its ends, each over a rim.
                let y = format!("{:.1}", bracket[1]);
                let shapes = |words: &str, attribute: &str| {
                    let words = format!("fill=\"{colour}\"{words}");
                    numbers(&svg, &words, attribute)
                };
                let diamonds = shapes("/>", "points");
                let at = |points: &&Vec<f64>| points.len() == 8 && format!("{:.1}", points[3]) == y;
                let diamond = diamonds.iter().find(at).unwrap();
                assert!((diamond[0] - bracket[0]).abs() < 0.11);
                let circles = shapes("", "cx")
                    .into_iter()
                    .flatten()
                    .zip(shapes("", "cy").into_iter().flatten());
                let discs: Vec<f64> = { circles }
                    .filter(|(_, height)| format!("{height:.1}") == y)
                    .map(|(x, _)| x)
                    .collect();
                assert!(
                    discs.len() == 1 && (discs[0] - bracket[2]).abs() < 0.11,
                    "{discs:?}"
                );
                let text = format!("noise peak leads by {lead} steps (theory {theory:.0})");
                assert!(svg.contains(&text), "no {text:?}");
            }
        }
    }
}

#[test]
fn a_run_without_a_peak_has_an_empty_strip() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    for strengths in ["[4]", "[8,7,6,5,4,3,2,1,0.5]"] {
        let run = ["run", "--steps", "20", "--every", "1", "--out", "run.npz"];
        let teacher = format!("teacher.strengths={strengths}");
        let widths = [
            "--set",
            "network.d_in=9",
            "--set",
            "network.d_out=9",
            "--set",
            "network.hidden=[9]",
        ];
        let set = ["--set", &teacher];
        let output = saddlescope(path, &[&run[..], &widths, &set].concat());
        assert!(output.status.success(), "{output:?}");
        let arguments = ["plot", "run.npz", "--panel", "events", "--out", "x.svg"];
        let output = saddlescope(path, &arguments);
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let svg = fs::read_to_string(path.join("x.svg")).unwrap();
        let n_rows = svg.lines().filter(|line| line.contains(">mode ")).count();
        assert_eq!(n_rows, if strengths == "[4]" { 1 } else { 8 });
        assert!(!svg.contains("<polygon") && !svg.contains("<circle") && !svg.contains("leads by"));
    }
}

#[test]
fn axes_are_as_asked_for() {
    let recording = recording();
    let run = RecordedRun::new(&recording);
    for panel in FigurePanel::all().filter(|panel| panel.is_over_time()) {
        for axis in [TimeAxis::Time, TimeAxis::Steps] {
            for log in [false, true] {
                for scale in [None, Some(Scale::Linear), Some(Scale::Log), Some(Scale::Symlog)] {
                    let scales = scale.iter();
                    let options = FigureOptions {
                        panel,
                        chart: Options {
                            time: TimeScale { axis, log },
                            scales: scales
                                .flat_map(|&scale| PlotId::ALL.map(|plot| (plot, scale)))
                                .collect(),
                            ..Options::default()
                        },
                        ..FigureOptions::default()
                    };
                    let figure = Figure::draw_run(&run, &options).unwrap();
                    let svg = figure.svg();
                    assert_eq!(svg.contains("sum of η"), axis == TimeAxis::Time);
                    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{options:?}");
                    if log && axis == TimeAxis::Steps {
                        assert!(svg.contains("10³"), "{options:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let (first, second) = (recording(), recording());
    for panel in of_one_run() {
        let options = FigureOptions {
            panel,
            ..FigureOptions::default()
        };
        let figures = [&first, &second].map(|recording| Figure::draw(recording, &options).unwrap());
        assert!(figures[0] == figures[1]);
    }
    let figure = Figure::draw(&first, &FigureOptions::default()).unwrap();
    assert!(figure.png().unwrap() == figure.png().unwrap());
}

#[test]
fn a_million_rows_make_a_small_figure() {
    let mut experiment = Experiment::default();
    experiment.live.label_noise_std = 0.5;
    let mut simulation = Simulation::new(&experiment).unwrap();
    let progress = |_| ControlFlow::Continue(());
    let (short, _) = Recording::run(&mut simulation, Schedule::Every(1), 20_000, progress);
    // What comes after the rise again and again, which is quicker than a long run.
    let mut rows: Vec<f64> = short.rows().flatten().copied().collect();
    let n_columns = short.schema().n_columns();
    let settled = rows[10_000 * n_columns..].to_vec();
    while rows.len() <= 1_000_000 * n_columns {
        let step = (rows.len() / n_columns) as f64;
        for (i, row) in settled.chunks_exact(n_columns).enumerate() {
            let first = rows.len();
            rows.extend(row);
            rows[first + Schema::STEP] = step + i as f64;
            rows[first + Schema::TIME] = (step + i as f64) * experiment.live.learning_rate;
        }
    }
    let recording = Recording::of(&simulation, rows);
    assert!(recording.rows().len() > 1_000_000);
    for panel in of_one_run() {
        let options = FigureOptions {
            panel,
            ..FigureOptions::default()
        };
        let n_bytes = Figure::draw(&recording, &options).unwrap().svg().len();
        assert!(n_bytes < 1_000_000, "{panel:?}: {n_bytes} bytes");
        // A few marks for each mode, however many rows there are.
        let is_strip = panel == FigurePanel::One(PlotId::Events);
        assert!(!is_strip || n_bytes < 30_000, "{panel:?}: {n_bytes} bytes");
    }
}

#[test]
fn a_run_that_has_not_settled_has_no_histogram() {
    let mut simulation = Simulation::new(&Experiment::default()).unwrap();
    let progress = |_| ControlFlow::Continue(());
    for n_steps in [0, 1, 300] {
        let (recording, _) = Recording::run(&mut simulation, Schedule::Every(1), n_steps, progress);
        for panel in FigurePanel::all() {
            for log in [false, true] {
                let time = TimeScale {
                    log,
                    ..TimeScale::default()
                };
                let options = FigureOptions {
                    panel,
                    chart: Options {
                        time,
                        ..Options::default()
                    },
                    ..FigureOptions::default()
                };
                let figure = Figure::draw(&recording, &options);
                if panel == FigurePanel::One(PlotId::Histogram) {
                    assert!(matches!(figure, Err(FigureError::TooFewRows { .. })));
                } else if panel == FigurePanel::One(PlotId::Times) {
                    // One run alone has no distribution of times.
                    assert!(matches!(figure, Err(FigureError::Nothing { .. })));
                } else {
                    assert!(figure.is_ok_and(|figure| figure.png().is_ok() && figure.pdf().is_ok()));
                }
            }
        }
    }
}

#[test]
fn what_is_no_recording_is_told_in_one_line() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    write_npz(&recording(), fs::File::create(path.join("run.npz")).unwrap()).unwrap();
    let whole = fs::read(path.join("run.npz")).unwrap();
    let out = ["--out", "x.svg"];
    let bad = |name: &str, contents: &[u8], words: &[&str]| {
        fs::write(path.join(name), contents).unwrap();
        refused(path, &[&[name][..], &out].concat(), words);
    };
    bad(
        "run.csv",
        b"step,time\n0,0.0\n",
        &["run.csv", "no merged table of a sweep"],
    );
    bad("empty.npz", b"", &["empty.npz", "no NPZ archive"]);
    bad("noise.npz", &[7; 5000], &["noise.npz", "no NPZ archive"]);
    bad(
        "half.npz",
        &whole[..whole.len() / 2],
        &["half.npz", "no NPZ archive"],
    );
    // A byte of an array changed: the archive's checksum tells.
    let mut damaged = whole.clone();
    damaged[whole.len() / 4] ^= 0xff;
    bad("damaged.npz", &damaged, &["damaged.npz", "array"]);
    // Somebody else's archive.
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/R4_sgd_modes.npz");
    bad(
        "other.npz",
        &fs::read(other).unwrap(),
        &["other.npz", "array session: is missing"],
    );
    refused(
        path,
        &["none.npz", "--out", "x.svg"],
        &["none.npz: cannot be read"],
    );
    refused(path, &[".", "--out", "x.svg"], &["cannot be read"]);
    refused(
        path,
        &["run.npz", "--out", "x.gif"],
        &["must end in .svg, .png or .pdf"],
    );
    refused(
        path,
        &["run.npz", "--out", "no/x.svg"],
        &["there is no directory"],
    );
    refused(
        path,
        &["run.npz", "--out", "x.svg", "--panel", "pie"],
        &["pie", "histogram"],
    );
    refused(
        path,
        &["run.npz", "--out", "x.svg", "--panel", "law", "--x-log"],
        &["law has no time axis"],
    );
    assert!(!path.join("x.svg").exists());
}

/// The caption of the recording above, whole.
const MARKDOWN: &str = concat!(
    "All over time. Deep linear network of widths 4–4–4 trained by SGD (η = 0.005, B = 32, σ = 0) from aligned, balanced weights of \
     strength 0.001 on fresh samples; teacher of strengths 4, 2, 1, 0.5; seed 1, 6000 steps (t = 55.5). \
     From step 900 on: η = 0.01, B = 8, σ = 0.3. \
     Mode 1: diffusion peak at step 220, 95 % learned at 292, lead 72 (theory 73.6). \
     Mode 2: diffusion peak at step 384, 95 % learned at 536, lead 152 (theory 147). \
     Mode 3: diffusion peak at step 692, 95 % learned at 956, lead 264 (theory 243). \
     Mode 4: 95 % learned at step 1324. \
     Mode 1 settles at 3.9989 with variance 5.35·10⁻⁴. Mode 2 settles at 1.9961 with variance 2.36·10⁻⁴. \
     Mode 3 settles at 1.0002 with variance 9.79·10⁻⁵. Mode 4 settles at 0.49607 with variance 4.38·10⁻⁵. Made with saddlescope ",
    env!("CARGO_PKG_VERSION"),
    ".\n"
);
const LATEX: &str = concat!(
    r"All over time. Deep linear network of widths 4--4--4 trained by SGD ($\eta$ = $0.005$, $B$ = 32, $\sigma$ = $0$) from ",
    r"aligned, balanced weights of strength $0.001$ on fresh samples; teacher of strengths $4$, $2$, $1$, $0.5$; seed 1, ",
    r"6000 steps (t = $55.5$). From step 900 on: $\eta$ = $0.01$, $B$ = 8, $\sigma$ = $0.3$. ",
    r"Mode 1: diffusion peak at step 220, 95 \% learned at 292, lead 72 (theory 73.6). ",
    r"Mode 2: diffusion peak at step 384, 95 \% learned at 536, lead 152 (theory 147). ",
    r"Mode 3: diffusion peak at step 692, 95 \% learned at 956, lead 264 (theory 243). ",
    r"Mode 4: 95 \% learned at step 1324. ",
    r"Mode 1 settles at $3.9989$ with variance $5.35\cdot 10^{-4}$. ",
    r"Mode 2 settles at $1.9961$ with variance $2.36\cdot 10^{-4}$. ",
    r"Mode 3 settles at $1.0002$ with variance $9.79\cdot 10^{-5}$. ",
    r"Mode 4 settles at $0.49607$ with variance $4.38\cdot 10^{-5}$. Made with saddlescope ",
    env!("CARGO_PKG_VERSION"),
    ".\n"
);

#[test]
fn a_figure_for_a_column_has_its_width_in_print_and_a_caption_with_every_number() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    write_npz(&recording(), fs::File::create(path.join("run.npz")).unwrap()).unwrap();
    for (width, millimetres) in [("single", 86.0), ("double", 178.0), ("slide", 254.0)] {
        for format in ["svg", "pdf", "png"] {
            let out = format!("{width}.{format}");
            let arguments = ["plot", "run.npz", "--width", width, "--no-title", "--out", &out];
            let output = saddlescope(path, &arguments);
            assert!(output.status.success(), "{output:?}");
            let bytes = fs::read(path.join(&out)).unwrap();
            let points = millimetres / 25.4 * 72.0;
            if format == "svg" {
                let svg = String::from_utf8(bytes).unwrap();
                assert!(svg.contains(&format!("width=\"{millimetres:.2}mm\"")), "{out}");
                assert!(!svg.contains("seed "), "{out}");
            } else if format == "pdf" {
                let box_of_page = String::from_utf8_lossy(&bytes);
                let found = box_of_page.split("/MediaBox [0 0 ").nth(1).unwrap();
                let found: f64 = found.split(' ').next().unwrap().parse().unwrap();
                assert!((found - points).abs() < 0.1, "{found} {points}");
            } else {
                let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
                assert!(
                    (f64::from(width) - millimetres / 25.4 * 600.0).abs() < 2.0,
                    "{width}"
                );
            }
        }
    }
    for (name, expected) in [
        ("caption.md", MARKDOWN.to_owned()),
        ("caption.tex", LATEX.to_owned()),
    ] {
        let arguments = ["plot", "run.npz", "--out", "a.svg", "--caption", name];
        let output = saddlescope(path, &arguments);
        assert!(output.status.success(), "{output:?}");
        let caption = fs::read_to_string(path.join(name)).unwrap();
        assert_eq!(caption, expected);
    }
    // The caption is judged before anything is written.
    refused(
        path,
        &["run.npz", "--out", "b.svg", "--caption", "c.txt"],
        &["--caption", ".md"],
    );
    assert!(!path.join("b.svg").exists());
}
