//! What the map shows, which is kept with the view: its axes and the way back from a part of it.

use serde::{Deserialize, Serialize};

use crate::chart::{MapRange, MapView, Scale};
use crate::experiment::InitScheme;
use crate::platform::HAS_THREADS;
use crate::sweep::map::Parameter;

/// Most ranges that can be gone back to.
const MOST_ZOOMS: usize = 32;
/// Most replicas and steps of a run of a map: in a page the window waits for every cell.
pub(crate) const MOST_REPLICAS: usize = if HAS_THREADS { 256 } else { 16 };
pub(crate) const MOST_STEPS: u64 = if HAS_THREADS { 10_000_000 } else { 20_000 };

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

/// Two axes that are one click away, by their names and keys, for networks that start so.
pub(crate) fn presets(scheme: InitScheme) -> [(&'static str, &'static str, &'static str); 4] {
    let start = match scheme {
        InitScheme::Aligned => "init.strength",
        InitScheme::Gaussian => "init.std",
        InitScheme::Power => "init.gamma",
    };
    [
        ("\u{3b7} \u{d7} B", "live.learning_rate", "live.batch_size"),
        (
            "\u{3b7} \u{d7} \u{3c3}",
            "live.learning_rate",
            "live.label_noise_std",
        ),
        ("start \u{d7} \u{3b7}", start, "live.learning_rate"),
        ("depth \u{d7} start", "network.depth", start),
    ]
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

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
    #[test]
    fn presets_vary_what_the_start_depends_on() {
        for (scheme, start) in [
            (InitScheme::Aligned, "init.strength"),
            (InitScheme::Gaussian, "init.std"),
            (InitScheme::Power, "init.gamma"),
        ] {
            let mut base = Experiment::default();
            base.init.scheme = scheme;
            let keys: Vec<&str> = presets(scheme).iter().flat_map(|(_, x, y)| [*x, *y]).collect();
            assert_eq!(keys.iter().filter(|key| **key == start).count(), 2);
            for key in keys {
                assert!(
                    base.ignores(key).is_none() && Parameter::of(key).is_some(),
                    "{key}"
                );
            }
        }
    }
}
