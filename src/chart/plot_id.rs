//! What can be plotted: the one place that lessons, commands, dialogs and the layout of the window ask.

use serde::{Deserialize, Serialize};

use super::scale::Scale;

/// A plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlotId {
    /// Mode strengths over time.
    Strengths,
    /// Diffusion of every mode over time.
    Diffusion,
    /// From the diffusion peak of each mode to the moment it is learned.
    Events,
    /// Excess loss over time.
    Loss,
    /// Balance of the layers over time.
    Balance,
    /// Balance of every mode over time.
    LayerRatios,
    /// Norm of every layer over time.
    LayerNorms,
    /// Alignment with the teacher over time.
    Alignment,
    /// Live parameters in force over time.
    Schedule,
    /// Diffusion against strength.
    Law,
    /// Histogram of every settled mode with its stationary law.
    #[serde(alias = "stationary")]
    Histogram,
    /// A matrix of the network.
    Matrix,
    /// Two modes against each other.
    Plane,
    /// Law of every mode's strength at a moment.
    Density,
    /// When the members of an ensemble learn each mode.
    Times,
    /// A measure of many runs over two parameters. No run has one, so that it is not among [`PlotId::ALL`].
    #[serde(skip)]
    Map,
}

impl PlotId {
    /// All of them, those over time first.
    pub const ALL: [Self; 15] = [
        Self::Strengths,
        Self::Diffusion,
        Self::Events,
        Self::Loss,
        Self::Balance,
        Self::LayerRatios,
        Self::LayerNorms,
        Self::Alignment,
        Self::Schedule,
        Self::Law,
        Self::Histogram,
        Self::Matrix,
        Self::Plane,
        Self::Density,
        Self::Times,
    ];

    /// Plots beside those over time, one of which is shown at a time.
    pub const BESIDE: [Self; 5] = [Self::Law, Self::Matrix, Self::Plane, Self::Density, Self::Times];

    /// Plots over time that are shown one above the other until a person chooses others.
    pub const USUAL: [Self; 4] = [Self::Strengths, Self::Diffusion, Self::Events, Self::Loss];

