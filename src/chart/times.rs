//! When the members of an ensemble have each mode half learned, or learned: histograms of the times of first passage, over them what
//! the density of the mode equation lets flow through the level per unit time, and the time of gradient flow.
//!
//! What flows through a level is the density of the first passage where a mode that has crossed it does not come back; so it is left out
//! where the stationary law itself lies about the level.

use super::axis::Axis;
use super::drawing::Drawing;
use super::options::Room;
use super::pen::{Pen, Role};
use super::picture::{Bar, Curve, Picture, Sign, Upright};
use super::plot_id::PlotId;
use super::scale::Scale;
use crate::format::{brief, grouped};
use crate::simulation::{EnsembleKind, Passage, Passages};
use crate::stats::{Moments, ValueBars};

/// Room beyond the first and the last time, as a share of the range.
const AIR: f64 = 0.08;
/// Share of the law that has to be above a level in the end for its flow to be the density of first passages.
const CROSSED: f64 = 0.999;
/// Size of a key's letters, and what its sign takes beyond the space right of the plot, in points.
const KEY_SIZE: f64 = 11.0;
const KEY_SIGN: f64 = 14.0;
/// Shares of the law that have crossed between which the flow is in sight.
const SEEN: (f64, f64) = (1e-3, 0.999);

/// Draws the times of passage of all modes.
pub fn times(drawing: &mut Drawing<'_>) -> Picture {
    let (known, options, room) = (drawing.known, drawing.options, drawing.room);
    let passage = options.passage;
    let axis = |range| Axis::new("training time t", Scale::Linear, range, room.ticks_across());
    let of_ensembles = known
        .ensembles
        .iter()
        .filter_map(|ensemble| Some((ensemble.kind, &ensemble.members?.passages)));
    // Replicas rather than the mode equations.
    let shown = of_ensembles.min_by_key(|(kind, _)| *kind == EnsembleKind::ModeEquations);
    let Some((kind, passages)) = shown else {
        let y = Axis::new(PlotId::Times.axis_title(), Scale::Linear, (0.0, 1.0), 0);
        let mut picture = Picture::new(PlotId::Times, axis((0.0, 1.0)), y);
        picture.title = title(passage);
        picture.note =
            Some("times of passage need replicas, or an ensemble of the mode equations".to_owned());
        return picture;
    };
    let mut sorted: Vec<Vec<f64>> = (0..known.rank())
        .map(|mode| passages.of_mode(passage, mode).collect())
        .collect();
    for times in &mut sorted {
        times.sort_by(f64::total_cmp);
    }
    let bars: Vec<Option<ValueBars>> = sorted.iter().map(|times| ValueBars::of_sorted(times)).collect();
    let flows: Vec<Vec<[f64; 2]>> = (0..known.rank())
        .map(|mode| flow(drawing, mode, passage))
        .collect();
    let flow_times: Vec<Option<f64>> = (0..known.rank())
        .map(|mode| flow_time(drawing, mode, passage))
        .collect();
    let all = sorted.iter().flatten().chain(flow_times.iter().flatten());
    let ends = all.chain(flows.iter().flatten().map(|[time, _]| time));
    let (least, greatest) = ends.fold((f64::INFINITY, 0.0_f64), |(least, greatest), time| {
        (least.min(*time), greatest.max(*time))
    });
    let range = if least < greatest {
        let air = AIR * (greatest - least);
        ((least - air).max(0.0), greatest + air)
    } else {
        (0.0, 1.2 * greatest.max(known.now.time).max(1e-6))
    };
    let heights = bars.iter().flatten().map(|bars| {
        let heights = (0..bars.counts.len()).map(|i| bars.density(i));
        heights.fold(0.0, f64::max)
    });
    let highest = heights
        .chain(flows.iter().flatten().map(|[_, height]| *height))
        .fold(0.0, f64::max);
    let top = if highest > 0.0 { 1.12 * highest } else { 1.0 };
    let y = Axis::new(
        PlotId::Times.axis_title(),
        Scale::Linear,
        (0.0, top),
        room.ticks_upwards(),
    );
    let mut picture = Picture::new(PlotId::Times, axis(range), y);
    picture.title = title(passage);
    let pen = |role, mode| Pen {
        presence: super::drawing::presence(options, mode),
        ..Pen::of_mode(role, mode)
    };
    for (mode, bars) in bars.iter().enumerate() {
        let Some(bars) = bars else { continue };
        let pen = pen(Role::Run, mode);
        picture.bars.extend(
            (0..bars.counts.len())
                .filter(|&i| bars.counts[i] > 0)
                .map(|i| Bar {
                    pen,
                    left: bars.edge(i),
                    right: bars.edge(i + 1),
                    top: bars.density(i),
                }),
        );
    }
    for (mode, times) in sorted.iter().enumerate() {
        picture.explain(
            summary(mode, times, passages, &room),
            Pen::of_mode(Role::Run, mode),
            Sign::Area,
        );
    }
    for (mode, points) in flows.into_iter().enumerate() {
        if points.len() > 1 {
            let role = pen(Role::ExactDensity, mode);
            let name = format!("flow of the density of mode {}", mode + 1);
            picture.curves.push(Curve::through(points, name, role));
            picture.explain("mode equation", Pen::of(Role::ExactDensity), Sign::Line);
        }
    }
    for (mode, time) in flow_times.into_iter().enumerate() {
        if let Some(x) = time {
            picture.uprights.push(Upright {
                pen: pen(Role::Teacher, mode),
                x,
                label: None,
            });
            picture.explain("gradient flow", Pen::of_mode(Role::Teacher, 0), Sign::Line);
        }
    }
    if sorted.iter().all(Vec::is_empty) {
        let what = match kind {
            EnsembleKind::ModeEquations => "solution of the mode equations",
            EnsembleKind::Replicas => "replica",
        };
        picture.note = Some(format!("no {what} has come so far"));
    }
    picture
}

