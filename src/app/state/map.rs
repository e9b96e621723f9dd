//! The map: what it shows, which is kept with the view, and its cells as they come.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::chart::{MapRange, MapView, Scale};
use crate::experiment::Experiment;
use crate::platform::Instant;
use crate::sweep::map::{Boundaries, MapAxis, MapTable, Parameter};

/// Most ranges that can be gone back to.
const MOST_ZOOMS: usize = 32;
/// Most replicas and steps of a run of a map.
const MOST_REPLICAS: usize = 256;
const MOST_STEPS: u64 = 10_000_000;

/// What the map shows, as far as it is worth keeping.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct MapSettings {
    /// Whether it is open.
    pub(crate) shown: bool,
    pub(crate) view: MapView,
    /// The ranges before each rectangle that was chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) zooms: Vec<(MapRange, MapRange)>,
}

/// Two axes that are one click away.
pub(crate) const PRESETS: [(&str, &str, &str); 4] = [
    ("\u{3b7} \u{d7} B", "live.learning_rate", "live.batch_size"),
    (
        "\u{3b7} \u{d7} \u{3c3}",
        "live.learning_rate",
        "live.label_noise_std",
    ),
    ("start \u{d7} \u{3b7}", "init.strength", "live.learning_rate"),
    ("depth \u{d7} start", "network.depth", "init.strength"),
];

impl MapSettings {
    /// Settings that mean nothing for a run of `rank` modes are the usual ones.
    pub(crate) fn sound(mut self, rank: usize) -> Self {
        let view = &mut self.view;
        view.mode = view.mode.clamp(1, rank.max(1));
        view.replicas = view.replicas.clamp(1, MOST_REPLICAS);
        view.steps = view.steps.clamp(1, MOST_STEPS);
        let is_sound = |range: &MapRange| {
            let has_places = range.scale != Scale::Log || (range.from > 0.0 && range.to > 0.0);
            range.from.is_finite() && range.to.is_finite() && has_places
        };
        if !(is_sound(&view.x) && is_sound(&view.y)) || view.x.key == view.y.key {
            let usual = MapView::default();
            (view.x, view.y) = (usual.x, usual.y);
        }
        self.zooms.retain(|(x, y)| is_sound(x) && is_sound(y));
        self
    }

    /// Other axes, with their usual ranges.
    pub(crate) fn set_axes(&mut self, x: &str, y: &str) {
        let range = |key: &str, present: [&MapRange; 2]| {
            let same = present.into_iter().find(|range| range.key == key).cloned();
            same.or_else(|| Parameter::of(key).map(Parameter::usual))
        };
        let present = [&self.view.x, &self.view.y];
        if let (Some(x), Some(y)) = (range(x, present), range(y, present))
            && x.key != y.key
        {
            (self.view.x, self.view.y) = (x, y);
            self.zooms.clear();
        }
    }

    /// Shows a part of the map; what was shown before can be gone back to.
    pub(crate) fn zoom_to(&mut self, x: MapRange, y: MapRange) {
        let before = (
            std::mem::replace(&mut self.view.x, x),
            std::mem::replace(&mut self.view.y, y),
        );
        if self.zooms.len() == MOST_ZOOMS {
            self.zooms.remove(0);
        }
        self.zooms.push(before);
    }

    /// Goes back to what was shown before the last rectangle; says whether there was one.
    pub(crate) fn go_back(&mut self) -> bool {
        let Some((x, y)) = self.zooms.pop() else {
            return false;
        };
        (self.view.x, self.view.y) = (x, y);
        true
    }
}

/// A merged table that was opened.
#[derive(Clone, Debug)]
pub(crate) struct OpenedTable {
    pub(crate) name: String,
    pub(crate) table: MapTable,
    /// Its axes as ranges.
    pub(crate) ranges: (MapRange, MapRange),
    /// The experiment that its cells vary, where the table says it.
    pub(crate) base: Option<Experiment>,
    /// Steps of its runs; 0 where the table does not say.
    pub(crate) n_steps: u64,
}

impl OpenedTable {
    pub(crate) fn new(name: String, table: MapTable) -> Self {
        let range = |axis: &MapAxis| {
            let ends = axis
                .numbers()
                .and_then(|numbers| Some((*numbers.first()?, *numbers.last()?)));
            let (from, to) = ends.unwrap_or((0.0, 1.0));
            MapRange {
                key: axis.key.clone(),
                from,
                to,
                scale: axis.scale(),
            }
        };
        let sweep = table.sweep();
        let rate = sweep
            .as_ref()
            .map_or(1.0, |sweep| sweep.base().live.learning_rate);
        Self {
            ranges: (range(&table.x), range(&table.y)),
            n_steps: sweep.as_ref().map_or(0, |sweep| sweep.stop.most_steps(rate)),
            base: sweep.map(|sweep| sweep.base().clone()),
            name,
            table,
        }
    }
}

/// The map as it comes.
#[derive(Debug, Default)]
pub(crate) struct MapState {
    /// Cells that are being computed.
    pub(crate) table: Option<MapTable>,
    /// What was shown before, until the first level of the new cells is there.
    pub(crate) old: Option<MapTable>,
    /// Cells of the first level that are missing.
    pub(crate) n_awaited: usize,
    /// Cells done and cells in all, and since when they are computed.
    pub(crate) n_done: usize,
    pub(crate) n_cells: usize,
    pub(crate) since: Option<Instant>,
    /// How long the whole map took.
    pub(crate) took: Option<Duration>,
    pub(crate) theory: Option<Boundaries>,
    /// Why there are no cells.
    pub(crate) trouble: Option<String>,
    pub(crate) opened: Option<OpenedTable>,
    /// The cell that was loaded last.
    pub(crate) loaded: Option<(usize, usize)>,
    /// A seed of the lab that is that of a cell, and the seed that the cells' experiments have.
    pub(crate) seeds: Option<(u64, u64)>,
}

impl MapState {
    /// The opened table, if the axes shown are its own.
    pub(crate) fn opened_of(&self, settings: &MapSettings) -> Option<&OpenedTable> {
        let view = &settings.view;
        self.opened
            .as_ref()
            .filter(|opened| opened.ranges.0 == view.x && opened.ranges.1 == view.y)
    }

    /// The cells to be shown, and whether they are those of before.
    pub(crate) fn shown(&self, settings: &MapSettings) -> Option<(&MapTable, bool)> {
        if let Some(opened) = self.opened_of(settings) {
            return Some((&opened.table, false));
        }
        match (&self.old, &self.table) {
            (Some(old), _) => Some((old, true)),
            (None, Some(table)) => Some((table, false)),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_chosen_zoomed_and_gone_back_to() {
        let mut settings = MapSettings::default();
        settings.view.x.to = 0.5;
        settings.set_axes("live.label_noise_std", "live.learning_rate");
        // A range that was chosen goes with its axis.
        assert!((settings.view.y.to - 0.5).abs() < 1e-12);
        assert_eq!(settings.view.x.key, "live.label_noise_std");
        settings.set_axes("live.batch_size", "live.batch_size");
        assert_eq!(settings.view.x.key, "live.label_noise_std");
        let before = settings.clone();
        settings.zoom_to(
            MapRange::log("live.label_noise_std", 0.1, 0.2),
            before.view.y.clone(),
        );
        assert!(settings.go_back() && settings == before && !settings.go_back());
        settings.view.mode = 9;
        settings.view.y.from = f64::NAN;
        let sound = settings.sound(4);
        assert_eq!((sound.view.mode, &sound.view.x), (4, &MapView::default().x));
    }
}
