//! One run with all detectors watching.

use nalgebra::DMatrix;
use saddlescope::dynamics::Sampling;
use saddlescope::model::{PartialProducts, Teacher};
use saddlescope::observables::events::{
    Activity, BlindActivity, BlindDetector, EventDetector, EventKind, Moment, PairSample,
};
use saddlescope::observables::{ModeDynamics, PairFollower, Probe, Quantity, Schema, SingularPairs};
use saddlescope::random::Streams;
use saddlescope::simulation::{Simulation, StepOutcome};

use crate::grid::{Cell, STRENGTHS, WIDTH};
use crate::score::{Announcement, Score};
use crate::slope::SlopeDetector;

/// Samples of a probe batch.
const N_PROBE: usize = 128;
/// Relative growth of the fastest pair between two looks, where their distance is not at its bounds.
const GROWTH: f64 = 0.03;
/// Part of the largest singular value below which a pair's growth does not count for that.
const NEGLIGIBLE: f64 = 0.02;
/// Least and most steps between looks.
const STRIDES: (f64, f64) = (4.0, 64.0);
/// Looks after everything has been learned, for false alarms.
const AFTER: usize = 100;

/// A detector without the teacher and what it has announced.
struct Blind {
    detector: BlindDetector,
    announced: Vec<Announcement>,
    named: (u64, u64),
}

impl Blind {
    fn new(depth: usize) -> Self {
        Self {
            detector: BlindDetector::new(depth),
            announced: Vec::new(),
            named: (0, 0),
        }
    }

    /// Takes in a look, the samples by the numbers of the pairs; `mode_of` tells the truth about a pair.
    fn observe(
        &mut self,
        now: Moment,
        noise: (f64, f64),
        samples: &[(usize, PairSample)],
        mode_of: impl Fn(usize) -> Option<usize>,
        truth: Option<usize>,
    ) {
        let confirmed = |detector: &BlindDetector| -> Vec<Option<u64>> {
            let confirmed = detector
                .pairs()
                .map(|pair| pair.peak.and_then(|peak| peak.confirmed));
            confirmed.map(|moment| moment.map(|moment| moment.step)).collect()
        };
        let before = confirmed(&self.detector);
        self.detector.observe(now, noise, samples);
        for (pair, after) in confirmed(&self.detector).into_iter().enumerate() {
            if after.is_some() && Some(&after) != before.get(pair) {
                let peak = self.detector.pairs().nth(pair).and_then(|events| events.peak);
                self.announced.push(Announcement {
                    step: now.step,
                    peak: peak.map_or(now.step, |peak| peak.moment.step),
                    mode: mode_of(pair),
                });
            }
        }
        if let Some(mode) = truth {
            self.named.1 += 1;
            if let BlindActivity::Learning { pair } = self.detector.activity() {
                self.named.0 += u64::from(mode_of(pair) == Some(mode));
            }
        }
    }
}

/// The mode that a pair is closest to, where it is closer to that than to anything else.
fn mode_of(teacher: &Teacher, left: &DMatrix<f64>, right: &DMatrix<f64>, place: usize) -> Option<usize> {
    (0..teacher.rank()).find(|&mode| {
        let left = teacher.left().column(mode).dot(&left.column(place));
        left * teacher.right().column(mode).dot(&right.column(place)) > 0.5
    })
}

