//! What is said of a settled mode beside its histogram.

use crate::app::format::{grouped, significant};
use crate::app::state::RunData;
use crate::chart::Known;
use crate::experiment::{DataKind, Dynamics, Experiment, Sampling};
use crate::simulation::{Distances, Estimates, ModeStatistics, Phase, Prediction, StoredNoise};
use crate::theory::{ModeLaw, StationaryLaw};

/// Logarithm of the ratio of the curvatures from which on the layers are called out of balance.
const OUT_OF_BALANCE: f64 = 0.05;

/// What is said of a run that the stationary laws do not cover.
pub(super) fn not_covered(run: &RunData, is_stored_set_covered: bool) -> Option<String> {
    if run.experiment.data.kind != DataKind::Online {
        let what = if is_stored_set_covered {
            "of a stored set, mean and variance at the present weights are known."
        } else {
            "this stored set has none of them: that needs draws with replacement, white inputs and no bottleneck."
        };
        let epochs = if run.experiment.data.sampling == Sampling::Epochs {
            " Within an epoch draws are anticorrelated: the variance is far below what independent draws would give."
        } else {
            ""
        };
        return Some(format!(
            "The stationary laws are those of fresh samples; {what}{epochs}"
        ));
    }
    match run.experiment.dynamics() {
        Dynamics::Sgd | Dynamics::Nesterov | Dynamics::Langevin => None,
        dynamics @ (Dynamics::Adam | Dynamics::RmsProp) => Some(format!(
            "{} divides every step by the size of its gradients: a reference, to which no law here applies.",
            dynamics.label()
        )),
        dynamics @ (Dynamics::IsotropicLangevin | Dynamics::GradientFlow) => Some(format!(
            "The stationary laws are those of the noise of SGD; {} has another.",
            dynamics.label()
        )),
    }
}

/// What is said of a mode that noise holds at the saddle, by the widths of the network, or that has not arrived.
pub(super) fn held_back(
    theory: Option<&Prediction>,
    statistics: &ModeStatistics,
    known: &Known<'_>,
    mode: usize,
) -> Option<String> {
    let network = &known.experiment.network;
    let balance = theory.and_then(|theory| Some(&theory.network.as_ref()?.balance));
    if let Some(balance) = balance.filter(|balance| balance.is_lost(mode)) {
        return Some(format!(
            "lost to label noise: weaker than \u{3b8} = {}",
            significant(balance.shrinkage(), 3)
        ));
    }
    if let Some(StationaryLaw::Trapped { trapping_number }) = theory.map(|theory| &theory.exact) {
        let number = significant(*trapping_number, 4);
        return Some(if network.d_in == 1 && network.d_out == 1 {
            format!("trapped at the saddle: \u{3c4}(2m\u{b2}+\u{3c3}\u{b2})/(2m) = {number} \u{2265} 1")
        } else {
            format!(
                "the mode equation is trapped at the saddle (trapping number {number}); in a network of these widths noise \
                 drives the weights away from zero"
            )
        });
    }
    (matches!(statistics.phase, Phase::Counting { .. }) && !statistics.arrived)
        .then(|| "has not come near the teacher's strength".to_owned())
}

pub(super) fn phase_hint(statistics: &ModeStatistics, until: u64) -> String {
    let burn_in = format!("{} steps were left out as burn-in", grouped(statistics.burn_in));
    let correlation = statistics.autocorrelation_time().map_or_else(
        || "the autocorrelation time is not known yet".to_owned(),
        |time| {
            format!(
                "the integrated autocorrelation time is {} steps",
                significant(time, 3)
            )
        },
    );
    match statistics.phase {
        Phase::Counting { since } => format!(
            "Steps {} to {}; {burn_in}; {correlation}.",
            grouped(since),
            grouped(until)
        ),
        Phase::Approaching | Phase::BurnIn { .. } => format!("{burn_in}; {correlation}."),
    }
}

/// A number with its standard error, to the digits that the error leaves.
fn shown(value: f64, error: Option<f64>, most_digits: usize) -> String {
    match error {
        Some(error) if error > 0.0 && value != 0.0 => {
            let digits = (value.abs() / error).log10().floor() as i64 + 2;
            let n_digits = usize::try_from(digits).unwrap_or(1).clamp(1, most_digits);
            format!(
                "{} \u{b1} {}",
                significant(value, n_digits),
                significant(error, 2)
            )
        }
        Some(_) | None => significant(value, most_digits.min(4)),
    }
}

pub(super) fn measured(estimates: &Estimates) -> String {
    let found = estimates.with_errors;
    let skewness = estimates.skewness.map_or_else(String::new, |value| {
        let error = found.and_then(|found| Some(found.skewness?.1));
        format!(", skewness {}", shown(value, error, 3))
    });
    let variance = found.map_or(estimates.variance, |found| found.variance.value);
    let error = found.map(|found| found.variance.error);
    let of_mean = found.map(|found| found.mean.error);
    format!(
        "mean {}, variance {}{skewness}",
        shown(estimates.mean, of_mean, 6),
        shown(variance, error, 4)
    )
}

/// A prediction as part of a sentence.
pub(super) fn in_words(law: &str) -> &str {
    match law {
        "discrete" => "the discrete law",
        "Boltzmann" => "Boltzmann's law",
        "present weights" => "by the present weights",
        "noise balance" => "at the noise balance",
        law => law,
    }
}

/// Part of the teacher's strength that the values of a point spread over at most.
const POINT: f64 = 0.01;

