//! The replicas of a cell summarised per mode: the fields of its rows.

use super::Measures;
use super::columns::MEASURED;
use super::measure::ModeOutcome;
use super::watch::{Measured, ModeMeasured};
use crate::experiment::{DataKind, Dynamics, Experiment};
use crate::observables::events::LEARNED_FRACTION;
use crate::simulation::discrete_variance_of;
use crate::stats::{Moments, quantile};
use crate::theory::peak_lead;

/// A field of a row.
#[derive(Clone, Debug)]
pub(super) enum Field {
    Text(String),
    Count(u64),
    Number(Option<f64>),
}

impl Field {
    /// As it stands in a table: numbers in the shortest form that reads back as the same bits, empty where there is none.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => count.to_string(),
            Self::Number(Some(number)) if number.is_finite() => format!("{number:?}"),
            Self::Number(_) => String::new(),
        }
    }
}

/// Median and 10 % and 90 % quantiles.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    median: Option<f64>,
    q10: Option<f64>,
    q90: Option<f64>,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        Self {
            median: quantile(&mut values, 0.5),
            q10: quantile(&mut values, 0.1),
            q90: quantile(&mut values, 0.9),
        }
    }
}

/// The fields of mode number `mode` (from 0), in the order of the columns that follow the axes.
pub(super) fn fields(
    experiment: &Experiment,
    measures: Measures,
    replicas: &[Measured],
    mode: usize,
    digest: &str,
) -> Vec<Field> {
    let count_of = |outcome| {
        let same = |replica: &&Measured| replica.modes[mode].outcome == outcome;
        replicas.iter().filter(same).count() as u64
    };
    // The first of the largest: the order of `ALL` decides.
    let status = ModeOutcome::ALL
        .into_iter()
        .rev()
        .max_by_key(|&outcome| count_of(outcome))
        .unwrap_or(ModeOutcome::Unfinished);
    let n_diverged = count_of(ModeOutcome::Diverged);
    let whole = || replicas.iter().filter(|replica| !replica.diverged);
    let modes = || whole().map(|replica| &replica.modes[mode]);
    let spread = |value: fn(&ModeMeasured) -> Option<f64>| Spread::of(modes().filter_map(value));
    let when = |value: fn(&ModeMeasured) -> Option<f64>| {
        if measures.learning {
            spread(value)
        } else {
            Spread::default()
        }
    };
    let half = when(|mode| Some(mode.half?.step as f64));
    let learned = when(|mode| Some(mode.learned?.step as f64));
    let peak = spread(|mode| Some(mode.peak? as f64));
    let lead = spread(|mode| Some(mode.lead? as f64));
    let mut settled = Moments::default();
    let mut n_settled = 0;
    for found in modes().filter(|found| found.outcome == status) {
        if let Some(moments) = &found.moments {
            settled.merge(moments);
            n_settled += 1;
        }
    }
    let laws = Laws::of(experiment, mode);
    let variance = settled.variance();
    let over = |law: Option<f64>| Some(variance? / law.filter(|&law| law > 0.0)?);
    let last = |value: fn(&Measured) -> f64| {
        let values = whole().map(value);
        if measures.last {
            Spread::of(values)
        } else {
            Spread::default()
        }
    };
    let loss = last(|replica| replica.excess_loss);
    let alignment = if measures.last {
        spread(|mode| Some(mode.alignment))
    } else {
        Spread::default()
    };
    let eta = experiment.live.learning_rate;
    let number = Field::Number;
    let fields = vec![
        Field::Count(mode as u64 + 1),
        Field::Text(status.name().to_owned()),
        Field::Count(replicas.len() as u64),
        Field::Count(n_diverged),
        Field::Count(count_of(ModeOutcome::Learned)),
        number(half.median),
        number(learned.median),
        number(learned.q10),
        number(learned.q90),
        number(peak.median),
        number(lead.median),
        number(laws.lead.map(|time| time / eta)),
        number(order_kept(experiment, replicas)),
        number(settled.mean()),
        number(variance),
        number(laws.boltzmann),
        number(laws.balanced),
        number(loss.median),
        number(alignment.median),
        number(last(|replica| replica.imbalance).median),
        number(Some(n_diverged as f64 / replicas.len().max(1) as f64)),
        Field::Count(count_of(ModeOutcome::Lost)),
        Field::Count(count_of(ModeOutcome::Trapped)),
        Field::Count(count_of(ModeOutcome::Unfinished)),
        number(half.q10),
        number(half.q90),
        number(when(|mode| Some(mode.half?.time)).median),
        number(when(|mode| Some(mode.learned?.time)).median),
        Field::Count(modes().filter(|mode| mode.peak.is_some()).count() as u64),
        number(peak.q10),
        number(peak.q90),
        number(lead.q10),
        number(lead.q90),
        Field::Count(n_settled),
        Field::Count(settled.count()),
        number(laws.discrete),
        number(over(laws.boltzmann)),
        number(over(laws.balanced)),
        number(loss.q10),
        number(loss.q90),
        Field::Count(replicas.iter().map(|replica| replica.steps).max().unwrap_or(0)),
        Field::Text(digest.to_owned()),
    ];
    debug_assert_eq!(fields.len(), MEASURED.len());
    fields
}

