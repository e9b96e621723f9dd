//! What the window costs: the time to its first point, one frame (layout, drawing commands, tessellation) with ten million
//! recorded rows of eight modes behind it, the memory of the process then, and how soon a command takes effect at full speed.
//!
//! `cargo bench --bench window`, or `... -- ROWS` for another number of rows.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::{Duration, Instant};

use eframe::egui::{self, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::Window;
use saddlescope::experiment::{Dynamics, Experiment};
use saddlescope::session::Session;
use saddlescope::simulation::{Densities, Schedule, Script, Simulation};
use saddlescope::worker::{Command, Event, RunSpec, RunState, Worker};

/// Rows behind the frames.
const N_ROWS: u64 = 10_000_000;
/// Modes of the teacher.
const N_MODES: u32 = 8;
const N_FRAMES: usize = 200;
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);

fn main() -> std::io::Result<()> {
    let n_rows = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    instrument_cost();
    picture_cost();
    density_cost();
    frame_cost(n_rows.unwrap_or(N_ROWS));
    command_latency()
}

fn median(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() - 1])
}

fn experiment() -> Experiment {
    let mut experiment = Experiment::default();
    let width = N_MODES as usize;
    (experiment.network.d_in, experiment.network.d_out) = (width, width);
    experiment.network.hidden = vec![width];
    experiment.teacher.strengths = (1..=N_MODES).rev().map(|m| 0.5 * f64::from(m)).collect();
    experiment.live.label_noise_std = 0.3;
    experiment
}

/// Memory of this process in mebibytes, where the system tells it.
fn resident_mebibytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024.0)
}

fn open(experiment: Experiment) -> Harness<'static, Option<Window>> {
    Harness::builder().with_size(SIZE).build_ui_state(
        move |ui, window: &mut Option<Window>| {
            if window.is_none() {
                *window = Window::new(ui.ctx(), experiment.clone()).ok();
                if let Some(window) = window {
                    window.run_without_end();
                }
            }
            if let Some(window) = window {
                window.listen(ui.ctx());
                window.show(ui);
            }
        },
        None,
    )
}

