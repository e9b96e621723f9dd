//! Names beside curves: where they stand, and one name for what lies too close for two.

use eframe::egui::{Align2, Color32, RichText};
use egui_plot::{PlotPoint, PlotUi, Text};

/// A name that ends at a position of the plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndLabel {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) text: String,
    pub(crate) color: Color32,
    pub(crate) side: Side,
    /// The mode that is named, counted from 0; none where it is a kept run.
    pub(crate) mode: Option<usize>,
}

/// Where a name stands, seen from its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// To the left, above: free beside a curve on its way up.
    Above,
    /// To the left, below, so many lines further down.
    Below(u8),
}

/// Draws labels in a plot of this vertical range.
pub(super) fn draw_end_labels(
    plot_ui: &mut PlotUi<'_>,
    labels: Vec<EndLabel>,
    (low, high): (f64, f64),
    emphasis: f32,
    ground: Color32,
) {
    let point = (high - low) / f64::from(plot_ui.transform().frame().height().max(1.0));
    let line_height = point * f64::from(16.0 * emphasis);
    // Companions the line of the curve, not on it.
    let apart = point * f64::from(3.0 * emphasis);
    for label in joined(labels, line_height) {
        let (y, anchor) = match label.side {
            Side::Above => (label.y + apart, Align2::RIGHT_BOTTOM),
            Side::Below(n_lines) => {
                let below = label.y - apart - f64::from(n_lines) * line_height;
                (below.max(low + line_height), Align2::RIGHT_TOP)
            }
        };
        // Noise behind the letters must not cross them.
        let text = RichText::new(label.text)
            .size(12.0 * emphasis)
            .background_color(ground.gamma_multiply(0.8));
        let text = Text::new("mode", PlotPoint::new(label.x, y), text);
        plot_ui.text(text.color(label.color).anchor(anchor));
    }
}

/// The labels, with the names of modes that end closer together than `height` made one below them: "mode 3, 4".
fn joined(labels: Vec<EndLabel>, height: f64) -> Vec<EndLabel> {
    let (mut modes, others): (Vec<EndLabel>, Vec<EndLabel>) =
        labels.into_iter().partition(|label| label.mode.is_some());
    // From the top down.
    modes.sort_by(|a, b| b.y.total_cmp(&a.y));
    let are_near = |a: &EndLabel, b: &EndLabel| a.y - b.y < height;
    let one = |near: &[EndLabel]| {
        let mut label = near.last()?.clone();
        if near.len() > 1 {
            let mut numbers: Vec<usize> = near.iter().filter_map(|label| label.mode).collect();
            numbers.sort_unstable();
            let numbers: Vec<String> = numbers.iter().map(|mode| (mode + 1).to_string()).collect();
            label.text = format!("mode {}", numbers.join(", "));
        }
        Some(label)
    };
    let mut kept: Vec<EndLabel> = modes.chunk_by(are_near).filter_map(one).collect();
    kept.extend(others);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_overlap_become_one() {
        let label = |y: f64, text: &str, mode: Option<usize>| EndLabel {
            x: 1.0,
            y,
            text: text.to_owned(),
            color: Color32::RED,
            side: Side::Below(0),
            mode,
        };
        let labels = vec![
            label(0.51, "mode 4", Some(3)),
            label(2.0, "mode 1", Some(0)),
            label(0.50, "mode 3", Some(2)),
            label(0.505, "\u{3c3} = 1", None),
        ];
        let texts = |height| {
            let labels = joined(labels.clone(), height);
            labels.into_iter().map(|label| label.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(0.001), ["mode 1", "mode 4", "mode 3", "\u{3c3} = 1"]);
        assert_eq!(texts(0.1), ["mode 1", "mode 3, 4", "\u{3c3} = 1"]);
        assert_eq!(texts(9.0), ["mode 1, 3, 4", "\u{3c3} = 1"]);
        // Below the lowest of them.
        assert!((joined(labels.clone(), 0.1)[1].y - 0.50).abs() < 1e-12);
        assert!(joined(Vec::new(), 1.0).is_empty());
    }
}
