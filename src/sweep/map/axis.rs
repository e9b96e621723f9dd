//! An axis of a map: its values in order, and where their cells lie.
//!
//! Numbers lie at their places, on a logarithmic axis where their ratios are more even than their differences; the edge between two
//! cells is in the middle. Words stand side by side.

use crate::chart::{Axis, Scale, Tick};
use crate::format::brief;

/// Half the width of the only cell of an axis, in positions.
const ALONE: f64 = 0.5;
/// Most words named on an axis, for each tick that fits.
const LONGEST_NAME: usize = 14;

/// An axis of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapAxis {
    /// Its key; empty for the second axis of a table that has one.
    pub key: String,
    /// Its values in order, as they stand in tables.
    pub values: Vec<String>,
    /// The same as numbers, where all are.
    numbers: Option<Vec<f64>>,
    /// How positions belong to numbers.
    scale: Scale,
}

impl MapAxis {
    /// An axis of values that are all different; numbers are put in order, words stay as they come.
    pub fn new(key: &str, mut values: Vec<String>) -> Self {
        let mut numbers = numbers_of(&values);
        if let Some(known) = &numbers {
            let mut order: Vec<usize> = (0..values.len()).collect();
            order.sort_by(|&a, &b| known[a].total_cmp(&known[b]));
            values = order.iter().map(|&i| values[i].clone()).collect();
            let sorted: Vec<f64> = order.iter().map(|&i| known[i]).collect();
            // Two ways of writing one number would make a cell without a width.
            let rises = sorted.windows(2).all(|pair| pair[0] < pair[1]);
            numbers = rises.then_some(sorted);
        }
        Self {
            key: key.to_owned(),
            scale: numbers.as_deref().map_or(Scale::Linear, scale_of),
            values,
            numbers,
        }
    }

    /// The same axis with its numbers laid out on this scale, where they have a place on it.
    #[must_use]
    pub fn on(mut self, scale: Scale) -> Self {
        let is_positive = |numbers: &Vec<f64>| numbers.iter().all(|number| *number > 0.0);
        if scale == Scale::Linear || self.numbers.as_ref().is_some_and(is_positive) {
            self.scale = scale;
        }
        self
    }

    /// Number of values.
    pub fn n(&self) -> usize {
        self.values.len()
    }

    /// How positions belong to values.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Its values as numbers, where all are.
    pub fn numbers(&self) -> Option<&[f64]> {
        self.numbers.as_deref()
    }

    /// The place of a value.
    pub fn place_of(&self, text: &str) -> Option<usize> {
        self.values.iter().position(|value| value == text)
    }

    /// Positions of the values.
    pub fn positions(&self) -> Vec<f64> {
        match &self.numbers {
            Some(numbers) => numbers
                .iter()
                .map(|&number| self.scale.position(number))
                .collect(),
            None => (0..self.n()).map(|i| i as f64).collect(),
        }
    }

    /// Positions of the edges of the cells, one more than there are values.
    pub fn edges(&self) -> Vec<f64> {
        let positions = self.positions();
        let n = positions.len();
        let mut edges = Vec::with_capacity(n + 1);
        if n == 1 {
            return vec![positions[0] - ALONE, positions[0] + ALONE];
        }
        edges.push(1.5 * positions[0] - 0.5 * positions[1]);
        edges.extend(positions.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])));
        edges.push(1.5 * positions[n - 1] - 0.5 * positions[n - 2]);
        edges
    }

    /// Which cell a position lies in.
    pub fn at(&self, position: f64) -> Option<usize> {
        let edges = self.edges();
        let n_below = edges.partition_point(|&edge| edge <= position);
        (1..edges.len()).contains(&n_below).then(|| n_below - 1)
    }

    /// The axis of a picture, with about so many ticks; words, and whole numbers of which there are few, are named themselves.
    pub(super) fn drawn(&self, n_ticks: u32) -> Axis {
        let edges = self.edges();
        let range = (edges[0], edges[self.n()]);
        let title = super::parameter::title(&self.key);
        let mut axis = Axis::new(title, self.scale, range, n_ticks);
        let few = self.n() <= n_ticks as usize + 2;
        let is_whole = |numbers: &[f64]| numbers.iter().all(|number| number.fract() == 0.0);
        let names_numbers = few && self.numbers().is_some_and(is_whole);
        if self.numbers.is_none() || names_numbers {
            let stride = self.n().div_ceil(n_ticks.max(2) as usize + 2).max(1);
            let named = self.positions().into_iter().zip(&self.values).step_by(stride);
            let ticks = named.map(|(position, value)| Tick {
                position,
                label: shortened(value),
            });
            axis.ticks = ticks.collect();
        }
        axis
    }
}

fn numbers_of(values: &[String]) -> Option<Vec<f64>> {
    let number = |value: &String| value.parse().ok().filter(|number: &f64| number.is_finite());
    values.iter().map(number).collect()
}

/// Logarithmic where ratios are more even than differences.
fn scale_of(numbers: &[f64]) -> Scale {
    let unevenness = |places: &[f64]| {
        let widths: Vec<f64> = places.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (least, most) = widths
            .iter()
            .fold((f64::INFINITY, 0.0_f64), |(least, most), &width| {
                (least.min(width), most.max(width))
            });
        most / least
    };
    if numbers.len() < 3 || numbers[0] <= 0.0 {
        return Scale::Linear;
    }
    let logarithms: Vec<f64> = numbers.iter().map(|number| number.log10()).collect();
    if unevenness(&logarithms) < unevenness(numbers) {
        Scale::Log
    } else {
        Scale::Linear
    }
}

fn shortened(value: &str) -> String {
    match value.parse::<f64>() {
        Ok(number) => brief(number, 3),
        Err(_) if value.chars().count() > LONGEST_NAME => {
            let start: String = value.chars().take(LONGEST_NAME - 1).collect();
            format!("{start}\u{2026}")
        }
        Err(_) => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(values: &[&str]) -> MapAxis {
        MapAxis::new("x", values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn numbers_lie_at_their_places_and_words_side_by_side() {
        let ratios = axis(&["100", "1", "10"]);
        assert_eq!((ratios.scale(), ratios.values[0].as_str()), (Scale::Log, "1"));
        assert_eq!(ratios.edges(), [-0.5, 0.5, 1.5, 2.5]);
        assert_eq!(
            (ratios.at(0.4), ratios.at(-0.6), ratios.at(2.4)),
            (Some(0), None, Some(2))
        );
        let even = axis(&["0", "2", "4"]);
        assert_eq!(even.scale(), Scale::Linear);
        assert_eq!(even.edges(), [-1.0, 1.0, 3.0, 5.0]);
        let words = axis(&["sgd", "langevin"]);
        assert_eq!(words.numbers(), None);
        assert_eq!(words.edges(), [-0.5, 0.5, 1.5]);
        assert_eq!(axis(&["7"]).edges(), [6.5, 7.5]);
        // One number in two ways of writing has no two places.
        assert_eq!(axis(&["1", "1.0", "2"]).numbers(), None);
    }

    #[test]
    fn words_and_few_whole_numbers_are_named() {
        let labels = |axis: &MapAxis| -> Vec<String> {
            axis.drawn(6).ticks.into_iter().map(|tick| tick.label).collect()
        };
        assert_eq!(labels(&axis(&["sgd", "langevin"])), ["sgd", "langevin"]);
        assert_eq!(
            labels(&axis(&["1", "2", "3", "4", "5"])),
            ["1", "2", "3", "4", "5"]
        );
    }
}
