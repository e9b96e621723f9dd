//! Targets from one column of labels: every class has an output of its own, 1 for its samples and 0 for the others.

use std::collections::HashMap;

use nalgebra::DMatrix;

use super::table::{TableError, rows_of};
use crate::budget;

/// Most classes.
const MOST_CLASSES: usize = super::MAX_WIDTH;

/// One-hot targets from a table of one column, shape `(classes, rows below the header)`, with the names of the classes: numbers in
/// their order, other labels in that of the alphabet.
///
/// # Errors
/// [`TableError`] with line.
pub(super) fn parse(bytes: &[u8]) -> Result<(DMatrix<f64>, Vec<String>), TableError> {
    let mut labels: Vec<String> = Vec::new();
    rows_of(bytes, |line, fields| {
        if fields.len() != 1 {
            return Err(TableError::NotOneColumn {
                line,
                found: fields.len(),
            });
        }
        labels.push(fields.get(0).unwrap_or("").trim().to_owned());
        Ok(())
    })?;
    // The first row is the header, whatever stands there.
    let samples = labels.split_off(1.min(labels.len()));
    if samples.is_empty() {
        return Err(TableError::Empty {
            line: 1,
            missing: "a sample",
        });
    }
    let mut classes = samples.clone();
    classes.sort_by(|a, b| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    });
    classes.dedup();
    if classes.len() > MOST_CLASSES {
        return Err(TableError::TooManyClasses { found: classes.len() });
    }
    budget::check((classes.len() * samples.len() * size_of::<f64>()) as u64)?;
    let numbers: HashMap<&str, usize> = classes.iter().map(String::as_str).zip(0..).collect();
    let mut targets = DMatrix::zeros(classes.len(), samples.len());
    for (sample, label) in samples.iter().enumerate() {
        if let Some(&class) = numbers.get(label.as_str()) {
            targets[(class, sample)] = 1.0;
        }
    }
    Ok((targets, classes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ordered_and_every_sample_has_one() {
        let Ok((targets, classes)) = parse(b"digit\n10\n2\n2\n0\n") else {
            unreachable!("a table")
        };
        assert_eq!(classes, ["0", "2", "10"]);
        assert_eq!(targets.shape(), (3, 4));
        assert!(
            targets
                .column_iter()
                .all(|column| (column.sum() - 1.0).abs() < 1e-15)
        );
        assert!(targets[(2, 0)] > 0.5 && targets[(1, 1)] > 0.5 && targets[(0, 3)] > 0.5);
        assert!(parse(b"a,b\n1,2\n").is_err());
        assert!(parse(b"label\n").is_err());
    }
}
