//! What the window costs: one frame (layout, drawing commands, tessellation) with a million recorded rows behind it, and how
//! soon a command takes effect at full speed.
//!
//! `cargo bench --bench window --features gui-tests`

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::{Duration, Instant};

use eframe::egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use saddlescope::app::Window;
use saddlescope::experiment::{Engine, Experiment};
use saddlescope::simulation::Schedule;
use saddlescope::worker::{Command, Event, RunSpec, RunState, Worker};

/// Steps after which a million rows have been recorded.
const N_STEPS: u64 = 16_200_000;
const N_FRAMES: usize = 200;

fn main() -> std::io::Result<()> {
    frame_cost();
    command_latency()
}

fn median(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() - 1])
}

fn frame_cost() {
    let mut harness = Harness::builder().with_size([1440.0, 900.0]).build_eframe(|cc| {
        Window::new(cc, Experiment::default()).unwrap_or_else(|error| unreachable!("{error}"))
    });
    harness.get_by_role_and_label(Role::Button, "max").click();
    let start = Instant::now();
    while harness.state().steps_taken() < N_STEPS {
        harness.step();
        std::thread::sleep(Duration::from_millis(16));
    }
    println!(
        "{N_STEPS} steps with a window drawing: {:.1} s",
        start.elapsed().as_secs_f64()
    );
    let mut running = Vec::new();
    for _ in 0..N_FRAMES {
        std::thread::sleep(Duration::from_millis(16));
        running.push(frame(&mut harness));
    }
    harness.get_by_role_and_label(Role::Button, "Pause").click();
    for _ in 0..10 {
        harness.step();
        std::thread::sleep(Duration::from_millis(16));
    }
    let halted = (0..N_FRAMES).map(|_| frame(&mut harness)).collect();
    for (name, times) in [("running", running), ("halted", halted)] {
        let (typical, worst) = median(times);
        println!("one frame, {name}: median {typical:?}, worst of {N_FRAMES} {worst:?}");
    }
    println!("rows recorded in each lane: {}", harness.state().rows_recorded());
}

fn frame(harness: &mut Harness<'_, Window>) -> Duration {
    let start = Instant::now();
    harness.step();
    let output = harness.output();
    let triangles = harness
        .ctx
        .tessellate(output.shapes.clone(), output.pixels_per_point);
    let elapsed = start.elapsed();
    assert!(triangles.len() > 10, "an empty picture");
    elapsed
}

fn command_latency() -> std::io::Result<()> {
    let worker = Worker::spawn(|| {})?;
    let spec = RunSpec {
        run: 1,
        experiment: Experiment::default(),
        companions: vec![Engine::GradientFlow],
        schedule: Schedule::DenseFirst,
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
