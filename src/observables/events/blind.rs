//! What is being learned now, told without the teacher: from the student's own singular pairs and the noise along them.
//!
//! Of every pair a look gives its value `s`, drift `mu`, diffusion `D` (exact, or estimated from minibatch gradients with their
//! errors) and the curvature `lambda` of its own weights. Neither `M` nor its strengths enter. Rules:
//!
//! - **Target.** `s + mu / lambda`, where the gradient along the pair leads; of aligned, balanced weights that is the teacher's strength.
//!   A pair whose target is below 0 or far below `s` shrinks and counts as waiting, and so does one that does not stand out of its own noise,
//!   `s < 2 sqrt(D / (2 lambda))`.
//! - **Begun** at 20 % of the target, back below 15 %; **done** at 95 %, the drift less two of its standard errors included; undone where
//!   it falls below 70 %, to begin anew.
//! - **Peak.** The largest `D / tau` between 10 % and 95 % of the target, risen by a quarter above the least before. Confirmed once `D / tau` has
//!   fallen by 10 % and two standard errors while `s` went on growing. A larger value before that takes its place. Not confirmed before the pair is done, it
//!   is withdrawn: under label noise above some `m / 2` there is none.
//! - **Being learned now**: of the pairs begun and not done that of the largest diffusion. The noise points at it.
//!
//! Estimates are averaged over some sixteen looks, with their errors, before they are judged.
//!
//! What cannot be told is whether anything is left to learn: at rest, a feature that waits at zero looks like none.

use super::Moment;
use super::headline::Headline;
use super::pair_watch::{PairEvents, PairSample, PairWatch, Setting};
use super::short::short;
use super::stage::Stage;
use crate::observables::{Quantity, Schema};

/// What is being learned now, as far as the student can tell. Pairs count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlindActivity {
    /// Nothing is on its way.
    AtRest {
        /// Number of pairs about their targets.
        n_learned: usize,
        /// The waiting pair that grows fastest, in proportion, if one grows.
        next: Option<usize>,
    },
    /// A pair is on its way.
    Learning {
        /// That of the largest diffusion.
        pair: usize,
    },
}

impl BlindActivity {
    /// In a few words.
    pub fn name(self) -> String {
        match self {
            Self::Learning { pair } => format!("noise points at pair {}", pair + 1),
            Self::AtRest { next: Some(pair), .. } => format!("at rest, pair {} grows", pair + 1),
            Self::AtRest { next: None, .. } => "at rest".to_owned(),
        }
    }

    /// What there is to add, as far as it is told by this alone.
    pub fn detail(self) -> String {
        let told = "told by the noise alone";
        match self {
            Self::Learning { .. } => told.to_owned(),
            Self::AtRest { n_learned: 0, .. } => format!("nothing learned, {told}"),
            Self::AtRest { n_learned: 1, .. } => format!("1 pair learned, {told}"),
            Self::AtRest { n_learned, .. } => format!("{n_learned} pairs learned, {told}"),
        }
    }
}

/// Detects what is learned without the teacher.
#[derive(Clone, Debug)]
pub struct BlindDetector {
    depth: usize,
    watches: Vec<PairWatch>,
    label_noise_std: Option<f64>,
    /// The last row, if looks come as rows.
    row: Vec<(usize, PairSample)>,
}

impl BlindDetector {
    /// A detector for the pairs of a network of `depth` layers.
    pub fn new(depth: usize) -> Self {
        Self {
            depth,
            watches: Vec::new(),
            label_noise_std: None,
            row: Vec::new(),
        }
    }

    /// Takes in the next look: samples of pairs, each with its number, which it keeps from look to look
    /// ([`PairFollower`](crate::observables::PairFollower)); at noise scale `tau` and label noise `sigma`: a change of the first
    /// multiplies `D`, and after one of the second nothing before it is compared. Looks with a value that is not finite are passed over.
    pub fn observe(&mut self, now: Moment, (tau, sigma): (f64, f64), pairs: &[(usize, PairSample)]) {
        let is_finite = |(_, pair): &(usize, PairSample)| {
            (pair.value + pair.drift + pair.diffusion + pair.curvature).is_finite()
        };
        if !pairs.iter().all(is_finite) {
            return;
        }
        let before = self.label_noise_std.replace(sigma);
        if before.is_some_and(|before| before.to_bits() != sigma.to_bits()) {
            self.watches.iter_mut().for_each(PairWatch::compare_anew);
        }
        let setting = Setting {
            depth: self.depth,
            noise_scale: tau,
            label_noise_std: sigma,
        };
        for &(number, sample) in pairs {
            if number >= self.watches.len() {
                self.watches.resize(number + 1, PairWatch::default());
            }
            self.watches[number].observe(now, setting, sample);
        }
    }

    /// Takes in a row, which has as many pairs as the teacher has modes, the largest; one made without them is passed over. Pairs go by
    /// their places in the order of the singular values, as the columns do.
    pub fn observe_row(&mut self, schema: Schema, row: &[f64], noise: (f64, f64)) {
        let of = |quantity| &row[schema.columns(quantity)];
        let (values, drifts) = (of(Quantity::SingularValue), of(Quantity::StudentDrift));
        let (diffusions, curvatures) = (of(Quantity::StudentDiffusion), of(Quantity::StudentCurvature));
        let mut pairs = std::mem::take(&mut self.row);
        pairs.clear();
        pairs.extend((0..schema.rank()).map(|place| {
            let sample = PairSample {
                value: values[place],
                drift: drifts[place],
                diffusion: diffusions[place],
                curvature: curvatures[place],
                ..PairSample::default()
            };
            (place, sample)
        }));
        let now = Moment {
            step: row[Schema::STEP] as u64,
            time: row[Schema::TIME],
        };
        self.observe(now, noise, &pairs);
        self.row = pairs;
    }

    /// What is known of every pair.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = PairEvents> + '_ {
        self.watches.iter().map(|watch| watch.events)
    }

    /// What is being learned now.
    pub fn activity(&self) -> BlindActivity {
        let of_stage = |stage| {
            let watches = self.watches.iter().enumerate();
            watches.filter(move |(_, watch)| watch.stage == stage)
        };
        let on_the_way = of_stage(Stage::Moving).filter(|(_, watch)| watch.events.done.is_none());
        if let Some((pair, _)) = on_the_way.max_by(|a, b| a.1.last.diffusion.total_cmp(&b.1.last.diffusion)) {
            return BlindActivity::Learning { pair };
        }
        let growth = |watch: &PairWatch| watch.last.drift / watch.last.value;
        let growing = of_stage(Stage::Waiting).filter(|(_, watch)| growth(watch) > 0.0);
        BlindActivity::AtRest {
            n_learned: of_stage(Stage::Arrived).count(),
            next: growing
                .max_by(|a, b| growth(a.1).total_cmp(&growth(b.1)))
                .map(|(pair, _)| pair),
        }
    }

    /// [`Self::activity`] in words.
    pub fn headline(&self) -> Headline {
        let activity = self.activity();
        match activity {
            BlindActivity::Learning { pair } => {
                let last = &self.watches[pair].last;
                let (value, target) = (short(last.value), short(last.target()));
                Headline::new(
                    activity.name(),
                    format!("singular value {value}, on its way to {target}"),
                )
            }
            BlindActivity::AtRest { .. } => Headline::new(activity.name(), activity.detail()),
        }
    }
}
