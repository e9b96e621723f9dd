//! Undo and redo of settings: snapshots, one for every change that has come to rest, so that a drag is one step.

use std::collections::VecDeque;

/// Changes that can be taken back.
const MAX_STEPS: usize = 200;

/// A line of states of the settings `T`, with a place in it.
#[derive(Clone, Debug)]
pub(super) struct Undo<T> {
    past: VecDeque<T>,
    present: T,
    future: Vec<T>,
}

impl<T: Clone + PartialEq> Undo<T> {
    /// Begins with these settings.
    pub(super) fn new(present: T) -> Self {
        Self {
            past: VecDeque::new(),
            present,
            future: Vec::new(),
        }
    }

    /// Takes note of the settings as they are now that nothing is being dragged.
    pub(super) fn note(&mut self, now: &T) {
        if *now == self.present {
            return;
        }
        if self.past.len() == MAX_STEPS {
            self.past.pop_front();
        }
        self.past
            .push_back(std::mem::replace(&mut self.present, now.clone()));
        self.future.clear();
    }

    /// The settings before the last change.
    pub(super) fn undo(&mut self) -> Option<T> {
        let before = self.past.pop_back()?;
        self.future
            .push(std::mem::replace(&mut self.present, before.clone()));
        Some(before)
    }

    /// The settings before the last undo.
    pub(super) fn redo(&mut self) -> Option<T> {
        let after = self.future.pop()?;
        self.past
            .push_back(std::mem::replace(&mut self.present, after.clone()));
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_and_made_again() {
        let mut undo = Undo::new(0);
        for value in [1, 1, 2] {
            undo.note(&value);
        }
        assert_eq!((undo.undo(), undo.undo(), undo.undo()), (Some(1), Some(0), None));
        assert_eq!((undo.redo(), undo.redo(), undo.redo()), (Some(1), Some(2), None));
        assert_eq!(undo.undo(), Some(1));
        undo.note(&7);
        assert_eq!(undo.redo(), None);
        assert_eq!((undo.undo(), undo.undo()), (Some(1), Some(0)));
    }

    #[test]
    fn the_past_is_bounded() {
        let mut undo = Undo::new(0);
        for value in 1..1000 {
            undo.note(&value);
        }
        assert_eq!(std::iter::from_fn(|| undo.undo()).count(), MAX_STEPS);
    }
}
