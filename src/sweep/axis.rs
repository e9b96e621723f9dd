//! An axis of a sweep: a key of the experiment and the values it takes.
//!
//! Values are listed, or spaced evenly (`scale = "linear"`, or the ratios alike, `"log"`) from `from` to `to`, both included. For a key that
//! holds whole numbers they are rounded, and numbers that come twice are taken once. An axis that is `tied_to` another takes its
//! step with it and adds no dimension: it has as many values, or each is `factor` times the other's.
//!
//! Beside the keys of an experiment there are `network.depth` and `network.width`: hidden layers of one width. Values of
//! `network.hidden` may be written `"3x10"`, depth times width: three weight matrices, the hidden layers of width 10.

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

/// Most values of an axis.
const MOST_VALUES: usize = 1_000_000;
/// How far from a whole number a tied value may be, relative to it.
const WHOLE: f64 = 1e-9;

/// Why an axis has no values. Each message is one line.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AxisError {
    /// Neither or both ways of giving values, or a part of one is missing.
    #[error("axis {key}: give either values = [...], or from, to and n, or tied_to and factor")]
    Ways {
        /// Key of the axis.
        key: String,
    },
    /// There are too few or too many values.
    #[error("axis {key}: {n} values; from 1 to {MOST_VALUES}")]
    Number {
        /// Key of the axis.
        key: String,
        /// How many.
        n: usize,
    },
    /// The ends do not make a scale.
    #[error("axis {key}: from = {from} and to = {to} must be finite, and above 0 on a log scale")]
    Ends {
        /// Key of the axis.
        key: String,
        /// First value.
        from: f64,
        /// Last value.
        to: f64,
    },
    /// A value cannot be what the key holds.
    #[error("axis {key}: {value} is not {expected}")]
    Value {
        /// Key of the axis.
        key: String,
        /// The value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The axis it is tied to is not there, or is tied itself.
    #[error("axis {key}: tied_to = \"{other}\": there is no such axis, or it is tied itself")]
    NoAxis {
        /// Key of the axis.
        key: String,
        /// Key of the other.
        other: String,
    },
    /// Tied axes have different numbers of values.
    #[error("axis {key}: {n} values, but {other}, to which it is tied, has {n_other}")]
    Unequal {
        /// Key of the axis.
        key: String,
        /// Its values.
        n: usize,
        /// Key of the other.
        other: String,
        /// The other's values.
        n_other: usize,
    },
    /// Two axes have the same key.
    #[error("axis {key}: there are two axes of this key, or of keys that decide the same")]
    Twice {
        /// The key.
        key: String,
    },
}

/// Spacing of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Scale {
    #[default]
    Linear,
    Log,
}

/// An axis as written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AxisText {
    pub(super) key: String,
    values: Option<Vec<Value>>,
    from: Option<f64>,
    to: Option<f64>,
    #[serde(default, deserialize_with = "whole_number")]
    n: Option<usize>,
    scale: Option<Scale>,
    tied_to: Option<String>,
    factor: Option<f64>,
}

fn whole_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    crate::whole_number::deserialize(deserializer).map(Some)
}

/// One value of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// As it is laid over the experiment.
    pub(super) value: Value,
    /// As it stands in tables.
    pub text: String,
    /// As a number, where it is one.
    pub number: Option<f64>,
}

/// Key and values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) key: String,
    pub(super) settings: Vec<Setting>,
    /// Number of the axis it is tied to.
    pub(super) tied_to: Option<usize>,
}

/// What a key of the base experiment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Whole,
    Number,
    Other,
}

fn holds(base: &Table, key: &str) -> Holds {
    if key == "network.depth" || key == "network.width" {
        return Holds::Whole;
    }
    let mut parts = key.split('.');
    let first = parts.next().and_then(|part| base.get(part));
    match parts.fold(first, |value, part| value?.get(part)) {
        Some(Value::Integer(_)) => Holds::Whole,
        Some(Value::Float(_)) => Holds::Number,
        Some(
            Value::String(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_),
        )
        | None => Holds::Other,
    }
}

