//! Groups of controls, which a lesson or a session may leave out: a class then sees those alone that matter.

use serde::{Deserialize, Serialize};

/// A group of controls of the left rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlGroup {
    /// The list of lessons.
    Lessons,
    /// Momentum and weight decay.
    Momentum,
    /// What follows from the live parameters.
    ReadOuts,
    /// Teacher, widths, initial weights.
    Network,
    /// Samples.
    Data,
    /// Engine and seed.
    Engine,
    /// What runs beside the experiment.
    Companions,
    /// Live parameters over time.
    Schedule,
}

impl ControlGroup {
    /// All of them, in the order of the rail, with their names.
    pub const ALL: [(Self, &str); 8] = [
        (Self::Lessons, "Lesson"),
        (Self::Momentum, "Momentum and weight decay"),
        (Self::ReadOuts, "What follows"),
        (Self::Network, "Network"),
        (Self::Data, "Data"),
        (Self::Engine, "Engine"),
        (Self::Companions, "Companions"),
        (Self::Schedule, "Parameters over time"),
    ];

    /// The group of a name as files have it.
    pub fn named(name: &str) -> Option<Self> {
        Self::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(
            name,
        ))
        .ok()
    }
}
