//! A guess that a lesson asks for.

use crate::lessons::{GuessQuantity, Lesson, Plot};

/// A guess that a person has made, or is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GuessMark {
    pub(crate) plot: Plot,
    pub(crate) quantity: GuessQuantity,
    /// Mode, from 0.
    pub(crate) mode: usize,
    /// What was clicked, in the units of the answer; none yet.
    pub(crate) given: Option<f64>,
    /// What theory says.
    pub(crate) answer: f64,
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
        })
    }

    /// Values to be drawn with their names, once the guess is made.
    pub(crate) fn values(&self) -> Vec<(f64, &'static str)> {
        let given = self.given.iter();
        given
            .flat_map(|&given| [(given, "your guess"), (self.answer, "theory")])
            .collect()
    }

    /// Whether it is a place along the shared time axis.
    pub(crate) fn is_a_moment(&self) -> bool {
        match self.quantity {
            GuessQuantity::HalfTime | GuessQuantity::PeakTime | GuessQuantity::LearnedTime => true,
            GuessQuantity::PeakFraction | GuessQuantity::Strength | GuessQuantity::Variance => false,
        }
    }
}
