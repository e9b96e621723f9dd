//! What a session may hold beyond what its parts allow by themselves: bounds that keep a damaged or hostile file from doing harm.

use toml::{Table, Value};

use super::Session;
use crate::simulation::ScriptError;

/// Longest text of a version.
const LONGEST_VERSION: usize = 64;
/// Tables and lists inside one another in a view.
const DEEPEST_VIEW: usize = 8;
/// Values in a view.
const MOST_VIEW_VALUES: usize = 4096;

/// A fault: the keys that lead to it (places in lists as numbers from 0) and what is wrong.
pub(super) struct Fault {
    pub(super) path: Vec<String>,
    pub(super) message: String,
}

impl Fault {
    fn new(path: &[&str], message: impl Into<String>) -> Self {
        Self {
            path: path.iter().map(|&key| key.to_owned()).collect(),
            message: message.into(),
        }
    }

    /// A fault of a script as one of the interventions it was read from.
    pub(super) fn of_script(error: &ScriptError) -> Self {
        match error {
            ScriptError::NotRising { index, .. } => {
                Self::new(&["intervention", &index.to_string(), "step"], error.to_string())
            }
            ScriptError::Value { index, cause } => {
                // Here the key stands without its table.
                let key = cause.key.rsplit('.').next().unwrap_or(cause.key);
                let message = format!("{key} = {}: must be {}", cause.value, cause.allowed);
                Self::new(&["intervention", &index.to_string(), key], message)
            }
        }
    }
}

/// The first thing that is not allowed in a session whose parts are.
pub(super) fn check(session: &Session) -> Result<(), Fault> {
    if session.version.len() > LONGEST_VERSION {
        let message = format!("version: must be at most {LONGEST_VERSION} bytes long");
        return Err(Fault::new(&["version"], message));
    }
    session.experiment.validate().map_err(|error| {
        let mut path = vec!["experiment"];
        path.extend(error.key.split('.'));
        Fault::new(&path, format!("experiment.{error}"))
    })?;
    session
        .companions
        .check()
        .map_err(|error| Fault::new(&["companions", error.key()], format!("companions.{error}")))?;
    let end = session.end.step;
    if let Some(index) = session
        .script
        .changes()
        .iter()
        .position(|change| change.step > end)
    {
        let step = session.script.changes()[index].step;
        let message = format!("step = {step}: must be at most end.step = {end}");
        return Err(Fault::new(&["intervention", &index.to_string(), "step"], message));
    }
    check_view(&session.view)
}

fn check_view(view: &Table) -> Result<(), Fault> {
    let mut n_values = 0;
    for (key, value) in view {
        let mut path = vec!["view".to_owned(), key.clone()];
        check_value(value, &mut path, &mut n_values).map_err(|message| Fault {
            message: format!("{}: {message}", path.join(".")),
            path: path.clone(),
        })?;
    }
    Ok(())
}

/// Leaves in `path` where the fault is.
fn check_value(value: &Value, path: &mut Vec<String>, n_values: &mut usize) -> Result<(), String> {
    *n_values += 1;
    if *n_values > MOST_VIEW_VALUES {
        return Err(format!("a view has at most {MOST_VIEW_VALUES} values"));
    }
    if path.len() > DEEPEST_VIEW {
        return Err(format!("a view is at most {DEEPEST_VIEW} tables deep"));
    }
    match value {
        Value::Float(number) if !number.is_finite() => Err(format!("{number}: must be finite")),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            path.push(index.to_string());
            check_value(item, path, n_values)?;
            path.pop();
            Ok(())
        }),
        Value::Table(table) => table.iter().try_for_each(|(key, item)| {
            path.push(key.clone());
            check_value(item, path, n_values)?;
            path.pop();
            Ok(())
        }),
        Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => {
            Ok(())
        }
    }
}