fn title(passage: Passage) -> String {
    match passage {
        Passage::Half => "Times until half learned".to_owned(),
        Passage::Learned => "Times until 95 % learned".to_owned(),
    }
}

/// How many have come, and when: the mean and the standard deviation of their times, as far as there is room.
fn summary(mode: usize, times: &[f64], passages: &Passages, room: &Room) -> String {
    let name = format!("mode {}", mode + 1);
    let [n, of_all] = [times.len(), passages.n_members()].map(|count| grouped(count as u64));
    let come = format!("{name}: {n} of {of_all}");
    let moments: Moments = times.iter().copied().collect();
    let Some((mean, std)) = moments.mean().zip(moments.std()) else {
        return come;
    };
    let (mean, std) = (brief(mean, 4), brief(std, 2));
    let texts = [
        format!("{come}, mean {mean}, std {std}"),
        format!("{name}: {n}/{of_all}, mean {mean}, std {std}"),
        format!("{come}, mean {mean}"),
        come,
    ];
    room.fitting(texts, KEY_SIZE, KEY_SIGN)
}

/// Probability per unit time that the law of a mode carries through the level, at times between those kept.
fn flow(drawing: &Drawing<'_>, mode: usize, passage: Passage) -> Vec<[f64; 2]> {
    let known = drawing.known;
    let Some(course) = known.densities.and_then(|densities| densities.modes().get(mode)) else {
        return Vec::new();
    };
    let live = &known.experiment.live;
    let level = passage.share() * known.mode_law(mode, live).scale_strength();
    let above: Vec<[f64; 2]> = course
        .course()
        .map(|(time, law)| [time, 1.0 - law.share_below(level)])
        .collect();
    let has_crossed = above.last().is_some_and(|[_, share]| *share > CROSSED);
    // Below the level in the end: it lies about it, or is still on its way there.
    let highest = above.iter().fold(0.0_f64, |highest, point| highest.max(point[1]));
    let comes_back = above.last().is_some_and(|[_, share]| *share < highest - 1e-3);
    if comes_back || highest > CROSSED && !has_crossed {
        return Vec::new();
    }
    let pairs = above.windows(2);
    let flows =
        pairs.filter(|pair| (SEEN.0..SEEN.1).contains(&pair[1][1]) || (SEEN.0..SEEN.1).contains(&pair[0][1]));
    flows
        .map(|pair| {
            let rate = (pair[1][1] - pair[0][1]) / (pair[1][0] - pair[0][0]);
            [f64::midpoint(pair[0][0], pair[1][0]), rate.max(0.0)]
        })
        .collect()
}

/// When gradient flow reaches the level.
fn flow_time(drawing: &Drawing<'_>, mode: usize, passage: Passage) -> Option<f64> {
    if !drawing.options.theory {
        return None;
    }
    let curve = &drawing.known.theory.get(mode)?.curve;
    curve
        .time_to_reach(passage.share() * curve.end())
        .filter(|time| time.is_finite())
}