    /// Its name in commands and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strengths => "strengths",
            Self::Diffusion => "diffusion",
            Self::Events => "events",
            Self::Loss => "loss",
            Self::Balance => "balance",
            Self::LayerRatios => "layer_ratios",
            Self::LayerNorms => "layer_norms",
            Self::Alignment => "alignment",
            Self::Schedule => "schedule",
            Self::Law => "law",
            Self::Histogram => "histogram",
            Self::Matrix => "matrix",
            Self::Plane => "plane",
            Self::Density => "density",
            Self::Times => "times",
            Self::Map => "map",
        }
    }

    /// The plot of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plot| plot.name() == name)
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Strengths => "Mode strengths",
            Self::Diffusion => "Diffusion of each mode",
            Self::Events => "From noise peak to 95 % learned",
            Self::Loss => "Excess loss",
            Self::Balance => "Balance of the layers",
            Self::LayerRatios => "Balance of each mode",
            Self::LayerNorms => "Norms of the layers",
            Self::Alignment => "Alignment with the teacher",
            Self::Schedule => "Parameters in force",
            Self::Law => "Diffusion against strength",
            Self::Histogram => "Stationary histograms",
            Self::Matrix => "The network as a matrix",
            Self::Plane => "Two modes against each other",
            Self::Density => "Law of each mode",
            Self::Times => "Times until learned",
            Self::Map => "Map",
        }
    }

    /// Title of the axis upwards: quantity, symbol and unit.
    pub fn axis_title(self) -> &'static str {
        match self {
            Self::Strengths => "strength a, singular value s",
            Self::Diffusion => "D, variance of a per unit time",
            Self::Events | Self::Matrix | Self::Plane | Self::Map => "",
            Self::Loss => "excess loss \u{bd}\u{2016}W \u{2212} M\u{2016}\u{b2}",
            Self::Balance => "imbalance of neighbouring layers",
            Self::LayerRatios => "upper layer / lower layer",
            Self::LayerNorms => "\u{2016}W\u{2016}, root of the sum of squares",
            Self::Alignment => "alignment of each mode",
            Self::Schedule => "\u{3b7}, B, \u{3c3}, \u{3bc}, \u{3bb} in force",
            Self::Law => "D / peak of the law",
            Self::Histogram | Self::Density => "probability density",
            Self::Times => "share per unit of time",
        }
    }

    /// A shorter title of the axis upwards, for a plot too low for the whole one.
    pub fn short_axis_title(self) -> &'static str {
        match self {
            Self::Strengths | Self::Plane => "strength",
            Self::Diffusion => "D",
            Self::Events | Self::Map => "",
            Self::Loss => "excess loss",
            Self::Balance => "imbalance",
            Self::LayerRatios => "ratio",
            Self::LayerNorms => "\u{2016}W\u{2016}",
            Self::Alignment => "alignment",
            Self::Schedule => "in force",
            Self::Law => "D / peak",
            Self::Histogram | Self::Density => "density",
            Self::Matrix => "row",
            Self::Times => "share",
        }
    }

    /// One or two sentences on what is shown, with symbol and unit.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Strengths => {
                "Mode strengths a = u\u{1d40}Wv of the student in the teacher's basis, its own singular values (thin), the \
                 teacher's strengths (level dashes) and what theory predicts for an aligned, balanced start (dashed, a ring \
                 where half learned); no unit."
            }
            Self::Diffusion => {
                "Growth of the variance of a mode strength per unit of training time, exact for the present weights (solid); \
                 dashed: the law D(s) of an aligned, balanced mode of the same strength."
            }
            Self::Events => {
                "From the peak of each mode's diffusion (diamond) to the moment it is 95 % learned (disc), and by how many \
                 steps the peak leads."
            }
            Self::Loss => {
                "Half the squared distance of the student's map from the teacher's, \u{bd}\u{2016}W \u{2212} M\u{2016}\u{b2}; \
                 dashed: the levels of the saddles, from two layers on."
            }
            Self::Balance => {
                "Imbalance of neighbouring layers, \u{2016}W\u{2082}\u{1d40}W\u{2082} \u{2212} W\u{2081}W\u{2081}\u{1d40}\u{2016}: each pair and, thick, the root \
                 of the sum of their squares; dashed: its value at the start, which gradient flow keeps. Balanced layers have 0, which is on no \
                 logarithmic axis."
            }
            Self::LayerRatios => {
                "How many times larger each mode is in a layer than in the one below it, from \u{2016}A\u{1d40}u\u{2016}\u{2016}Bv\u{2016} of \
                 both; level dashes: where label noise leads (beyond the paper). Gradient flow from a balanced start keeps 1."
            }
            Self::LayerNorms => "Frobenius norm of every layer: the root of the sum of its squared weights.",
            Self::Alignment => {
                "How far each teacher direction is a singular direction of the student: the product of the cosines between Wv \
                 and u, and between W\u{1d40}u and v; 1 where aligned."
            }
            Self::Schedule => {
                "Learning rate, batch size, label noise, momentum and weight decay in force, each in its own unit: those that a \
                 schedule moves or that were changed by hand."
            }
            Self::Law => {
                "Diffusion of every mode against its strength a/m, in units of the peak of its law D(s) (dashed). The noise is \
                 largest before the mode is learned."
            }
            Self::Histogram => {
                "Distribution of every settled mode strength, with the stationary density of the mode equation (solid), \
                 Boltzmann's (dashed), and the one of the present weights (dotted), which label noise moves away from balance."
            }
            Self::Matrix => {
                "The network as a matrix, blue below and orange above zero: in the teacher's modes (strengths on the diagonal, coupling of \
                 modes beside it), the map W, what is missing, each layer, or the balance of neighbouring layers."
            }
            Self::Plane => {
                "Two modes against each other: the way of the run between the saddles (crosses) and the minimum (ring), gradient flow of aligned, \
                 balanced weights (arrows), and at the dot the exact drift and noise covariance of the present weights."
            }
            Self::Density => {
                "Density of the mode equation of each mode from its start on, and the histogram of an ensemble's members: how the spread grows \
                 to the noise peak and shrinks again."
            }
            Self::Times => {
                "When the members of an ensemble have each mode learned, with what the density of the mode equation carries through the \
                 level per unit of training time, and the time of gradient flow (upright)."
            }
            Self::Map => "Many runs over two parameters, each cell in the colour of what was measured.",
        }
    }

    /// Scale of the axis upwards until a person asks for another.
    pub fn usual_scale(self) -> Scale {
        match self {
            Self::Strengths
            | Self::Events
            | Self::LayerRatios
            | Self::LayerNorms
            | Self::Alignment
            | Self::Law
            | Self::Histogram
            | Self::Matrix
            | Self::Plane
            | Self::Density
            | Self::Times
            | Self::Map => Scale::Linear,
            Self::Diffusion | Self::Loss | Self::Balance | Self::Schedule => Scale::Log,
        }
    }

    /// Height among the plots over time, relative to the others; a strip has the height of its rows.
    pub fn weight(self) -> f32 {
        if self == Self::Strengths { 1.5 } else { 1.0 }
    }

    /// Whether it is a strip of rows, which have no scale.
    pub fn is_strip(self) -> bool {
        self == Self::Events
    }

    /// Whether it has a time axis.
    pub fn is_over_time(self) -> bool {
        match self {
            Self::Strengths
            | Self::Diffusion
            | Self::Events
            | Self::Loss
            | Self::Balance
            | Self::LayerRatios
            | Self::LayerNorms
            | Self::Alignment
            | Self::Schedule => true,
            Self::Law
            | Self::Histogram
            | Self::Matrix
            | Self::Plane
            | Self::Density
            | Self::Times
            | Self::Map => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plot_is_found_by_its_name() {
        for plot in PlotId::ALL {
            assert_eq!(PlotId::from_name(plot.name()), Some(plot));
        }
        assert_eq!(PlotId::from_name("pie"), None);
    }
}
