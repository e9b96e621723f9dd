//! Reads a lesson file and judges it: every message names the line and the key.

use std::path::Path;

use super::fault::{Fault, check, check_text, mode_of, ready, varied};
use super::file::{CaptionEntry, ChangeEntry, KeptRunEntry, LAST_STEP, LessonFile};
use super::parse_check::one_check;
use super::place::line_of;
use super::{Caption, CaptionTime, Change, Guess, KeptRun, Lesson, LessonError};
use crate::dynamics::{LiveParams, Scheduled};
use crate::experiment::{Experiment, ParseError, from_text};

/// Longest lesson file, in bytes.
pub const LONGEST_LESSON: usize = 1 << 18;

impl Lesson {
    /// Reads a lesson; `source` is the name of the file for messages. Files of samples must ship with the program or be named by
    /// absolute paths.
    ///
    /// # Errors
    /// [`LessonError`]: one line that names file, line and key.
    pub fn parse(text: &str, source: &str) -> Result<Self, LessonError> {
        Self::parse_in(Path::new(""), text, source)
    }

    /// As [`Self::parse`], with files of samples looked for from `folder`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_in(folder: &Path, text: &str, source: &str) -> Result<Self, LessonError> {
        let error = |line, message| LessonError {
            file: source.to_owned(),
            line,
            message,
        };
        if text.len() > LONGEST_LESSON {
            return Err(error(
                None,
                format!("too long for a lesson, which has at most {LONGEST_LESSON} bytes"),
            ));
        }
        let file: LessonFile = from_text(text).map_err(|cause| match cause {
            ParseError::Toml { line, message } => error(Some(line), message),
            ParseError::Setting { .. }
            | ParseError::SettingValue { .. }
            | ParseError::Value(_)
            | ParseError::Samples(_) => error(None, cause.to_string()),
        })?;
        judge(file, folder).map_err(|(path, message)| error(line_of(text, &path), message))
    }
}

fn judge(file: LessonFile, folder: &Path) -> Result<Lesson, Fault> {
    let id_fits = !file.id.is_empty()
        && file.id.len() <= 40
        && file.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && file.id.parse::<u32>().is_err();
    let id = format!("\"{}\"", file.id);
    check(
        id_fits,
        "id",
        &id,
        "1 to 40 letters, digits and hyphens, and no mere number",
    )?;
    check(
        (1..=999).contains(&file.number),
        "number",
        file.number,
        "from 1 to 999",
    )?;
    for (key, text) in [
        ("title", &file.title),
        ("question", &file.question),
        ("action", &file.action),
    ] {
        check_text(key, text)?;
    }
    let end_step = file.end_step;
    check(
        (1..=LAST_STEP).contains(&end_step),
        "end_step",
        end_step,
        format!("from 1 to {LAST_STEP}"),
    )?;
    let experiment = ready(file.experiment, folder, "experiment")?;
    file.companions.check().map_err(|error| {
        (
            format!("companions.{}", error.key()),
            format!("companions.{error}"),
        )
    })?;
    let rank = experiment.teacher.strengths.len();
    let n = file.caption.len();
    check(
        (3..=6).contains(&n),
        "caption",
        format!("{n} captions"),
        "3 to 6 captions",
    )?;
    let mut captions = Vec::new();
    for (i, entry) in file.caption.into_iter().enumerate() {
        captions.push(caption(entry, &format!("caption[{i}]"), rank, end_step)?);
    }
    let kept_runs = kept_runs_of(file.kept_run, &experiment, folder)?;
    let changes = changes_of(&file.change, experiment.live, end_step)?;
    let guess = file.guess.map(|entry| {
        check_text("guess.prompt", &entry.prompt)?;
        check(
            entry.answer.is_finite(),
            "guess.answer",
            entry.answer,
            "a finite number",
        )?;
        let positive = entry.tolerance.is_finite() && entry.tolerance > 0.0;
        check(positive, "guess.tolerance", entry.tolerance, "a number above 0")?;
        check(
            entry.after < file.end_step,
            "guess.after",
            entry.after,
            "less than end_step",
        )?;
        Ok::<_, Fault>(Guess {
            prompt: entry.prompt,
            plot: entry.plot,
            quantity: entry.quantity,
            mode: mode_of(entry.mode, rank, "guess.mode")?,
            answer: entry.answer,
            tolerance: entry.tolerance,
            after: entry.after,
        })
    });
    let guess = guess.transpose()?;
    check(
        !file.check.is_empty(),
        "check",
        "[]",
        "a list of at least one check",
    )?;
    let mut checks = Vec::new();
    for (i, entry) in file.check.into_iter().enumerate() {
        let base = (&experiment, &kept_runs[..], &changes[..], end_step);
        checks.push(one_check(entry, &format!("check[{i}]"), base, folder)?);
    }
    Ok(Lesson {
        id: file.id,
        number: file.number,
        title: file.title,
        beyond_the_paper: file.beyond_the_paper,
        experiment,
        companions: file.companions,
        kept_runs,
        changes,
        end_step,
        view: file.view,
        captions,
        question: file.question,
        action: file.action,
        guess,
        checks,
    })
}

