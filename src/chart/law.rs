//! Diffusion against strength, every mode on its own scale: `a/m` across, upwards `D` over the height of the law in force (its
//! peak or, where it has none, its largest value up to `m`). Learning rate and batch size drop out of the ratio, so a run lies on
//! one curve through all their changes; the law is drawn for the first and the last label noise. The dot goes over the hill
//! before it reaches 1: the noise is largest before the mode is learned.

use super::axis::Axis;
use super::drawing::{Drawing, presence};
use super::known::{Known, diverged_at};
use super::options::Options;
use super::pen::{Pen, Role};
use super::picture::{Curve, Mark, Picture, Shape, Sign, Upright};
use super::plot_id::PlotId;
use super::scale::Scale;
use super::trail::Trail;
use crate::dynamics::{LiveParams, Scheduled};
use crate::experiment::DataKind;
use crate::format::brief;
use crate::history::Level;
use crate::observables::{Quantity, Schema};
use crate::simulation::Intervention;
use crate::theory::ModeLaw;

/// Points between ticks across: their labels are short.
const TICK_DISTANCE: f64 = 60.0;
/// Points of a law.
const N_CURVE: u32 = 160;
/// Range across, in units of the teacher's strength.
const RANGE: (f64, f64) = (-0.06, 1.2);
/// Range across that decides the range upwards.
const LEARNED: f64 = 1.02;
/// Highest point drawn, in units of the law's height.
const HIGHEST: f64 = 3.0;
/// Buckets of the history, for each point across the plot, beyond which a coarser level is read.
const BUCKETS_PER_POINT: f64 = 20.0;
/// Changes of the parameters through which a trail is followed back.
const MOST_CHANGES: usize = 12;

/// Draws the diffusion of every mode against its strength.
pub fn law(drawing: &mut Drawing<'_>) -> Picture {
    let (known, options, room) = (drawing.known, drawing.options, drawing.room);
    let scale = options.scale(PlotId::Law);
    let n_across = (room.width / (TICK_DISTANCE * room.letters)).max(2.0) as u32;
    let x = Axis::new("strength a / m", Scale::Linear, RANGE, n_across);
    let y = Axis::new(PlotId::Law.axis_title(), scale, (0.0, 1.0), 0);
    let mut picture = Picture::new(PlotId::Law, x, y);
    let past = Past::new(known, options, (BUCKETS_PER_POINT * room.width) as usize);
    let (mut laws, mut peaks): (Vec<Curve>, Vec<Upright>) = (Vec::new(), Vec::new());
    // Where weight decay lets modes end.
    let mut ends: Vec<Upright> = Vec::new();
    for mode in 0..known.rank() {
        let pen = |role| Pen {
            presence: presence(options, mode),
            ..Pen::of_mode(role, mode)
        };
        let trail = past.trail(known, mode, scale);
        if let Some(&at) = trail.iter().rev().find(|point| point[1].is_finite()) {
            picture.marks.push(Mark {
                name: format!("mode {}", mode + 1),
                pen: pen(Role::Run),
                at,
                shape: Shape::Now,
            });
        }
        let name = format!("mode {}", mode + 1);
        picture.explain(name.clone(), Pen::of_mode(Role::Run, mode), Sign::Line);
        picture.curves.push(Curve::through(trail, name, pen(Role::Run)));
        if !options.theory {
            continue;
        }
        for live in past.noises() {
            let law = known.mode_law(mode, live);
            let Some(height) = height(&law) else { continue };
            let points = (0..=N_CURVE).map(|i| {
                let share = RANGE.1 * f64::from(i) / f64::from(N_CURVE);
                let diffusion = law.diffusion(share * law.teacher_strength) / height;
                let y = scale.place(diffusion).filter(|_| diffusion <= HIGHEST);
                [share, y.unwrap_or(f64::NAN)]
            });
            let name = format!("law of mode {}", mode + 1);
            laws.push(Curve::through(points.collect(), name, pen(Role::Theory)));
            let end = law.learned_strength() / law.teacher_strength;
            if end < 1.0 {
                ends.push(Upright {
                    pen: pen(Role::Learned),
                    x: end,
                    label: None,
                });
            }
            if let Some(peak) = law.diffusion_peak() {
                let x = peak / law.teacher_strength;
                // Modes of one law have one peak.
                if peaks.iter().all(|known: &Upright| (known.x - x).abs() > 1e-9) {
                    peaks.push(Upright {
                        pen: pen(Role::Peak),
                        x,
                        label: None,
                    });
                }
            }
        }
    }
    // The laws lie over all the trails.
    picture.curves.extend(laws);
    picture.uprights = peaks;
    picture.uprights.append(&mut ends);
    picture.uprights.push(Upright {
        pen: Pen::of(Role::Learned),
        x: 1.0,
        label: Some("learned".to_owned()),
    });
    if options.theory {
        let noise: Vec<String> = past.noises().map(|live| brief(live.label_noise_std, 3)).collect();
        // The hills are those of Gaussian inputs; a stored set has its own.
        let of = match known.experiment.data.kind {
            DataKind::Online => "",
            DataKind::Dataset | DataKind::File => " of Gaussian inputs",
        };
        let label = format!("law D(s){of}, \u{3c3} = {}", noise.join(" and "));
        picture.explain(label, Pen::of_mode(Role::Theory, 0), Sign::Line);
    }
    picture.note = known.diverged.map(diverged_at);
    // Beyond where a mode is learned, noise alone goes: the law may leave the plot there.
    let heights = picture.curves.iter().flat_map(|curve| {
        let cells = curve.trace.cells.iter().filter(|cell| cell.first[0] <= LEARNED);
        cells.flat_map(|cell| [cell.min, cell.max])
    });
    let range = options.y_ranges.get(&PlotId::Law).copied();
    let range = range.unwrap_or_else(|| scale.range_of(heights.chain([scale.position(1.0)])));
    picture.y = Axis::new(PlotId::Law.axis_title(), scale, range, room.ticks_upwards());
    picture
}

