//! Names beside curves: one for what lies too close for two.

use super::picture::Label;

/// The labels, with the names of modes that end closer together than `height`, in positions, made one: "mode 3, 4".
pub(super) fn joined(labels: Vec<Label>, height: f64) -> Vec<Label> {
    let (mut modes, others): (Vec<Label>, Vec<Label>) =
        labels.into_iter().partition(|label| label.mode.is_some());
    // From the top down.
    modes.sort_by(|a, b| b.at[1].total_cmp(&a.at[1]));
    let are_near = |a: &Label, b: &Label| a.at[1] - b.at[1] < height;
    let one = |near: &[Label]| {
        let mut label = near.last()?.clone();
        if near.len() > 1 {
            let mut numbers: Vec<usize> = near.iter().filter_map(|label| label.mode).collect();
            numbers.sort_unstable();
            let numbers: Vec<String> = numbers.iter().map(|mode| (mode + 1).to_string()).collect();
            label.text = format!("mode {}", numbers.join(", "));
        }
        Some(label)
    };
    let mut kept: Vec<Label> = modes.chunk_by(are_near).filter_map(one).collect();
    kept.extend(others);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Side;

    #[test]
    fn names_that_would_overlap_become_one() {
        let label = |y: f64, text: &str, mode: Option<usize>| Label {
            text: text.to_owned(),
            mode,
            at: [1.0, y],
            side: Side::Below(0),
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
        assert!((joined(labels.clone(), 0.1)[1].at[1] - 0.50).abs() < 1e-12);
        assert!(joined(Vec::new(), 1.0).is_empty());
    }
}
