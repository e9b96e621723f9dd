//! `saddlescope lessons`: the list; `saddlescope run --lesson`: one of them without the window, its numbers checked.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::command_files::CommandFiles;
use super::error::CliError;
use super::outputs::{Outputs, Rows};
use super::run::{Job, default_stride, told};
use super::{RunArguments, say, write_stdout};
use crate::lessons::{Lesson, LessonError, add_files_to, builtin, find, load_folder, run_checks};
use crate::session::{Keeping, RunEnd};
use crate::simulation::{Script, Simulation};

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
    let mut ended = Ok(());
    if arguments.out.is_some() || arguments.session.is_some() {
        let outputs = Outputs {
            rows: arguments.out.as_deref().map_or(Rows::Left, Rows::File),
            events: None,
            session: arguments.session.as_deref(),
            stationary: None,
            density: None,
        };
        let mut files = CommandFiles::default();
        if let Some(folder) = &arguments.lessons_folder {
            add_files_to(&mut files.inputs, folder, &lessons);
        }
        outputs.check(&mut files)?;
        let script = Script::new(lesson.changes.clone()).unwrap_or_default();
        let job = Job {
            script: &script,
            n_steps: lesson.end_step,
            every: default_stride(arguments.every, lesson.end_step),
            n_replicas: None,
            keeping: Keeping::default(),
        };
        let (recording, end) = job.record(&mut Simulation::new(&lesson.experiment)?)?;
        outputs.write(&recording)?;
        ended = told(&recording, end);
        if end == RunEnd::Cancelled {
            return ended;
        }
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
        return ended;
    }
    Err(CliError::Checks {
        id: lesson.id.clone(),
        n_failed,
        n_checks: outcomes.len(),
    })
}

fn lessons_of(folder: Option<&Path>) -> (Vec<Lesson>, Vec<LessonError>) {
    folder.map_or_else(|| (builtin(), Vec::new()), load_folder)
}

fn tell(errors: &[LessonError]) {
    for error in errors {
        say(&format!("error: {error}"));
    }
}