/// Runs and scores.
pub(crate) fn score(cell: &Cell, seed: u64) -> Score {
    let experiment = cell.experiment(seed);
    let Ok(mut simulation) = Simulation::new(&experiment) else {
        return Score::default();
    };
    let live = experiment.live;
    let noise = (live.noise_scale(), live.label_noise_std);
    let schema = simulation.schema();
    let risk = simulation.risk().clone();
    let teacher = risk.teacher().clone();
    let mut truth: EventDetector = simulation.event_detector();
    let mut products = PartialProducts::new(simulation.network());
    let mut exact = ModeDynamics::of_pairs(&products, &risk, WIDTH);
    let mut pairs = SingularPairs::new(WIDTH, WIDTH);
    let mut follower = PairFollower::default();
    let sampling = Sampling::Replacement;
    let mut probe = Probe::new(
        simulation.network(),
        &risk,
        sampling,
        (N_PROBE, WIDTH),
        &Streams::new(seed),
    );
    let (mut own, mut probed, mut slope) = (
        Blind::new(cell.depth),
        Blind::new(cell.depth),
        SlopeDetector::default(),
    );
    let mut by_slope = Vec::new();
    let (mut row, mut after) = (Vec::new(), 0);
    let mut samples = [
        vec![(0, PairSample::default()); WIDTH],
        vec![(0, PairSample::default()); WIDTH],
    ];
    while simulation.step() < cell.most_steps() && after < AFTER {
        row.clear();
        simulation.observe(&mut row);
        truth.observe(&row);
        let now = Moment {
            step: simulation.step(),
            time: simulation.time(),
        };
        let strengths = &row[schema.columns(Quantity::Strength)];
        let activity = match truth.activity() {
            Some(Activity::Learning { mode }) => Some(mode),
            _ => None,
        };
        let network = simulation.network();
        products.update(network);
        pairs.update(products.map());
        let numbers = follower.follow(&pairs);
        let directions = (pairs.left(), pairs.right());
        exact.update_along(&products, &risk, directions, sampling, &live);
        let estimates = probe.observe(network, &risk, directions, &live);
        for (place, &number) in numbers.iter().enumerate() {
            let sample = PairSample {
                value: pairs.values()[place],
                drift: exact.drift()[place],
                drift_error: 0.0,
                diffusion: exact.diffusion()[place],
                diffusion_error: 0.0,
                curvature: exact.curvature()[place],
            };
            samples[0][place] = (number, sample);
            let estimate = estimates[place];
            samples[1][place] = (
                number,
                PairSample {
                    drift: estimate.drift,
                    drift_error: estimate.drift_error,
                    diffusion: estimate.diffusion,
                    diffusion_error: estimate.diffusion_error,
                    ..sample
                },
            );
        }
        let known = |number: usize| {
            let place = numbers.iter().position(|&other| other == number)?;
            mode_of(&teacher, pairs.left(), pairs.right(), place)
        };
        own.observe(now, noise, &samples[0], known, activity);
        probed.observe(now, noise, &samples[1], known, activity);
        if let Some(peak) = slope.observe(now.step, now.time, row[Schema::EXCESS_LOSS]) {
            // Taken for the mode that is on its way, the furthest one.
            let fraction = |mode: usize| strengths[mode] / STRENGTHS[mode];
            let on_the_way = (0..STRENGTHS.len()).filter(|&mode| (0.1..0.95).contains(&fraction(mode)));
            by_slope.push(Announcement {
                step: now.step,
                peak,
                mode: on_the_way.max_by(|&a, &b| fraction(a).total_cmp(&fraction(b))),
            });
        }
        after += usize::from(truth.modes().all(|mode| mode.learned.is_some()));
        let least = NEGLIGIBLE * pairs.values()[0];
        let growth = samples[0]
            .iter()
            .filter(|(_, pair)| pair.value > least)
            .map(|(_, pair)| pair.drift / pair.value)
            .fold(0.0, f64::max);
        let stride = (GROWTH / (growth * live.learning_rate)).clamp(STRIDES.0, STRIDES.1);
        if let StepOutcome::Diverged(_) = simulation.advance(stride as u64) {
            break;
        }
    }
    let learned: Vec<Option<u64>> = truth
        .modes()
        .map(|mode| mode.learned.map(|moment| moment.step))
        .collect();
    let by_teacher = truth.events_from(0).filter_map(|event| match event.kind {
        EventKind::PeakConfirmed { mode, peak } => Some(Announcement {
            step: event.step,
            peak: peak.step,
            mode: Some(mode),
        }),
        _ => None,
    });
    let named = [(0, 0), own.named, probed.named, (0, 0)];
    Score::of(
        &learned,
        [by_teacher.collect(), own.announced, probed.announced, by_slope],
        named,
    )
}