/// How soon a lesson, an earlier moment and a session of a million steps are on the screen.
fn instrument_cost() {
    let mut harness = open(Experiment::default());
    let mut lessons = Vec::new();
    for _ in 0..13 {
        let start = Instant::now();
        harness.key_press(egui::Key::PageDown);
        harness.step();
        while harness
            .state()
            .as_ref()
            .is_some_and(|window| window.rows_recorded() == 0)
        {
            harness.step();
        }
        harness.step();
        lessons.push(start.elapsed());
    }
    let (typical, worst) = median(lessons);
    println!("a lesson's first frame: median {typical:?}, worst of 13 {worst:?}");

    let mut session = match Simulation::new(&Experiment::default()) {
        Ok(simulation) => Session::of(&simulation),
        Err(error) => return println!("no session: {error}"),
    };
    session.end.step = 1_000_000;
    session.end.digest = None;
    let mut harness = open(Experiment::default());
    harness.step();
    let start = Instant::now();
    harness.event(egui::Event::Paste(session.to_toml()));
    harness.step();
    while harness
        .state()
        .as_ref()
        .is_some_and(|window| window.steps_taken() == 0)
    {
        harness.step();
    }
    let first = start.elapsed();
    while harness
        .state()
        .as_ref()
        .is_some_and(|window| window.steps_taken() < 1_000_000)
    {
        harness.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    println!(
        "a session of 1 000 000 steps: first frame {first:?}, its end {:?}",
        start.elapsed()
    );

    let mut moments = Vec::new();
    harness.key_press(egui::Key::Home);
    for _ in 0..100 {
        let start = Instant::now();
        harness.key_press_modifiers(egui::Modifiers::SHIFT, egui::Key::ArrowRight);
        harness.step();
        moments.push(start.elapsed());
    }
    let (typical, worst) = median(moments);
    println!("an earlier moment of it: median {typical:?}, worst of 100 {worst:?}");
}

/// A frame with each of the plots beside those over time: a network of 64-64-64 with four modes and 4096 solutions of each mode
/// equation, at 150 steps a second.
fn picture_cost() {
    let mut experiment = Experiment::default();
    (experiment.network.d_in, experiment.network.d_out) = (64, 64);
    experiment.network.hidden = vec![64];
    experiment.live.batch_size = 4;
    let mut harness = open(experiment);
    harness.step();
    // "Beside it" has the ensembles; a reset lets them run along.
    harness.get_by_label("mode equations").click();
    harness.step();
    harness.key_press(egui::Key::R);
    for _ in 0..100 {
        harness.step();
        std::thread::sleep(Duration::from_millis(16));
    }
    let mut before = Duration::ZERO;
    for plot in ["Law", "Matrix", "Plane", "Density", "Times"] {
        harness.get_by_role_and_label(Role::Button, plot).click();
        for _ in 0..40 {
            harness.step();
            std::thread::sleep(Duration::from_millis(16));
        }
        let ctx = harness.ctx.clone();
        let (typical, worst) = median(
            frames(&ctx, harness.state_mut())
                .iter()
                .map(|frame| frame.layout + frame.tessellation)
                .collect(),
        );
        if plot == "Law" {
            before = typical;
        }
        println!(
            "one frame with {plot}: median {typical:?}, worst of {N_FRAMES} {worst:?}; {:+.2} ms beside Law",
            1e3 * (typical.as_secs_f64() - before.as_secs_f64())
        );
    }
}

/// What following the laws of the default modes takes of a core at 150 steps a second.
fn density_cost() {
    for batch_size in [1, 32] {
        let mut experiment = Experiment::default();
        experiment.live.batch_size = batch_size;
        let starts = vec![experiment.init.strength; experiment.teacher.strengths.len()];
        let n_modes = starts.len() as f64;
        let mut densities = Densities::new(&experiment, &experiment.live, &starts);
        let course = [(0.0, experiment.live)];
        let end = 2000.0 * experiment.live.learning_rate;
        let start = Instant::now();
        densities.advance_to(&experiment, &course, end, || true);
        let share = start.elapsed().as_secs_f64() / (2000.0 / 150.0) / n_modes;
        println!(
            "density of a mode, B = {batch_size}, 2000 steps at 150 a second: {:.2} % of a core",
            100.0 * share
        );
    }
}

fn frame_cost(n_rows: u64) {
    let start = Instant::now();
    let mut harness = open(experiment());
    let rows = |harness: &Harness<'_, Option<Window>>| {
        harness.state().as_ref().map_or(u64::MAX, Window::rows_recorded)
    };
    while rows(&harness) == 0 {
        harness.step();
    }
    harness.step();
    println!(
        "first point drawn after {:?}, without a graphics system",
        start.elapsed()
    );
    harness.get_by_role_and_label(Role::Button, "max").click();
    let start = Instant::now();
    while rows(&harness) < n_rows {
        harness.step();
        std::thread::sleep(Duration::from_millis(16));
    }
    let n_steps = harness.state().as_ref().map_or(0, Window::steps_taken);
    println!(
        "{n_steps} steps with a window drawing: {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let ctx = harness.ctx.clone();
    let running = frames(&ctx, harness.state_mut());
    harness.get_by_role_and_label(Role::Button, "Pause").click();
    for _ in 0..10 {
        harness.step();
        std::thread::sleep(Duration::from_millis(16));
    }
    let halted = frames(&ctx, harness.state_mut());
    for (name, frames) in [("running", running), ("halted", halted)] {
        let of = |part: fn(&Frame) -> Duration| median(frames.iter().map(part).collect());
        let (layout, _) = of(|frame| frame.layout);
        let (tessellation, _) = of(|frame| frame.tessellation);
        let (typical, worst) = of(|frame| frame.layout + frame.tessellation);
        let n_corners = frames.last().map_or(0, |frame| frame.n_corners);
        println!(
            "one frame, {name}: median {typical:?}, worst of {N_FRAMES} {worst:?} \
             (layout {layout:?}, tessellation {tessellation:?}, {n_corners} corners)"
        );
    }
    println!("rows recorded in each trajectory: {}", rows(&harness));
    if let Some(mebibytes) = resident_mebibytes() {
        println!("memory of the process: {mebibytes:.0} MiB");
    }
}

/// What one frame took.
struct Frame {
    /// Events taken in, widgets laid out, shapes made.
    layout: Duration,
    tessellation: Duration,
    /// Corners of triangles handed to the graphics system.
    n_corners: usize,
}

/// Frames as eframe would draw them.
fn frames(ctx: &egui::Context, window: &mut Option<Window>) -> Vec<Frame> {
    let Some(window) = window else { return Vec::new() };
    // The harness listens as a screen reader does; eframe describes the window only to one that is there.
    ctx.disable_accesskit();
    let frame = |_| {
        std::thread::sleep(Duration::from_millis(16));
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE)),
            ..Default::default()
        };
        let start = Instant::now();
        let mut output = ctx.run_ui(input, |ui| {
            window.listen(ui.ctx());
            window.show(ui);
        });
        let layout = start.elapsed();
        let start = Instant::now();
        let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
        let tessellation = start.elapsed();
        // There is no graphics system to give them to.
        output.textures_delta.clear();
        let total = primitives.iter().map(n_corners).sum();
        assert!(primitives.len() > 10, "an empty picture");
        Frame {
            layout,
            tessellation,
            n_corners: total,
        }
    };
    let frames = (0..N_FRAMES).map(frame).collect();
    ctx.enable_accesskit();
    frames
}

fn n_corners(primitive: &egui::ClippedPrimitive) -> usize {
    match &primitive.primitive {
        egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
        egui::epaint::Primitive::Callback(_) => 0,
    }
}

fn command_latency() -> std::io::Result<()> {
    let worker = Worker::spawn(|| {})?;
    let spec = RunSpec {
        run: 1,
        experiment: Experiment::default(),
        companions: vec![Dynamics::GradientFlow],
        ensembles: Vec::new(),
        schedule: Schedule::DenseFirst,
        script: Script::default(),
        catch_up_to: 0,
        start: true,
    };
    worker.send(Command::Reset(Box::new(spec)));
    let mut times = Vec::new();
    for round in 0..100 {
        let wanted = if round % 2 == 0 {
            RunState::Paused
        } else {
            RunState::Running
        };
        let until = Instant::now() + Duration::from_millis(30);
        while let Ok(_event) = worker.events().recv_deadline(until) {}
        let start = Instant::now();
        worker.send(if wanted == RunState::Paused {
            Command::Pause
        } else {
            Command::Resume
        });
        loop {
            match worker.events().recv_timeout(Duration::from_secs(5)) {
                Ok(Event::Frame(frame)) if frame.state == wanted => break,
                Ok(
                    Event::Frame(_)
                    | Event::Refused { .. }
                    | Event::Failed { .. }
                    | Event::Rewound { .. }
                    | Event::Halted { .. }
                    | Event::KeptState { .. }
                    | Event::Snapshot { .. },
                ) => {}
                Err(error) => return Err(std::io::Error::other(error)),
            }
        }
        times.push(start.elapsed());
    }
    let (typical, worst) = median(times);
    println!("a command confirmed at full speed: median {typical:?}, worst of 100 {worst:?}");
    Ok(())
}
