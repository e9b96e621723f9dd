//! Colour, width and dashes of every role, the same in the window and on paper.

use super::pen::{LawBand, Pen, Presence, Role};
use crate::experiment::{Dynamics, Scheduled};
use crate::palette::{Ground, Rgb, mode_style};
use crate::simulation::EnsembleKind;

/// Colours of everything but the modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether light or dark.
    pub ground: Ground,
    /// What is drawn on.
    pub paper: Rgb,
    /// Letters, and curves that belong to no mode.
    pub ink: Rgb,
    /// Axes, and what stands behind the data.
    pub grey: Rgb,
    /// Grid lines.
    pub grid: Rgb,
}

/// How a line is drawn; lengths in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Rgb,
    /// Share of the colour over what lies below, from 0 to 1.
    pub opacity: f32,
    /// Its width.
    pub width: f32,
    /// How it is broken.
    pub dashes: Dashes,
}

/// How a line is broken; lengths in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dashes {
    /// Not at all.
    None,
    /// Into dashes and gaps of these lengths.
    Dashed(f32, f32),
    /// Into dots so far apart.
    Dotted(f32),
}

/// Share of the colour that is left of a curve beyond the part that matters.
const FADED: f32 = 0.3;
/// Share of the colour of a kept run.
const KEPT: f32 = 0.4;

impl Look {
    /// Of a figure on paper.
    pub fn on_paper(ground: Ground) -> Self {
        let [paper, ink, grey, grid] = match ground {
            Ground::Light => [0xff_ff_ff, 0x22_22_22, 0x70_70_70, 0xe4_e4_e4],
            Ground::Dark => [0x17_19_1c, 0xe6_e6_e6, 0x9c_9c_9c, 0x34_37_3b],
        }
        .map(|hex: u32| [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]);
        Self {
            ground,
            paper,
            ink,
            grey,
            grid,
        }
    }

    /// Colour of a mode, or the ink of what belongs to none.
    pub fn colour(&self, mode: Option<usize>) -> Rgb {
        mode.map_or(self.ink, |mode| mode_style(mode, self.ground).color)
    }

    /// How a line of this pen is drawn.
    pub fn stroke(&self, pen: Pen) -> Stroke {
        let Pen { role, mode, presence } = pen;
        let colour = self.colour(mode);
        let (width, opacity, dashes) = match role {
            Role::Run => (2.2, 1.0, self.dashes_of(mode)),
            Role::Layer(layer) => (1.6, 1.0, dashes_of_layer(layer)),
            // The closer to SGD, the denser the dots.
            Role::Companion(Dynamics::GradientFlow) => (1.2, 0.85, Dashes::Dashed(6.0, 4.0)),
            Role::Companion(Dynamics::Sgd) => (1.6, 0.9, Dashes::Dotted(3.0)),
            Role::Companion(Dynamics::Langevin) => (1.6, 0.9, Dashes::Dotted(5.0)),
            Role::Companion(Dynamics::Nesterov) => (1.6, 0.9, Dashes::Dashed(3.0, 2.0)),
            Role::Companion(Dynamics::Adam) => (1.4, 0.9, Dashes::Dashed(9.0, 3.0)),
            Role::Companion(Dynamics::RmsProp) => (1.4, 0.9, Dashes::Dashed(12.0, 6.0)),
            Role::Companion(Dynamics::IsotropicLangevin) => (1.6, 0.9, Dashes::Dotted(9.0)),
            // Broad and pale: told from others without its hue, and lying under them.
            Role::KeptRun => (4.0, KEPT, Dashes::None),
            Role::KeptHistogram => (1.2, 0.75, Dashes::None),
            Role::SingularValue => (0.8, 1.0, Dashes::None),
            Role::EnsembleMean(_) => (1.0, 0.9, Dashes::None),
            Role::Theory => (1.1, 1.0, Dashes::Dashed(6.0, 5.0)),
            Role::TheoryHint => (11.0, 0.35, Dashes::None),
            Role::Teacher | Role::Saddle | Role::Learned => (1.0, 1.0, Dashes::Dashed(6.0, 5.0)),
            Role::Peak => (0.9, 0.6, Dashes::None),
            Role::Parameter(Scheduled::LearningRate) => (2.0, 1.0, Dashes::None),
            Role::Parameter(Scheduled::BatchSize) => (2.0, 0.9, Dashes::Dashed(8.0, 4.0)),
            Role::Parameter(Scheduled::LabelNoiseStd) => (2.0, 0.9, Dashes::Dotted(4.0)),
            Role::Parameter(Scheduled::Momentum) => (1.4, 0.8, Dashes::Dashed(3.0, 3.0)),
            Role::Parameter(Scheduled::WeightDecay) => (1.4, 0.8, Dashes::Dotted(7.0)),
            Role::Change => (1.0, 1.0, Dashes::Dotted(4.0)),
            Role::Diverged => (1.4, 1.0, Dashes::Dashed(2.0, 3.0)),
            Role::Ensemble(_) | Role::ExactDensity => (1.4, 1.0, Dashes::None),
            Role::Boltzmann => (1.4, 1.0, Dashes::Dashed(6.0, 5.0)),
            Role::PresentDensity => (1.8, 1.0, Dashes::Dotted(4.0)),
            Role::Flow => (1.0, 0.55, Dashes::None),
            Role::Drift => (2.4, 1.0, Dashes::None),
            Role::Noise | Role::Boundary => (1.8, 1.0, Dashes::None),
            Role::LawNoise | Role::Law(_) => (0.9, 0.7, Dashes::None),
            Role::Contour => (1.0, 0.9, Dashes::Dashed(4.0, 4.0)),
            Role::Rim => (3.2, 0.55, Dashes::None),
        };
        let colour = match role {
            Role::Theory | Role::Boltzmann => mixed(colour, self.ink, 0.35),
            Role::TheoryHint | Role::Saddle | Role::Change | Role::Learned | Role::Flow | Role::LawNoise => {
                self.grey
            }
            Role::SingularValue
            | Role::ExactDensity
            | Role::PresentDensity
            | Role::Diverged
            | Role::Drift
            | Role::Noise
            | Role::Contour
            | Role::Parameter(_) => self.ink,
            Role::Rim => self.paper,
            Role::Run
            | Role::Layer(_)
            | Role::Companion(_)
            | Role::KeptRun
            | Role::KeptHistogram
            | Role::Ensemble(_)
            | Role::EnsembleMean(_)
            | Role::Teacher
            | Role::Law(_)
            | Role::Boundary
            | Role::Peak => colour,
        };
        let (width, share) = match presence {
            Presence::Full => (width, 1.0),
            Presence::UnderSmoothed => (1.0, 0.35),
            Presence::Faded => (width, FADED),
            Presence::Faint => (width, 0.1),
        };
        Stroke {
            colour,
            opacity: opacity * share,
            width,
            dashes,
        }
    }

