//! What tells two experiments apart, key by key.

use std::fmt;

use toml::{Table, Value};

use super::Experiment;

/// A key at which two experiments differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The key as an experiment file has it, with its table: `live.learning_rate`.
    pub key: String,
    /// What the first experiment has.
    pub here: String,
    /// What the second has.
    pub there: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} here {}", self.key, self.there, self.here)
    }
}

impl Experiment {
    /// Where another experiment differs from this one, in the order of the keys of an experiment file.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("", &self.all_keys(), &other.all_keys(), &mut found);
        found
    }

    /// Every key with its value, those among them that a file leaves out where they are off.
    pub(crate) fn all_keys(&self) -> Value {
        // An experiment is always a table; one that could not be written would have no keys.
        let mut all = Value::try_from(self).unwrap_or_else(|_| Value::Table(Table::new()));
        let off = [
            ("live", "momentum", Value::Float(self.live.momentum)),
            ("live", "weight_decay", Value::Float(self.live.weight_decay)),
        ];
        for (table, key, value) in off {
            if let Some(table) = all.get_mut(table).and_then(Value::as_table_mut) {
                table.entry(key).or_insert(value);
            }
        }
        if let (Some(all), Ok(optimizer)) = (all.as_table_mut(), Value::try_from(self.optimizer)) {
            all.entry("optimizer").or_insert(optimizer);
        }
        all
    }
}

fn compare(key: &str, here: &Value, there: &Value, found: &mut Vec<Difference>) {
    match (here, there) {
        (Value::Table(ours), Value::Table(theirs)) => {
            for (name, value) in ours {
                let full = if key.is_empty() {
                    name.clone()
                } else {
                    format!("{key}.{name}")
                };
                if let Some(other) = theirs.get(name) {
                    compare(&full, value, other, found);
                }
            }
        }
        _ if here != there => found.push(Difference {
            key: key.to_owned(),
            here: here.to_string(),
            there: there.to_string(),
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_that_differs_is_named_and_no_other() {
        let here = Experiment::default();
        assert_eq!(here.differences(&here), []);
        let mut there = here.clone();
        there.live.learning_rate = 0.01;
        there.network.hidden = vec![4, 4];
        there.seed = 7;
        there.live.momentum = 0.9;
        there.optimizer.beta1 = 0.8;
        let found: Vec<String> = here.differences(&there).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "live.learning_rate 0.01 here 0.005",
                "live.momentum 0.9 here 0.0",
                "network.hidden [4, 4] here [4]",
                "optimizer.beta1 0.8 here 0.9",
                "seed 7 here 1"
            ]
        );
    }
}
