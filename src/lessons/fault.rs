//! What is wrong in a lesson file, and the rules that its keys share.

use std::path::Path;

use crate::experiment::Experiment;

/// Longest line of text in a lesson, in characters.
const LONGEST_TEXT: usize = 400;

/// Key, as a path in the file, and message of what is wrong.
pub(super) type Fault = (String, String);

/// An experiment with its samples, validated.
pub(super) fn ready(mut experiment: Experiment, folder: &Path, path: &str) -> Result<Experiment, Fault> {
    experiment
        .load_samples(folder)
        .map_err(|error| (format!("{path}.data"), format!("{path}: {error}")))?;
    experiment
        .validate()
        .map_err(|error| (format!("{path}.{}", error.key), format!("{path}: {error}")))?;
    Ok(experiment)
}

/// The experiment with other values, validated.
pub(super) fn varied(
    base: &Experiment,
    over: &toml::Table,
    folder: &Path,
    path: &str,
) -> Result<Experiment, Fault> {
    let varied = base
        .with_overrides(over)
        .map_err(|(key, message)| (format!("{path}.{key}"), format!("{path}: {message}")))?;
    ready(varied, folder, path)
}

/// A mode as written, from 1, counted from 0.
pub(super) fn mode_of(mode: usize, rank: usize, path: &str) -> Result<usize, Fault> {
    check(
        (1..=rank).contains(&mode),
        path,
        mode,
        format!("from 1 to {rank}, the number of modes"),
    )?;
    Ok(mode - 1)
}

pub(super) fn check_text(path: &str, text: &str) -> Result<(), Fault> {
    let length = text.chars().count();
    let fits = (1..=LONGEST_TEXT).contains(&length) && !text.trim().is_empty();
    let is_text = !text.chars().any(char::is_control);
    let value = format!("{length} characters");
    check(
        fits,
        path,
        &value,
        format!("a text of 1 to {LONGEST_TEXT} characters"),
    )?;
    check(is_text, path, &value, "one line without control characters")
}

pub(super) fn check(
    holds: bool,
    path: &str,
    value: impl std::fmt::Display,
    allowed: impl std::fmt::Display,
) -> Result<(), Fault> {
    if holds {
        Ok(())
    } else {
        Err(fault(path, value, allowed))
    }
}

pub(super) fn fault(path: &str, value: impl std::fmt::Display, allowed: impl std::fmt::Display) -> Fault {
    (path.to_owned(), format!("{path} = {value}: must be {allowed}"))
}
