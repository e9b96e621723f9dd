//! What the window costs: one frame (layout, drawing commands, tessellation) with a million recorded rows behind it, and how
//! soon a command takes effect at full speed.
//!
//! `cargo bench --bench window`

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::{Duration, Instant};

use eframe::egui::{self, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::Window;
use saddlescope::experiment::{Dynamics, Experiment};
use saddlescope::simulation::{Schedule, Script};
use saddlescope::worker::{Command, Event, RunSpec, RunState, Worker};

/// Steps after which a million rows have been recorded.
const N_STEPS: u64 = 16_200_000;
const N_FRAMES: usize = 200;
const SIZE: egui::Vec2 = egui::vec2(1440.0, 900.0);

fn main() -> std::io::Result<()> {
    frame_cost();
    command_latency()
}

fn median(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() - 1])
}

fn frame_cost() {
    let mut harness = Harness::builder().with_size(SIZE).build_ui_state(
        |ui, window: &mut Option<Window>| {
            if window.is_none() {
                *window = Window::new(ui.ctx(), None, Experiment::default()).ok();
            }
            if let Some(window) = window {
                window.listen(ui.ctx());
                window.show(ui);
            }
        },
        None,
    );
    harness.get_by_role_and_label(Role::Button, "max").click();
    let start = Instant::now();
    while harness.state().as_ref().map_or(N_STEPS, Window::steps_taken) < N_STEPS {
        harness.step();
        std::thread::sleep(Duration::from_millis(16));
    }
    println!(
        "{N_STEPS} steps with a window drawing: {:.1} s",
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
    for (name, times) in [("running", running), ("halted", halted)] {
        let (typical, worst) = median(times);
        println!("one frame, {name}: median {typical:?}, worst of {N_FRAMES} {worst:?}");
    }
    println!(
        "rows recorded in each lane: {}",
        harness.state().as_ref().map_or(0, Window::rows_recorded)
    );
}

/// Times of frames as eframe would draw them: events taken in, layout, tessellation.
fn frames(ctx: &egui::Context, window: &mut Option<Window>) -> Vec<Duration> {
    let Some(window) = window else { return Vec::new() };
    let frame = |_| {
        std::thread::sleep(Duration::from_millis(16));
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, SIZE)),
            ..Default::default()
        };
        let start = Instant::now();
        let output = ctx.run_ui(input, |ui| {
            window.listen(ui.ctx());
            window.show(ui);
        });
        let triangles = ctx.tessellate(output.shapes, output.pixels_per_point);
        let elapsed = start.elapsed();
        assert!(triangles.len() > 10, "an empty picture");
        elapsed
    };
    (0..N_FRAMES).map(frame).collect()
}

fn command_latency() -> std::io::Result<()> {
    let worker = Worker::spawn(|| {})?;
    let spec = RunSpec {
        run: 1,
        experiment: Experiment::default(),
        companions: vec![Dynamics::GradientFlow],
        crowds: Vec::new(),
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
                Ok(Event::Frame(_) | Event::Refused { .. } | Event::Failed { .. }) => {}
                Err(error) => return Err(std::io::Error::other(error)),
            }
        }
        times.push(start.elapsed());
    }
    let (typical, worst) = median(times);
    println!("a command confirmed at full speed: median {typical:?}, worst of 100 {worst:?}");
    Ok(())
}