/// The part of a run that is followed: from the last changes of the parameters to the moment looked at.
struct Past<'a> {
    /// Parameters at its beginning.
    first: LiveParams,
    /// Changes in it.
    changes: &'a [Intervention],
    since: u64,
    until: u64,
    /// Most buckets that are read.
    most_buckets: usize,
    /// Parameters at its end, where they are others.
    last: Option<LiveParams>,
}

impl<'a> Past<'a> {
    fn new(known: &Known<'a>, options: &Options, most_buckets: usize) -> Self {
        let until = options.until.map_or(u64::MAX, |moment| moment.step);
        let end = known.interventions.partition_point(|change| change.step <= until);
        let begin = end.saturating_sub(MOST_CHANGES);
        let before = begin.checked_sub(1).map(|last| known.interventions[last]);
        Self {
            first: before.map_or(known.experiment.live, |change| change.live),
            changes: &known.interventions[begin..end],
            since: before.map_or(0, |change| change.step),
            until,
            most_buckets,
            last: if known.experiment.schedule.is_empty() {
                known.interventions[begin..end].last().map(|change| change.live)
            } else {
                Some(known.live())
            },
        }
    }

    /// Parameters at the first and, where it is another one, the last label noise.
    fn noises(&self) -> impl Iterator<Item = &LiveParams> {
        let last = self.last.as_ref();
        let first = self.first.label_noise_std.to_bits();
        std::iter::once(&self.first).chain(last.filter(|last| last.label_noise_std.to_bits() != first))
    }

    /// Positions of the run; what has no place is no number.
    fn trail(&self, known: &Known<'_>, mode: usize, scale: Scale) -> Vec<[f64; 2]> {
        let Some(trajectory) = known.trajectories.first() else {
            return Vec::new();
        };
        let levels = trajectory.history.levels();
        let fits = |level: &&Level| level.n_buckets() <= self.most_buckets;
        let Some(level) = levels.iter().find(fits).or(levels.last()) else {
            return Vec::new();
        };
        let steps = level.column(Schema::STEP);
        let begin = steps.partition_point(|bucket| bucket.last < self.since as f64);
        let end = steps
            .partition_point(|bucket| bucket.first <= self.until as f64)
            .max(begin);
        let strengths = &level.column(known.schema.column(Quantity::Strength, mode))[begin..end];
        let diffusions = &level.column(known.schema.column(Quantity::Diffusion, mode))[begin..end];
        let teacher = known.teacher[mode];
        let mut changes = self.changes.iter().peekable();
        let mut scale_height = height(&known.mode_law(mode, &self.first));
        // By schedule every row may be under other parameters, which it knows.
        let is_scheduled = !known.experiment.schedule.is_empty();
        let live_columns: [_; Scheduled::ALL.len()] =
            std::array::from_fn(|i| &level.column(known.schema.live() + i)[begin..end]);
        let mut last_law: Option<ModeLaw> = None;
        let mut trail = Trail::new([1.0, 1.0]);
        let rows = steps[begin..end].iter().zip(strengths).zip(diffusions);
        for (row, ((step, strength), diffusion)) in rows.enumerate() {
            // A change counts from the row after it.
            while let Some(change) = changes.next_if(|change| (change.step as f64) < step.last) {
                scale_height = height(&known.mode_law(mode, &change.live));
            }
            if is_scheduled {
                let value = |column: usize| live_columns[column - known.schema.live()][row].last;
                if let Some(live) = known.schema.read_live(value) {
                    let law = known.mode_law(mode, &live);
                    scale_height = follow(scale_height, &mut last_law, law);
                }
            }
            let share = strength.last / teacher;
            let y = scale_height.and_then(|height| {
                let diffusion = diffusion.last / height;
                let inside = (RANGE.0..=RANGE.1).contains(&share) && diffusion <= HIGHEST;
                scale.place(diffusion).filter(|_| inside)
            });
            trail.push([share, y.unwrap_or(f64::NAN)]);
        }
        trail.finish()
    }
}

/// Height of the next law, from that of the last one where only the noise scale has moved, in proportion to which it is.
fn follow(last_height: Option<f64>, last_law: &mut Option<ModeLaw>, law: ModeLaw) -> Option<f64> {
    let height = match (&*last_law, last_height) {
        (Some(last), Some(last_height)) if last.noise_scale > 0.0 && law.noise_scale > 0.0 => {
            let same = ModeLaw {
                noise_scale: last.noise_scale,
                ..law
            };
            if same == *last {
                Some(last_height * (law.noise_scale / last.noise_scale))
            } else {
                height(&law)
            }
        }
        (Some(_) | None, _) => height(&law),
    };
    *last_law = Some(law);
    height
}

/// Height of the law's peak or, where it has none, its largest value up to where the mode is learned; `None` where that is zero.
fn height(law: &ModeLaw) -> Option<f64> {
    let height = law.diffusion_peak().map_or_else(
        || {
            let share = |i: u32| law.scale_strength() * f64::from(i) / f64::from(N_CURVE);
            (0..=N_CURVE).map(|i| law.diffusion(share(i))).fold(0.0, f64::max)
        },
        |strength| law.diffusion(strength),
    );
    (height > 0.0 && height.is_finite()).then_some(height)
}
