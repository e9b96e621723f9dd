//! Names beside curves: where they stand, and one name for what lies too close for two.

use eframe::egui::Color32;

/// A name, its upper right corner at a position of the plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EndLabel {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) text: String,
    pub(crate) color: Color32,
}

/// The labels with those of one place and one first word joined, where they are closer than `height`: "mode 3, 4".
pub(super) fn joined(mut labels: Vec<EndLabel>, height: f64) -> Vec<EndLabel> {
    // From the top down.
    labels.sort_by(|a, b| b.y.total_cmp(&a.y));
    let mut kept: Vec<EndLabel> = Vec::new();
    for label in labels {
        if let Some((word, rest)) = label.text.split_once(' ')
            && let Some(above) = kept.last_mut()
            && above.y - label.y < height
            && above.x.total_cmp(&label.x).is_eq()
            && above.text.split_once(' ').is_some_and(|(other, _)| other == word)
        {
            above.text = format!("{}, {rest}", above.text);
            continue;
        }
        kept.push(label);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_overlap_become_one() {
        let label = |y: f64, text: &str| EndLabel {
            x: 1.0,
            y,
            text: text.to_owned(),
            color: Color32::RED,
        };
        let labels = vec![label(0.5, "mode 4"), label(2.0, "mode 1"), label(0.52, "mode 3")];
        let texts = |height| {
            let labels = joined(labels.clone(), height);
            labels.into_iter().map(|label| label.text).collect::<Vec<_>>()
        };
        assert_eq!(texts(0.1), ["mode 1", "mode 3, 4"]);
        assert_eq!(texts(0.01), ["mode 1", "mode 3", "mode 4"]);
        assert_eq!(texts(9.0), ["mode 1, 3, 4"]);
        assert!(joined(Vec::new(), 1.0).is_empty());
    }
}
