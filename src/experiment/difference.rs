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

/// Keys by the symbols and words that people use.
const NAMES: [(&str, &str); 20] = [
    ("live.learning_rate", "\u{3b7}"),
    ("live.batch_size", "B"),
    ("live.label_noise_std", "\u{3c3}"),
    ("live.momentum", "\u{3bc}"),
    ("live.weight_decay", "\u{3bb}"),
    ("teacher.strengths", "teacher m"),
    ("teacher.basis", "basis of the teacher"),
    ("network.hidden", "hidden widths"),
    ("network.d_in", "inputs"),
    ("network.d_out", "outputs"),
    ("init.scheme", "start"),
    ("init.strength", "s\u{2080}"),
    ("init.std", "std of initial weights"),
    ("init.gamma", "\u{3b3}"),
    ("data.kind", "samples"),
    ("data.n_samples", "N"),
    ("data.sampling", "samples visited"),
    ("langevin.noise", "noise"),
    ("optimizer.decay", "decay"),
    ("engine", "engine"),
];

impl fmt::Display for Difference {
    /// The change from the second experiment to the first: `σ 0 → 0.08`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(key, _)| *key == self.key);
        let name = name.map_or(self.key.as_str(), |(_, name)| name);
        write!(f, "{name} {} \u{2192} {}", plain(&self.there), plain(&self.here))
    }
}

/// A value as people write it: no quotation marks, no `.0`, a list without brackets.
fn plain(value: &str) -> String {
    if let Ok(number) = value.parse::<f64>() {
        return number.to_string();
    }
    if let Some(list) = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        if list.is_empty() {
            return "none".to_owned();
        }
        return list.split(", ").map(plain).collect::<Vec<_>>().join(", ");
    }
    value.trim_matches('"').replace('_', " ")
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
        there.engine = crate::experiment::Engine::GradientFlow;
        let found: Vec<String> = here.differences(&there).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "engine gradient flow \u{2192} sgd",
                "\u{3b7} 0.01 \u{2192} 0.005",
                "\u{3bc} 0.9 \u{2192} 0",
                "hidden widths 4, 4 \u{2192} 4",
                "optimizer.beta1 0.8 \u{2192} 0.9",
                "seed 7 \u{2192} 1"
            ]
        );
    }
}
