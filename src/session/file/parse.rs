//! Sessions from and to TOML.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Table;
use toml::de::{DeTable, DeValue};

use super::intervention::{Intervention, changes_of, interventions_of};
use super::kept::{KeptTable, kept_runs_of};
use super::limits::{Fault, check};
use super::{Companions, LONGEST_SESSION, SESSION_FORMAT, Session, SessionEnd, SessionError};
use crate::experiment::{Experiment, ParseError, from_text};
use crate::simulation::Script;

/// First line of a file.
const TITLE: &str = "# A saddlescope session: saddlescope replay runs it again.\n";
/// Most characters of a message, which may quote a file of any content.
const LONGEST_MESSAGE: usize = 400;

/// What every format has, however it goes on.
#[derive(Deserialize)]
struct Head {
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    format: u64,
    version: Option<String>,
}

/// The tables of a file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    format: u64,
    version: String,
    experiment: Experiment,
    // The alias is the name in sessions of the first version.
    #[serde(default, alias = "beside")]
    companions: Companions,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    intervention: Vec<Intervention>,
    end: SessionEnd,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    kept: Vec<KeptTable>,
    #[serde(default, skip_serializing_if = "Table::is_empty")]
    view: Table,
}

pub(super) fn parse(text: &str, name: &str) -> Result<Session, SessionError> {
    if text.len() as u64 > LONGEST_SESSION {
        return Err(SessionError::TooLong {
            name: name.to_owned(),
        });
    }
    let refused = |error: ParseError| {
        let (line, message) = match error {
            ParseError::Toml { line, message } => (line, message),
            error @ (ParseError::Setting { .. }
            | ParseError::SettingValue { .. }
            | ParseError::Samples(_)
            | ParseError::Value(_)) => (1, error.to_string()),
        };
        SessionError::Text {
            name: name.to_owned(),
            line,
            message: shortened(&message.replace("missing field", "missing key")),
        }
    };
    let head: Head = from_text(text).map_err(refused)?;
    if head.format != SESSION_FORMAT {
        return Err(SessionError::Format {
            name: name.to_owned(),
            line: line_of(text, &["format".to_owned()]),
            format: head.format,
            version: head.version.map(|version| shortened(&version)),
        });
    }
    let tables: Tables = from_text(text).map_err(refused)?;
    tables.into_session().map_err(|fault| SessionError::Text {
        name: name.to_owned(),
        line: line_of(text, &fault.path),
        message: shortened(&numbered(&fault)),
    })
}

pub(super) fn to_toml(session: &Session) -> String {
    let tables = Tables {
        format: SESSION_FORMAT,
        version: session.version.clone(),
        experiment: session.experiment.clone(),
        companions: session.companions.clone(),
        intervention: interventions_of(&session.script),
        end: session.end,
        kept: session.kept.iter().map(KeptTable::of).collect(),
        view: session.view.clone(),
    };
    // Every part of a session can be written.
    format!("{TITLE}{}", toml::to_string(&tables).unwrap_or_default())
}

impl Tables {
    fn into_session(self) -> Result<Session, Fault> {
        // Their names are absolute in a session that the program wrote.
        let mut experiment = self.experiment;
        experiment.load_samples(Path::new("")).map_err(|error| Fault {
            path: vec!["experiment".to_owned(), "data".to_owned()],
            message: error.to_string(),
        })?;
        let session = Session {
            version: self.version,
            experiment,
            companions: self.companions,
            script: Script::new(changes_of(self.intervention)).map_err(|error| Fault::of_script(&error))?,
            end: self.end,
            kept: kept_runs_of(self.kept)?,
            view: self.view,
        };
        check(&session)?;
        // Written out in full it may be longer, and what is read must be possible to keep.
        let n_bytes = to_toml(&session).len() as u64;
        if n_bytes > LONGEST_SESSION {
            let message = format!("written out in full it has {n_bytes} bytes; at most {LONGEST_SESSION}");
            return Err(Fault {
                path: Vec::new(),
                message,
            });
        }
        Ok(session)
    }
}

/// The message of a fault; that of an intervention says which one, as the reader of the text does.
fn numbered(fault: &Fault) -> String {
    match fault.path.as_slice() {
        [table, index, ..] if table == "intervention" => {
            format!("intervention[{index}].{}", fault.message)
        }
        _ => fault.message.clone(),
    }
}

/// Line, from 1, of the key a path of keys leads to, or of the last one on the way that is there.
fn line_of(text: &str, path: &[String]) -> usize {
    let Ok(root) = DeTable::parse(text) else {
        return 1;
    };
    let mut offset = 0;
    let mut value: Option<&DeValue<'_>> = None;
    for key in path {
        let table = match value {
            None => root.get_ref(),
            Some(DeValue::Table(table)) => table,
            Some(DeValue::Array(items)) => {
                let Some(item) = key.parse().ok().and_then(|index: usize| items.get(index)) else {
                    break;
                };
                offset = item.span().start;
                value = Some(item.get_ref());
                continue;
            }
            Some(
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_),
            ) => break,
        };
        let Some((found, inner)) = table.iter().find(|(found, _)| found.get_ref() == key) else {
            break;
        };
        offset = found.span().start;
        value = Some(inner.get_ref());
    }
    text.get(..offset).unwrap_or(text).matches('\n').count() + 1
}

fn shortened(message: &str) -> String {
    if message.chars().count() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let start: String = message.chars().take(LONGEST_MESSAGE).collect();
    format!("{start}…")
}
