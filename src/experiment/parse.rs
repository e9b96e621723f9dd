//! Reads an experiment from TOML, with settings `KEY=VALUE` laid over it.

use std::path::Path;

use thiserror::Error;
use toml::{Table, Value};

use super::samples::SamplesError;
use super::validate::ExperimentError;
use super::{DataKind, Experiment};

/// Longest experiment file, in bytes; what is longer is something else.
pub const LONGEST_EXPERIMENT: u64 = 1 << 20;

/// Parts of a dotted key; no key of an experiment has more than two.
const DEEPEST_KEY: usize = 8;

/// Why a text is not an experiment. Each message is one line.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ParseError {
    /// The text is not TOML, or a key is unknown or of the wrong type.
    #[error("line {line}: {message}")]
    Toml {
        /// Line of the text, from 1.
        line: usize,
        /// What is wrong, with key and value.
        message: String,
    },
    /// A setting is not of the form `KEY=VALUE`.
    #[error("--set {setting}: write KEY=VALUE, as in live.learning_rate=0.01")]
    Setting {
        /// The setting as given.
        setting: String,
    },
    /// A setting names an unknown key or has a value of the wrong type.
    #[error("--set {setting}: {message}")]
    SettingValue {
        /// The setting as given.
        setting: String,
        /// What is wrong.
        message: String,
    },
    /// A value is outside what is allowed.
    #[error(transparent)]
    Value(#[from] ExperimentError),
    /// The samples cannot be had.
    #[error(transparent)]
    Samples(Box<SamplesError>),
}

impl Experiment {
    /// Reads and validates an experiment: TOML text, then settings `KEY=VALUE` (a dotted key; the value as in TOML, where
    /// quotes around a word may be left out). Files of samples are looked for from the working directory.
    ///
    /// # Errors
    /// [`ParseError`], one line that names the key, the value and what is allowed.
    pub fn parse(text: &str, settings: &[String]) -> Result<Self, ParseError> {
        Self::parse_in(Path::new(""), text, settings)
    }

    /// As [`Self::parse`], with files of samples looked for from `directory`, that of the experiment file.
    ///
    /// # Errors
    /// As [`Self::parse`], and where samples cannot be read or speak against a key that is written out.
    pub fn parse_in(directory: &Path, text: &str, settings: &[String]) -> Result<Self, ParseError> {
        let mut experiment: Self = from_text(text)?;
        let mut table: Table = from_text(text)?;
        for setting in settings {
            let (key, value) = setting
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim()))
                .filter(|(key, _)| key.split('.').all(|part| !part.is_empty()))
                .filter(|(key, _)| key.split('.').count() <= DEEPEST_KEY)
                .ok_or_else(|| ParseError::Setting {
                    setting: setting.clone(),
                })?;
            set(&mut table, key, value);
            experiment = from_table(&table).map_err(|message| ParseError::SettingValue {
                setting: setting.clone(),
                message,
            })?;
        }
        let written = experiment.clone();
        experiment
            .load_samples(directory)
            .map_err(|error| ParseError::Samples(Box::new(error)))?;
        experiment.check_against_samples(&written, &table)?;
        experiment.validate()?;
        Ok(experiment)
    }

    /// Checks that what is `written` of the data and the teacher is what the files say: a key that would be overruled without a
    /// word is refused. `table` tells which keys are written.
    fn check_against_samples(&self, written: &Self, table: &Table) -> Result<(), ExperimentError> {
        let is_written =
            |group: &str, key: &str| table.get(group).is_some_and(|group| group.get(key).is_some());
        if self.data.kind != DataKind::File {
            return Ok(());
        }
        let (found, claimed) = (&self.teacher.strengths, &written.teacher.strengths);
        let close = |a: &f64, b: &f64| (a - b).abs() <= 1e-6 * b.abs();
        let agree = found.len() == claimed.len() && claimed.iter().zip(found).all(|(a, b)| close(a, b));
        if is_written("teacher", "strengths") && !agree {
            return Err(ExperimentError {
                key: "teacher.strengths",
                value: format!("{claimed:?}"),
                allowed: format!("left out with data.kind = \"file\", whose files make them {found:?}"),
            });
        }
        if is_written("data", "n_samples") && written.data.n_samples != self.data.n_samples {
            return Err(ExperimentError {
                key: "data.n_samples",
                value: written.data.n_samples.to_string(),
                allowed: format!(
                    "left out with data.kind = \"file\", whose files hold {}",
                    self.data.n_samples
                ),
            });
        }
        Ok(())
    }

    /// This experiment with other values for the keys of `overrides`, not yet validated.
    ///
    /// # Errors
    /// Dotted key (empty where it is not known) and message of the first that is unknown or of the wrong type.
    pub(crate) fn with_overrides(&self, overrides: &Table) -> Result<Self, (String, String)> {
        let mut table = Table::try_from(self).unwrap_or_default();
        lay_over(&mut table, overrides);
        let mut experiment: Self =
            serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
                let path = error.path().to_string();
                let message = with_key(&path, error.inner().message());
                (path, message)
            })?;
        experiment.data.samples.clone_from(&self.data.samples);
        Ok(experiment)
    }

    /// The experiment as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }
}