/// The axes of a sweep over the experiment whose keys are in `base`.
pub(super) fn axes(base: &Table, texts: &[AxisText]) -> Result<Vec<Axis>, AxisError> {
    for (i, text) in texts.iter().enumerate() {
        let clashes = |other: &AxisText| {
            let (one, two) = (other.key.as_str(), text.key.as_str());
            let shape = |key: &str| key == "network.depth" || key == "network.width";
            one == two || (one == "network.hidden" && shape(two)) || (shape(one) && two == "network.hidden")
        };
        if texts[..i].iter().any(clashes) {
            return Err(AxisError::Twice {
                key: text.key.clone(),
            });
        }
    }
    let mut axes: Vec<Option<Axis>> = Vec::new();
    for text in texts {
        let own = match &text.tied_to {
            Some(_) if text.factor.is_some() => None,
            Some(_) | None => Some(Axis {
                key: text.key.clone(),
                settings: text.own_settings(holds(base, &text.key))?,
                tied_to: None,
            }),
        };
        axes.push(own);
    }
    let mut tied = Vec::with_capacity(texts.len());
    for (text, own) in texts.iter().zip(&axes) {
        tied.push(text.with_tie(own.clone(), &axes, texts, holds(base, &text.key))?);
    }
    Ok(tied)
}

impl AxisText {
    fn ways(&self) -> AxisError {
        AxisError::Ways {
            key: self.key.clone(),
        }
    }

    /// The values it gives itself.
    fn own_settings(&self, holds: Holds) -> Result<Vec<Setting>, AxisError> {
        if self.factor.is_some() {
            return Err(self.ways());
        }
        let number = |n: usize| {
            if (1..=MOST_VALUES).contains(&n) {
                Ok(n)
            } else {
                Err(AxisError::Number {
                    key: self.key.clone(),
                    n,
                })
            }
        };
        let mut settings: Vec<Setting> = Vec::new();
        match (&self.values, self.from, self.to, self.n) {
            (Some(values), None, None, None) if self.scale.is_none() => {
                number(values.len())?;
                for value in values {
                    settings.push(self.setting(value.clone(), holds)?);
                }
            }
            (None, Some(from), Some(to), Some(n)) => {
                number(n)?;
                let scale = self.scale.unwrap_or_default();
                if !(from.is_finite() && to.is_finite()) || (scale == Scale::Log && !(from > 0.0 && to > 0.0))
                {
                    return Err(AxisError::Ends {
                        key: self.key.clone(),
                        from,
                        to,
                    });
                }
                for i in 0..n {
                    let number = spaced(from, to, i, n, scale);
                    let value = match holds {
                        Holds::Whole => Value::Integer(number.round() as i64),
                        Holds::Number => Value::Float(number),
                        Holds::Other => {
                            return Err(self.wrong(&Value::Float(number), "a value that the key can hold"));
                        }
                    };
                    settings.push(self.setting(value, holds)?);
                }
            }
            (Some(_) | None, _, _, _) => return Err(self.ways()),
        }
        let mut unique: Vec<Setting> = Vec::with_capacity(settings.len());
        let mut seen = std::collections::HashSet::new();
        for setting in settings {
            if seen.insert(setting.text.clone()) {
                unique.push(setting);
            }
        }
        Ok(unique)
    }

