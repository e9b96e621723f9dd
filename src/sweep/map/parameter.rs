//! Parameters by their keys: what they are called on an axis, and the ranges that are offered.

use crate::chart::{MapRange, Scale};
use crate::format::significant;

/// A parameter that a map can have on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its key in an axis of a sweep.
    pub key: &'static str,
    /// Name.
    pub name: &'static str,
    /// Symbol.
    pub symbol: &'static str,
    /// Usual ends of an axis.
    pub range: (f64, f64),
    /// Usual spacing.
    pub scale: Scale,
}

const fn parameter(
    key: &'static str,
    name: &'static str,
    symbol: &'static str,
    range: (f64, f64),
    scale: Scale,
) -> Parameter {
    Parameter {
        key,
        name,
        symbol,
        range,
        scale,
    }
}

/// Parameters that are offered. Others can stand on an axis too, under their keys.
pub const PARAMETERS: [Parameter; 11] = [
    parameter(
        "live.learning_rate",
        "learning rate",
        "\u{3b7}",
        (1e-3, 1.0),
        Scale::Log,
    ),
    parameter("live.batch_size", "batch size", "B", (1.0, 256.0), Scale::Log),
    parameter(
        "live.label_noise_std",
        "label noise",
        "\u{3c3}",
        (0.05, 5.0),
        Scale::Log,
    ),
    parameter("live.momentum", "momentum", "\u{3bc}", (0.0, 0.98), Scale::Linear),
    parameter(
        "live.weight_decay",
        "weight decay",
        "\u{3bb}",
        (1e-3, 4.0),
        Scale::Log,
    ),
    parameter(
        "init.strength",
        "start strength",
        "s\u{2080}",
        (1e-5, 1.0),
        Scale::Log,
    ),
    parameter(
        "init.std",
        "size of initial weights",
        "std",
        (1e-3, 1.0),
        Scale::Log,
    ),
    parameter(
        "init.gamma",
        "exponent of initial weights",
        "\u{3b3}",
        (0.5, 3.0),
        Scale::Linear,
    ),
    parameter("network.depth", "depth", "L", (1.0, 8.0), Scale::Linear),
    parameter("network.width", "hidden width", "h", (4.0, 32.0), Scale::Log),
    parameter("data.n_samples", "stored samples", "N", (4.0, 1024.0), Scale::Log),
];

impl Parameter {
    /// The parameter of a key.
    pub fn of(key: &str) -> Option<&'static Self> {
        PARAMETERS.iter().find(|parameter| parameter.key == key)
    }

    /// Its usual range.
    pub fn usual(&self) -> MapRange {
        MapRange {
            key: self.key.to_owned(),
            from: self.range.0,
            to: self.range.1,
            scale: self.scale,
        }
    }
}

/// Title of an axis.
pub(super) fn title(key: &str) -> String {
    Parameter::of(key).map_or_else(
        || key.to_owned(),
        |parameter| format!("{} {}", parameter.name, parameter.symbol),
    )
}

/// Symbol of a parameter, or its key.
pub fn symbol(key: &str) -> &str {
    Parameter::of(key).map_or(key, |parameter| parameter.symbol)
}

/// Parameters with their values, `η = 0.0100, B = 4.00`; what is no number is written as it is.
pub(super) fn values<'a, V: Into<Value<'a>>>(settings: impl IntoIterator<Item = (&'a str, V)>) -> String {
    let written = settings.into_iter().map(|(key, value)| {
        let symbol = symbol(key);
        match value.into() {
            Value::Number(number) => format!("{symbol} = {}", significant(number, 3)),
            Value::Text(text) => format!("{symbol} = {text}"),
        }
    });
    written.collect::<Vec<_>>().join(", ")
}

/// A value of a parameter.
pub(super) enum Value<'a> {
    Number(f64),
    Text(&'a str),
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    /// A value as it stands in a table.
    fn from(text: &'a str) -> Self {
        text.parse().map_or(Self::Text(text), Self::Number)
    }
}