/// Deserializes a text, with the line and the key of the first thing that is wrong.
///
/// # Errors
/// [`ParseError::Toml`].
pub(crate) fn from_text<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ParseError> {
    let at = |error: &toml::de::Error, message: String| {
        let offset = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.get(..offset).unwrap_or(text).matches('\n').count() + 1;
        ParseError::Toml { line, message }
    };
    let deserializer =
        toml::Deserializer::parse(text).map_err(|error| at(&error, one_line(error.message())))?;
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let path = error.path().to_string();
        let message = with_key(&path, error.inner().message());
        at(error.inner(), message)
    })
}

fn from_table(table: &Table) -> Result<Experiment, String> {
    serde_path_to_error::deserialize(Value::Table(table.clone()))
        .map_err(|error| with_key(&error.path().to_string(), error.inner().message()))
}

/// Lays one table over another, table by table.
fn lay_over(table: &mut Table, overrides: &Table) {
    for (key, value) in overrides {
        match (table.get_mut(key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) => lay_over(inner, over),
            (Some(_) | None, _) => {
                table.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Lays `value` over the dotted `key`, making tables on the way.
fn set(table: &mut Table, key: &str, value: &str) {
    let value = value_of(value);
    let mut table = table;
    let mut parts = key.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            table.insert(part.to_owned(), value);
            return;
        }
        let entry = table
            .entry(part.to_owned())
            .or_insert_with(|| Value::Table(Table::new()));
        if !entry.is_table() {
            *entry = Value::Table(Table::new());
        }
        match entry {
            Value::Table(inner) => table = inner,
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Array(_) => return,
        }
    }
}

/// A value as in TOML; what is no such value is a number beyond TOML's, or a word.
fn value_of(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<Table>().ok();
    // More than one key: the text went on after the value.
    let value = parsed
        .filter(|table| table.len() == 1)
        .and_then(|mut table| table.remove("value"));
    value.unwrap_or_else(|| match text.parse() {
        Ok(number) => Value::Float(number),
        Err(_) => Value::String(text.to_owned()),
    })
}

/// The message on one line, behind the key it speaks of.
fn with_key(path: &str, message: &str) -> String {
    let message = one_line(message);
    if path.is_empty() || path == "." || message.starts_with("unknown field") && !path.contains('.') {
        message
    } else {
        format!("{path}: {message}")
    }
}

/// The message on one line and in plain words: those of the deserializer name types of this program.
fn one_line(message: &str) -> String {
    const PLAIN: [(&str, &str); 5] = [
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected a list"),
        ("expected a map", "expected a table"),
        ("expected a boolean", "expected true or false"),
        ("floating point", "number"),
    ];
    let mut message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    for (jargon, plain) in PLAIN {
        message = message.replace(jargon, plain);
    }
    match message.split_once("expected struct ") {
        Some((start, _)) => format!("{start}expected a table"),
        None => message,
    }
}
