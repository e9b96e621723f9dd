//! `saddlescope lessons`: the list; `saddlescope run --lesson`: one of them without the window, its numbers checked.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::error::CliError;
use super::run::{check_output, default_stride, write_recording};
use super::{RunArguments, say, write_stdout};
use crate::lessons::{Lesson, LessonError, builtin, find, load_folder, run_checks};
use crate::session::Recording;
use crate::simulation::{Schedule, SetupError, Simulation};

/// Arguments of the list.
#[derive(Args, Debug)]
pub(super) struct LessonsArguments {
    /// List the lessons of the files of a folder
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Prints number, id and title of every lesson. Files that are no lessons are told one by one; the rest is listed.
pub(super) fn list(arguments: &LessonsArguments) -> Result<(), CliError> {
    let (lessons, mut errors) = lessons_of(arguments.folder.as_deref());
    write_stdout(|stdout| {
        for lesson in &lessons {
            let mark = if lesson.beyond_the_paper { '*' } else { ' ' };
            writeln!(
                stdout,
                "{:>3}{mark} {:<20} {}",
                lesson.number, lesson.id, lesson.title
            )?;
        }
        if lessons.iter().any(|lesson| lesson.beyond_the_paper) {
            writeln!(stdout, "  * beyond the paper")?;
        }
        Ok(())
    })?;
    match errors.pop() {
        None => Ok(()),
        Some(last) => {
            tell(&errors);
            Err(last.into())
        }
    }
}

/// Runs a lesson to its end, prints its checks, and fails where one of them does.
pub(super) fn run(name: &str, arguments: &RunArguments) -> Result<(), CliError> {
    let (lessons, errors) = lessons_of(arguments.lessons_folder.as_deref());
    tell(&errors);
    let lesson = find(&lessons, name).ok_or_else(|| CliError::NoLesson {
        name: name.to_owned(),
        known: lessons
            .iter()
            .map(|lesson| lesson.id.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    })?;
    if let Some(path) = &arguments.out {
        check_output(path)?;
        let every = default_stride(arguments.every, lesson.end_step);
        let schema = Simulation::new(&lesson.experiment)?.schema();
        Recording::check_length(schema, false, lesson.end_step, every)?;
        write_recording(&record(lesson, every)?, path)?;
    }
    let outcomes = run_checks(lesson)?;
    write_stdout(|stdout| {
        let beyond = if lesson.beyond_the_paper {
            " (beyond the paper)"
        } else {
            ""
        };
        writeln!(stdout, "lesson {}: {}{beyond}", lesson.number, lesson.title)?;
        outcomes
            .iter()
            .try_for_each(|outcome| writeln!(stdout, "{outcome}"))
    })?;
    let n_failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    if n_failed == 0 {
        return Ok(());
    }
    Err(CliError::Checks {
        id: lesson.id.clone(),
        n_failed,
        n_checks: outcomes.len(),
    })
}

/// The lesson's own run, with its changes; rows every so many steps, at every change and at the end.
fn record(lesson: &Lesson, every: u64) -> Result<Recording, CliError> {
    let mut simulation = Simulation::new(&lesson.experiment)?;
    let (mut rows, mut changes) = (Vec::new(), lesson.changes.iter().peekable());
    simulation.observe(&mut rows);
    while simulation.step() < lesson.end_step && simulation.divergence().is_none() {
        let scheduled = Schedule::Every(every).next_after(simulation.step());
        let change = changes.peek().map_or(lesson.end_step, |change| change.step);
        // A divergence ends the loop and is part of the recording.
        let before = simulation.step();
        let _outcome = simulation.advance_to(scheduled.min(change).min(lesson.end_step));
        if simulation.step() > before {
            simulation.observe(&mut rows);
        }
        while let Some(change) = changes.next_if(|change| change.step <= simulation.step()) {
            simulation.set_live(change.live).map_err(SetupError::from)?;
        }
    }
    Ok(Recording::of(&simulation, rows))
}

fn lessons_of(folder: Option<&Path>) -> (Vec<Lesson>, Vec<LessonError>) {
    folder.map_or_else(|| (builtin(), Vec::new()), load_folder)
}

fn tell(errors: &[LessonError]) {
    for error in errors {
        say(&format!("error: {error}"));
    }
}