    /// One value, as the key holds it.
    fn setting(&self, value: Value, holds: Holds) -> Result<Setting, AxisError> {
        let value = match (value, holds) {
            (Value::Integer(number), Holds::Number) => Value::Float(number as f64),
            (Value::Float(number), Holds::Whole) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Value::Integer(number as i64)
            }
            (value @ Value::Float(_), Holds::Whole) => return Err(self.wrong(&value, "a whole number")),
            (value, Holds::Whole | Holds::Number | Holds::Other) => value,
        };
        let (text, number) = match &value {
            Value::Integer(number) => (number.to_string(), Some(*number as f64)),
            Value::Float(number) => (format!("{number:?}"), Some(*number)),
            Value::String(text) => (text.clone(), None),
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                (value.to_string(), None)
            }
        };
        let value = if self.key == "network.hidden" {
            hidden_of(&value)
                .ok_or_else(|| self.wrong(&value, "a list of widths or a depth times a width, as \"3x10\""))?
        } else {
            value
        };
        Ok(Setting { value, text, number })
    }

    fn wrong(&self, value: &Value, expected: &'static str) -> AxisError {
        AxisError::Value {
            key: self.key.clone(),
            value: value.to_string(),
            expected,
        }
    }

    fn with_tie(
        &self,
        own: Option<Axis>,
        axes: &[Option<Axis>],
        texts: &[Self],
        holds: Holds,
    ) -> Result<Axis, AxisError> {
        let Some(other) = &self.tied_to else {
            return own.ok_or_else(|| self.ways());
        };
        let place = texts
            .iter()
            .position(|text| text.key == *other && text.tied_to.is_none());
        let found = place.and_then(|place| Some((place, axes[place].as_ref()?)));
        let (place, leader) = found.ok_or_else(|| AxisError::NoAxis {
            key: self.key.clone(),
            other: other.clone(),
        })?;
        let settings = match (own, self.factor) {
            (Some(own), None) => own.settings,
            (None, Some(factor)) if self.values.is_none() && self.n.is_none() => leader
                .settings
                .iter()
                .map(|setting| self.multiple(setting, factor, holds))
                .collect::<Result<_, _>>()?,
            (Some(_) | None, _) => return Err(self.ways()),
        };
        if settings.len() != leader.settings.len() {
            return Err(AxisError::Unequal {
                key: self.key.clone(),
                n: settings.len(),
                other: other.clone(),
                n_other: leader.settings.len(),
            });
        }
        Ok(Axis {
            key: self.key.clone(),
            settings,
            tied_to: Some(place),
        })
    }

    fn multiple(&self, leader: &Setting, factor: f64, holds: Holds) -> Result<Setting, AxisError> {
        let number = leader
            .number
            .ok_or_else(|| self.wrong(&leader.value, "a number, of which there is a multiple"))?
            * factor;
        let whole = number.round();
        let value = match holds {
            Holds::Whole if (number - whole).abs() <= WHOLE * whole.abs() => Value::Integer(whole as i64),
            Holds::Whole => return Err(self.wrong(&Value::Float(number), "a whole number")),
            Holds::Number | Holds::Other => Value::Float(number),
        };
        self.setting(value, holds)
    }
}

/// Value `i` of `n` from `from` to `to`; the ends are exact.
fn spaced(from: f64, to: f64, i: usize, n: usize, scale: Scale) -> f64 {
    if i == 0 {
        return from;
    }
    if i + 1 == n {
        return to;
    }
    let share = i as f64 / (n - 1) as f64;
    match scale {
        Scale::Linear => from + (to - from) * share,
        Scale::Log => from * (to / from).powf(share),
    }
}