fn kept_runs_of(entries: Vec<KeptRunEntry>, base: &Experiment, folder: &Path) -> Result<Vec<KeptRun>, Fault> {
    let mut kept_runs: Vec<KeptRun> = Vec::new();
    for (i, entry) in entries.into_iter().enumerate() {
        let path = format!("kept_run[{i}]");
        let KeptRunEntry {
            label,
            experiment: over,
        } = entry;
        check_text(&format!("{path}.label"), &label)?;
        let is_new = kept_runs.iter().all(|kept_run| kept_run.label != label);
        check(
            is_new,
            &format!("{path}.label"),
            &label,
            "another label than that of a kept run before it",
        )?;
        let experiment = varied(base, &over, folder, &format!("{path}.experiment"))?;
        kept_runs.push(KeptRun { label, experiment });
    }
    Ok(kept_runs)
}

/// The changes, each on top of the one before.
fn changes_of(entries: &[ChangeEntry], start: LiveParams, end_step: u64) -> Result<Vec<Change>, Fault> {
    let mut changes: Vec<Change> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let path = format!("change[{i}]");
        let (before, first) = changes
            .last()
            .map_or((start, 1), |last| (last.live, last.step + 1));
        let mut live = before;
        for (key, value) in &entry.live {
            let path = format!("{path}.{key}");
            let Some(which) = Scheduled::from_name(key) else {
                let known = Scheduled::ALL.map(Scheduled::name).join(", ");
                let message = format!("change.{key}: unknown key; step and the live parameters {known}");
                return Err((path, message));
            };
            let number = value
                .as_float()
                .or_else(|| value.as_integer().map(|whole| whole as f64));
            let is_whole =
                which != Scheduled::BatchSize || number.is_some_and(|number| number.fract() == 0.0);
            let in_range = number.filter(|number| which.allowed().contains(number) && is_whole);
            let Some(number) = in_range else {
                return Err((
                    path,
                    format!("change: live.{key} = {value}: must be {}", which.range_text()),
                ));
            };
            which.set(&mut live, number);
        }
        live.validate().map_err(|error| {
            let key = error.key.trim_start_matches("live.");
            (format!("{path}.{key}"), format!("change: {error}"))
        })?;
        if live == before {
            let message = format!("{path}: must set a live parameter anew");
            return Err((path, message));
        }
        let allowed = format!("from {first} (after the change before it) to end_step = {end_step}");
        check(
            (first..=end_step).contains(&entry.step),
            &format!("{path}.step"),
            entry.step,
            allowed,
        )?;
        changes.push(Change {
            step: entry.step,
            live,
        });
    }
    Ok(changes)
}

fn caption(entry: CaptionEntry, path: &str, rank: usize, end_step: u64) -> Result<Caption, Fault> {
    check_text(&format!("{path}.text"), &entry.text)?;
    let at = format!("{path}.at");
    let time = match (entry.at.step, entry.at.event) {
        (Some(step), None) => {
            let alone = entry.at.mode.is_none() && entry.at.n_learned.is_none();
            check(
                alone,
                &at,
                "a step",
                "written alone: mode and n_learned belong to an event",
            )?;
            let allowed = format!("from 0 to end_step = {end_step}");
            check(step.0 <= end_step, &format!("{at}.step"), step.0, allowed)?;
            CaptionTime::Step(step.0)
        }
        (None, Some(event)) => CaptionTime::Event {
            event,
            mode: entry
                .at
                .mode
                .map(|mode| mode_of(mode.0, rank, &format!("{at}.mode")))
                .transpose()?,
            n_learned: entry.at.n_learned.map(|n| n.0),
        },
        (None, None) => {
            return Err((
                at.clone(),
                format!("{at}: write {{ step = N }} or {{ event = \"...\" }}"),
            ));
        }
        (Some(_), Some(_)) => {
            return Err((at.clone(), format!("{at}: write a step or an event, not both")));
        }
    };
    Ok(Caption {
        at: time,
        text: entry.text,
    })
}
