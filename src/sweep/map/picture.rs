//! A table as a [`MapSheet`]: one measure of one mode.

use super::boundaries::Boundaries;
use super::measure::{is_about_one, is_share, measure_title};
use super::{MapTable, parameter};
use crate::chart::{Hatch, MapColours, MapLine, MapSheet, Room};
use crate::sweep::ModeOutcome;

/// Points between ticks across and upwards.
const TICK_DISTANCE: (f64, f64) = (88.0, 36.0);
/// Largest ratio of measured to predicted, or its inverse, that is near 1.
const NEAR: f64 = 1.25;

impl ModeOutcome {
    /// Lines over a cell most of whose runs ended so.
    pub fn hatch(self) -> Option<Hatch> {
        match self {
            Self::Diverged => Some(Hatch::Crossed),
            Self::Lost => Some(Hatch::Rising),
            Self::Trapped => Some(Hatch::Level),
            Self::Unfinished => Some(Hatch::Dotted),
            Self::Learned => None,
        }
    }
}

impl MapTable {
    /// The map of a measure of a mode, counted from 0, with the lines of theory.
    pub fn sheet(&self, measure: &str, mode: usize, theory: Option<&Boundaries>, room: Room) -> MapSheet {
        let n_ticks = |length: f64, distance: f64| (length / (distance * room.letters)).max(2.0) as u32;
        let shown = self.shown(mode, measure);
        let hatch = |outcome: Option<ModeOutcome>| {
            outcome.and_then(|outcome| Some((outcome.hatch()?, outcome.name())))
        };
        let values: Vec<f64> = shown.iter().map(|(value, _)| *value).collect();
        let parting = is_about_one(measure).then(|| self.parting(&values)).flatten();
        let lines = theory
            .iter()
            .flat_map(|theory| &theory.all)
            .map(|boundary| MapLine {
                name: boundary.law.name(),
                key: boundary.law.key().to_owned(),
                mode: boundary.law.mode(),
                is_level: boundary.law.is_level(),
                parts: boundary.lines.clone(),
            });
        let mut y = self.y.drawn(n_ticks(room.height, TICK_DISTANCE.1));
        if self.y.key.is_empty() {
            y.ticks.clear();
        }
        MapSheet {
            title: format!("Mode {}: {}", mode + 1, measure_title(measure)),
            x: self.x.drawn(n_ticks(room.width, TICK_DISTANCE.0)),
            y,
            across: self.x.edges(),
            upwards: self.y.edges(),
            values,
            hatches: shown.iter().map(|(_, outcome)| hatch(*outcome)).collect(),
            measure: measure_title(measure).to_owned(),
            kind: match () {
                () if is_about_one(measure) => MapColours::Ratios,
                () if is_share(measure) => MapColours::Shares,
                () => MapColours::Values,
            },
            lines: lines.chain(parting).collect(),
            dot: None,
        }
    }

    /// The borders between cells whose ratio is near 1 and those where theory and measurement part.
    fn parting(&self, ratios: &[f64]) -> Option<MapLine> {
        let (across, upwards) = (self.x.edges(), self.y.edges());
        let n = self.x.n();
        let is_near = |column: usize, row: usize| {
            let ratio = ratios[row * n + column];
            ratio.is_finite().then(|| (ratio.ln()).abs() < NEAR.ln())
        };
        let differ = |a: Option<bool>, b: Option<bool>| a.zip(b).is_some_and(|(a, b)| a != b);
        let mut parts = Vec::new();
        for row in 0..self.y.n() {
            for column in 0..n {
                let here = is_near(column, row);
                if column + 1 < n && differ(here, is_near(column + 1, row)) {
                    let x = across[column + 1];
                    parts.push(vec![[x, upwards[row]], [x, upwards[row + 1]]]);
                }
                if row + 1 < self.y.n() && differ(here, is_near(column, row + 1)) {
                    let y = upwards[row + 1];
                    parts.push(vec![[across[column], y], [across[column + 1], y]]);
                }
            }
        }
        (!parts.is_empty()).then(|| MapLine {
            name: String::new(),
            key: "border of where theory holds within a factor 1.25".to_owned(),
            mode: None,
            is_level: true,
            parts,
        })
    }

    /// Position of the settings that `value` gives for the keys of the axes; `None` where one is not a number or lies off the map.
    pub fn position(&self, value: impl Fn(&str) -> Option<f64>) -> Option<[f64; 2]> {
        let place = |axis: &super::MapAxis| {
            if axis.key.is_empty() {
                return Some(0.0);
            }
            axis.numbers()?;
            let at = axis.scale().place(value(&axis.key)?)?;
            axis.at(at).map(|_| at)
        };
        Some([place(&self.x)?, place(&self.y)?])
    }

    /// A cell in words: its settings, what its runs did, and the measure with its spread over the replicas.
    pub fn describe(&self, place: (usize, usize), measure: &str, mode: usize) -> Option<String> {
        use std::fmt::Write as _;

        use crate::format::significant;
        let cell = self.cell(place)?;
        let settings = self.keys.iter().map(String::as_str);
        let mut text = parameter::values(settings.zip(cell.settings.iter().map(String::as_str)));
        let found = cell.mode(mode)?;
        let value = self.number(cell, mode, measure);
        let value = value.map_or_else(|| "none".to_owned(), |value| significant(value, 4));
        let _never = write!(text, "\n{}: {value}", measure_title(measure));
        if let Some((low, high)) = self.spread(cell, mode, measure) {
            let (low, high) = (significant(low, 4), significant(high, 4));
            let _never = write!(text, " (10\u{2013}90 % of the replicas: {low} to {high})");
        }
        let count = |name: &str| self.number(cell, mode, name);
        if let Some(n) = count("replicas") {
            let outcomes = ["learned", "unfinished", "trapped", "lost", "diverged"];
            let counts = { outcomes.iter() }
                .filter_map(|name| count(name).filter(|n| *n > 0.0).map(|n| format!("{n} {name}")));
            let counts: Vec<String> = counts.collect();
            let _never = write!(text, "\nof {n} replicas {}", counts.join(", "));
        } else if let Some(status) = found.status {
            let _never = write!(text, "\n{}", status.name());
        }
        Some(text)
    }
}