/// What is said of a mode that ends in a point: its values are then rounding and the tail of the approach, and their histogram is none of a
/// law. `None` where noise moves it to the end, or where it moves without, as beyond the edge of stability.
pub(super) fn point(experiment: &Experiment, law: &ModeLaw, estimates: &Estimates) -> Option<String> {
    let spread = estimates.variance.max(0.0).sqrt();
    let lacking = lacking_noise(experiment, law).filter(|_| spread < POINT * law.scale_strength())?;
    Some(format!(
        "without {lacking} noise it ends in a point: spread so far {}",
        significant(spread, 2)
    ))
}

/// For want of which noise the gradient's noise ends with the error; `None` where it does not end.
fn lacking_noise(experiment: &Experiment, law: &ModeLaw) -> Option<&'static str> {
    let dynamics = experiment.dynamics();
    if dynamics.is_adaptive() {
        return None;
    }
    if law.noise_scale <= 0.0 || dynamics == Dynamics::GradientFlow {
        return Some("minibatch");
    }
    let n_modes = experiment.teacher.strengths.len();
    // Samples of a file, a bottleneck and weight decay leave an error that makes noise of its own.
    let can_fit = experiment.data.kind != DataKind::File
        && law.weight_decay <= 0.0
        && experiment.network.hidden.iter().all(|width| *width >= n_modes);
    (can_fit && law.label_noise_std <= 0.0).then_some("label")
}

/// What is predicted of a mode of a stored set.
pub(super) fn of_stored_set(
    stored: &StoredNoise,
    mode: usize,
    statistics: &ModeStatistics,
) -> Option<String> {
    let mean = significant(stored.mean(mode)?, 4);
    let variance = stored.variance(mode, statistics.mean_curvature()?);
    let variance = variance.map_or_else(String::new, |variance| {
        format!("; variance at the present weights {}", significant(variance, 3))
    });
    Some(format!("predicted: mean {mean}, the set's minimum{variance}"))
}

/// What each of the predictions assumes.
pub(super) const PREDICTIONS: &str = "Boltzmann: one mode alone, layers balanced for ever, small steps. Discrete: the full matrix, layers \
    balanced for ever, steps of finite length. Present weights: the curvature of the weights as they are. Noise balance: the weights \
    at which label noise has stopped moving the balance of the layers. The density drawn as a line is exact for the mode equation, \
    the dotted one is that of the present weights.";

pub(super) fn predicted(prediction: &Prediction, statistics: &ModeStatistics) -> String {
    let variances: Vec<String> = { prediction.variances(statistics).into_iter() }
        .map(|(name, variance)| format!("{name} {}", significant(variance, 3)))
        .collect();
    let mean = prediction.balanced_mean().map_or_else(String::new, |mean| {
        format!("; mean at the noise balance {}", significant(mean, 4))
    });
    format!("predicted variance: {}{mean}", variances.join(", "))
}

/// Where the layers are out of balance, and where the values still drift.
pub(super) fn parting(
    prediction: &Prediction,
    statistics: &ModeStatistics,
    estimates: &Estimates,
    time: f64,
) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(curvature) = statistics.mean_curvature() {
        let factor = curvature / prediction.law.curvature();
        if prediction.law.temperature() > 0.0 && factor.ln().abs() > OUT_OF_BALANCE {
            texts.push(format!(
                "the layers are out of balance: factor {}",
                significant(factor, 2)
            ));
        }
    }
    if prediction.is_drifting(statistics, estimates, time) {
        let clock = prediction
            .network
            .as_ref()
            .and_then(|network| network.relaxation_time())
            .map_or_else(String::new, |relaxation| {
                format!(
                    ": t = {} of 3 \u{d7} {} for the balance",
                    significant(time, 3),
                    significant(relaxation, 3)
                )
            });
        texts.push(format!("still drifting{clock}"));
    }
    texts
}

pub(super) fn told(distances: &Distances) -> Option<String> {
    let exact = distances
        .exact
        .map(|distance| format!("mode equation {}", significant(distance, 2)));
    let boltzmann = distances
        .boltzmann
        .map(|distance| format!("Boltzmann {}", significant(distance, 2)));
    let level = distances
        .noise_level
        .map(|level| format!("(noise {})", significant(level, 2)));
    let parts: Vec<String> = exact.into_iter().chain(boltzmann).collect();
    (!parts.is_empty()).then(|| format!("KS: {} {}", parts.join(", "), level.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Engine;

    /// For want of which noise the first mode of an experiment ends in a point.
    fn lacking(change: impl Fn(&mut Experiment)) -> Option<&'static str> {
        let mut experiment = Experiment::default();
        experiment.live.label_noise_std = 0.0;
        change(&mut experiment);
        lacking_noise(&experiment, &experiment.mode_law(0, &experiment.live))
    }

    #[test]
    fn a_mode_ends_in_a_point_only_where_the_noise_ends_with_the_error() {
        assert_eq!(lacking(|_| ()), Some("label"));
        assert_eq!(lacking(|run| run.live.label_noise_std = 0.1), None);
        assert_eq!(lacking(|run| run.live.weight_decay = 0.01), None);
        assert_eq!(lacking(|run| run.network.hidden = vec![2]), None);
        assert_eq!(lacking(|run| run.data.kind = DataKind::Dataset), Some("label"));
        assert_eq!(lacking(|run| run.data.kind = DataKind::File), None);
        assert_eq!(lacking(|run| run.engine = Engine::Adam), None);
        let full = |run: &mut Experiment| {
            run.data.kind = DataKind::File;
            run.data.sampling = Sampling::Full;
            run.live.label_noise_std = 0.1;
        };
        assert_eq!(lacking(full), Some("minibatch"));
        let flow = |run: &mut Experiment| {
            run.engine = Engine::GradientFlow;
            run.live.label_noise_std = 0.1;
        };
        assert_eq!(lacking(flow), Some("minibatch"));
    }
}