/// Share of the replicas that have not diverged in which the modes were learned in the order of their strengths: none before a
/// stronger one, or without it. Modes of equal strength have no order. `None` where every replica has diverged, and where no two
/// modes have different strengths.
fn order_kept(experiment: &Experiment, replicas: &[Measured]) -> Option<f64> {
    let strengths = &experiment.teacher.strengths;
    let (first, last) = (strengths.first()?, strengths.last()?);
    if first <= last {
        return None;
    }
    let kept = |replica: &Measured| {
        let when = |mode: usize| replica.modes[mode].learned.map_or(u64::MAX, |moment| moment.step);
        (0..strengths.len()).all(|weak| {
            (0..weak).all(|strong| strengths[strong] <= strengths[weak] || when(strong) <= when(weak))
        })
    };
    let whole: Vec<bool> = replicas
        .iter()
        .filter(|replica| !replica.diverged)
        .map(kept)
        .collect();
    let n = whole.len();
    (n > 0).then(|| whole.iter().filter(|kept| **kept).count() as f64 / n as f64)
}

/// What theory says of a mode, where its laws hold: on the online stream, under SGD or Langevin dynamics with its exact noise.
struct Laws {
    /// Lead of the diffusion peak over 95 % learned, in training time; of any dynamics that has a diffusion.
    lead: Option<f64>,
    boltzmann: Option<f64>,
    balanced: Option<f64>,
    /// Of SGD alone.
    discrete: Option<f64>,
}

impl Laws {
    fn of(experiment: &Experiment, mode: usize) -> Self {
        let strengths = &experiment.teacher.strengths;
        let live = &experiment.live;
        let law = experiment.mode_law(mode, live);
        // Where a schedule moves a parameter, nothing is said of where modes settle.
        let is_steady = experiment.schedule.is_empty();
        let (holds, discrete) = match (experiment.data.kind, experiment.dynamics()) {
            (DataKind::Online, Dynamics::Sgd | Dynamics::Nesterov) => (true, true),
            (DataKind::Online, Dynamics::Langevin) => (true, false),
            (
                DataKind::Online,
                Dynamics::IsotropicLangevin | Dynamics::GradientFlow | Dynamics::Adam | Dynamics::RmsProp,
            )
            | (DataKind::Dataset | DataKind::File, _) => (false, false),
        };
        let mut columns = strengths.clone();
        columns.resize(experiment.network.d_in.max(strengths.len()), 0.0);
        Self {
            lead: peak_lead(&law, LEARNED_FRACTION),
            boltzmann: (holds && is_steady).then(|| law.temperature()),
            balanced: None,
            discrete: if discrete && is_steady {
                discrete_variance_of(experiment.engine, &columns, mode, law.depth, live)
            } else {
                None
            },
        }
    }
}
