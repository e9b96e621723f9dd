//! Targets from labels: every class has an output of its own, 1 for its samples and 0 for the others.

use std::collections::HashMap;

use nalgebra::DMatrix;

use super::table::TableError;
use crate::budget;

/// Most classes.
const MOST_CLASSES: usize = super::MAX_WIDTH;

/// The classes of labels: numbers in their order, other labels in that of the alphabet.
///
/// # Errors
/// [`TableError::TooManyClasses`].
pub(super) fn classes(labels: &[String]) -> Result<Vec<String>, TableError> {
    let mut classes = labels.to_vec();
    classes.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    });
    classes.dedup();
    if classes.len() > MOST_CLASSES {
        return Err(TableError::TooManyClasses { found: classes.len() });
    }
    Ok(classes)
}

/// One-hot targets, shape `(classes, labels)`.
///
/// # Errors
/// [`TableError::UnknownClass`], and that there is not enough memory.
pub(super) fn encode(labels: &[String], classes: &[String]) -> Result<DMatrix<f64>, TableError> {
    budget::check((classes.len() * labels.len() * size_of::<f64>()) as u64)?;
    let numbers: HashMap<&str, usize> = classes.iter().map(String::as_str).zip(0..).collect();
    let mut targets = DMatrix::zeros(classes.len(), labels.len());
    for (sample, label) in labels.iter().enumerate() {
        let Some(&class) = numbers.get(label.as_str()) else {
            let label = label.chars().take(40).collect();
            return Err(TableError::UnknownClass { label });
        };
        targets[(class, sample)] = 1.0;
    }
    Ok(targets)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ordered_and_every_sample_has_one() {
        let labels = ["10", "2", "2", "0"].map(str::to_owned);
        let classes = classes(&labels).unwrap();
        assert_eq!(classes, ["0", "2", "10"]);
        let targets = encode(&labels, &classes).unwrap();
        assert_eq!(targets.shape(), (3, 4));
        assert!(
            targets
                .column_iter()
                .all(|column| (column.sum() - 1.0).abs() < 1e-15)
        );
        assert!(targets[(2, 0)] > 0.5 && targets[(1, 1)] > 0.5 && targets[(0, 3)] > 0.5);
        assert!(encode(&["7".to_owned()], &classes).is_err());
    }
}