/// Hidden widths of a list, or of `"LxW"`.
fn hidden_of(value: &Value) -> Option<Value> {
    match value {
        Value::Array(_) => Some(value.clone()),
        Value::String(text) => {
            let (depth, width) = text.split_once('x')?;
            let (depth, width) = (depth.trim().parse().ok()?, width.trim().parse().ok()?);
            hidden_layers(depth, width)
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Table(_) => {
            None
        }
    }
}

/// Hidden widths of a network of `depth` weight matrices with hidden layers of one width.
pub(super) fn hidden_layers(depth: i64, width: i64) -> Option<Value> {
    // Deeper than any experiment may be is no list to make.
    let n_hidden = usize::try_from(depth.checked_sub(1)?)
        .ok()
        .filter(|&n| n <= 1000)?;
    Some(Value::Array(vec![Value::Integer(width); n_hidden]))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    fn read(text: &str) -> Result<Vec<Axis>, AxisError> {
        #[derive(Deserialize)]
        struct Axes {
            axis: Vec<AxisText>,
        }
        let axes_text: Axes = toml::from_str(text).unwrap();
        let keys = Experiment::default().all_keys();
        axes(keys.as_table().unwrap(), &axes_text.axis)
    }

    fn texts(axis: &Axis) -> Vec<&str> {
        axis.settings
            .iter()
            .map(|setting| setting.text.as_str())
            .collect()
    }

    #[test]
    fn values_are_listed_or_spaced_and_whole_numbers_are_rounded() {
        let found = read(
            "[[axis]]\nkey = \"live.learning_rate\"\nfrom = 0.001\nto = 0.1\nn = 3\nscale = \"log\"\n\
             [[axis]]\nkey = \"live.batch_size\"\nfrom = 1\nto = 8\nn = 16\nscale = \"log\"\n\
             [[axis]]\nkey = \"live.label_noise_std\"\nvalues = [0, 0.5]\n\
             [[axis]]\nkey = \"network.hidden\"\nvalues = [\"3x10\", [4], \"1x9\"]\n",
        )
        .unwrap();
        let rates: Vec<f64> = found[0]
            .settings
            .iter()
            .filter_map(|setting| setting.number)
            .collect();
        assert!((rates[1] - 0.01).abs() < 1e-15 && (rates[0], rates[2]) == (0.001, 0.1));
        assert_eq!(texts(&found[1]), ["1", "2", "3", "4", "5", "6", "7", "8"]);
        assert_eq!(texts(&found[2]), ["0.0", "0.5"]);
        assert_eq!(found[3].settings[0].value.to_string(), "[10, 10]");
        assert_eq!(texts(&found[3]), ["3x10", "[4]", "1x9"]);
        assert_eq!(found[3].settings[2].value.to_string(), "[]");
    }

    #[test]
    fn tied_axes_move_together() {
        let found = read(
            "[[axis]]\nkey = \"live.batch_size\"\nvalues = [1, 2, 4]\n\
             [[axis]]\nkey = \"live.learning_rate\"\ntied_to = \"live.batch_size\"\nfactor = 0.001\n\
             [[axis]]\nkey = \"seed\"\ntied_to = \"live.batch_size\"\nvalues = [7, 8, 9]\n",
        )
        .unwrap();
        assert_eq!(texts(&found[1]), ["0.001", "0.002", "0.004"]);
        assert_eq!((found[1].tied_to, found[2].tied_to), (Some(0), Some(0)));
        assert_eq!(texts(&found[2]), ["7", "8", "9"]);
    }

    #[test]
    fn what_is_no_axis_is_refused_in_one_line() {
        let rate = "[[axis]]\nkey = \"live.learning_rate\"\n";
        let batch = "[[axis]]\nkey = \"live.batch_size\"\n";
        for (text, words) in [
            (rate.to_owned(), "give either"),
            (format!("{rate}values = []"), "0 values"),
            (format!("{rate}values = [1]\nn = 2"), "give either"),
            (format!("{rate}from = 0\nto = 1\nn = 3\nscale = \"log\""), "above 0"),
            (format!("{rate}from = 1\nto = inf\nn = 3"), "finite"),
            (format!("{batch}values = [1.5]"), "1.5 is not a whole number"),
            (format!("{rate}values = [1]\n{rate}values = [2]"), "two axes"),
            (format!("{rate}tied_to = \"seed\"\nfactor = 2"), "no such axis"),
            (
                format!("{rate}values = [0.3]\n{batch}tied_to = \"live.learning_rate\"\nfactor = 5"),
                "1.5 is not a whole number",
            ),
            (
                format!("{rate}values = [1, 2]\n{batch}tied_to = \"live.learning_rate\"\nvalues = [1]"),
                "1 values, but live.learning_rate",
            ),
            ("[[axis]]\nkey = \"network.hidden\"\nvalues = [\"3\"]".to_owned(), "depth times a width"),
            (
                "[[axis]]\nkey = \"network.hidden\"\nvalues = [\"3x3\"]\n[[axis]]\nkey = \"network.depth\"\nvalues = [2]"
                    .to_owned(),
                "two axes",
            ),
            ("[[axis]]\nkey = \"engine\"\nfrom = 1\nto = 2\nn = 2".to_owned(), "the key can hold"),
        ] {
            let message = read(&text).map(|_| ()).unwrap_err().to_string();
            assert!(message.contains(words) && !message.contains('\n'), "{text}: {message}");
        }
    }
}
