//! A guess that a lesson asks for.

use crate::chart::PlotId;
use crate::lessons::{GuessQuantity, Lesson};

/// A guess that a person has made, or is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GuessMark {
    pub(crate) plot: PlotId,
    pub(crate) quantity: GuessQuantity,
    /// Mode, from 0.
    pub(crate) mode: usize,
    /// What was clicked, in the units of the answer; none yet.
    pub(crate) given: Option<f64>,
    /// What theory says.
    pub(crate) answer: f64,
    /// Steps that are shown before it is asked for.
    pub(crate) after: u64,
}

impl GuessMark {
    /// The guess of a lesson, before it is made.
    pub(crate) fn of(lesson: &Lesson) -> Option<Self> {
        lesson.guess.as_ref().map(|guess| Self {
            plot: guess.plot,
            quantity: guess.quantity,
            mode: guess.mode,
            given: None,
            answer: guess.answer,
            after: guess.after,
        })
    }

    /// Values to be drawn with their names, once the guess is made.
    pub(crate) fn values(&self) -> Vec<GuessValue> {
        let given = |value| GuessValue {
            value,
            name: "your guess",
            is_theory: false,
        };
        let answer = GuessValue {
            value: self.answer,
            name: "theory",
            is_theory: true,
        };
        self.given
            .map_or_else(Vec::new, |value| vec![given(value), answer])
    }
}

/// A value that is drawn where a lesson asks for a guess.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GuessValue {
    pub(crate) value: f64,
    pub(crate) name: &'static str,
    pub(crate) is_theory: bool,
}