    /// Colour and opacity of an area of this pen.
    pub fn fill(&self, pen: Pen) -> (Rgb, f32) {
        let opacity = match pen.role {
            Role::Ensemble(EnsembleKind::ModeEquations) => 0.30,
            Role::Ensemble(EnsembleKind::Replicas) => 0.18,
            Role::Law(LawBand::Half) => 0.22,
            Role::Law(LawBand::Most) => 0.14,
            Role::Law(LawBand::Nearly) => 0.09,
            Role::Run
            | Role::Layer(_)
            | Role::Companion(_)
            | Role::KeptRun
            | Role::KeptHistogram
            | Role::SingularValue
            | Role::EnsembleMean(_)
            | Role::Theory
            | Role::TheoryHint
            | Role::Teacher
            | Role::Saddle
            | Role::Peak
            | Role::Change
            | Role::Parameter(_)
            | Role::Diverged
            | Role::Learned
            | Role::ExactDensity
            | Role::PresentDensity
            | Role::Flow
            | Role::Drift
            | Role::Noise
            | Role::LawNoise
            | Role::Boundary
            | Role::Contour
            | Role::Rim
            | Role::Boltzmann => 0.4,
        };
        let share = match pen.presence {
            Presence::Full | Presence::UnderSmoothed => 1.0,
            Presence::Faded => FADED,
            Presence::Faint => 0.1,
        };
        (self.colour(pen.mode), opacity * share)
    }

    /// Colour of a mark of this pen: that of its mode, on its way to the paper for a kept run.
    pub fn mark(&self, pen: Pen) -> Rgb {
        let colour = self.colour(pen.mode);
        match pen.role {
            Role::KeptRun => mixed(colour, self.paper, 0.6),
            _ => colour,
        }
    }

    /// Modes beyond the colours are told apart by their dashes.
    fn dashes_of(&self, mode: Option<usize>) -> Dashes {
        if mode.is_some_and(|mode| mode_style(mode, self.ground).dashed) {
            Dashes::Dashed(16.0, 5.0)
        } else {
            Dashes::None
        }
    }
}

/// Layers are told apart by their dashes, which repeat after the fourth; each has its name at the end.
fn dashes_of_layer(layer: usize) -> Dashes {
    match layer % 4 {
        0 => Dashes::None,
        1 => Dashes::Dashed(10.0, 3.0),
        2 => Dashes::Dashed(4.0, 3.0),
        _ => Dashes::Dotted(3.0),
    }
}

/// So large a share of one colour with the rest of another.
pub(super) fn mixed(one: Rgb, other: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|i| (share * f64::from(one[i]) + (1.0 - share) * f64::from(other[i])).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_beyond_the_colours_are_dashed_and_keep_theirs() {
        let look = Look::on_paper(Ground::Light);
        let first = look.stroke(Pen::of_mode(Role::Run, 0));
        let fifth = look.stroke(Pen::of_mode(Role::Run, 4));
        assert_eq!(first.colour, fifth.colour);
        assert_ne!(first.dashes, fifth.dashes);
    }

    #[test]
    fn theory_is_told_from_the_run_by_hue_and_dashes() {
        for ground in [Ground::Light, Ground::Dark] {
            let look = Look::on_paper(ground);
            for mode in 0..4 {
                let run = look.stroke(Pen::of_mode(Role::Run, mode));
                let theory = look.stroke(Pen::of_mode(Role::Theory, mode));
                assert!(run.colour != theory.colour && theory.dashes != Dashes::None);
                assert!(theory.width < run.width);
            }
        }
    }
}
