//! A histogram of a few values made at once, its bars as wide as their spread asks for.

/// Fewest and most bars.
const FEWEST: f64 = 6.0;
const MOST: f64 = 60.0;

/// Bars of equal width.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueBars {
    /// Left edge of the first bar.
    pub lower: f64,
    /// Width of every bar.
    pub width: f64,
    /// Values in each.
    pub counts: Vec<u64>,
}

impl ValueBars {
    /// Bars over sorted values, twice their interquartile range over the cube root of their number wide (Freedman and Diaconis, 1981),
    /// as far as 6 to 60 bars allow; `None` without two different values.
    pub fn of_sorted(sorted: &[f64]) -> Option<Self> {
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        let span = last - first;
        if !(span > 0.0 && span.is_finite()) {
            return None;
        }
        let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
        let width = 2.0 * (at(0.75) - at(0.25)) / (sorted.len() as f64).cbrt();
        let n = if width > 0.0 { span / width } else { MOST };
        let n = n.ceil().clamp(FEWEST, MOST);
        let width = span / n;
        let mut counts = vec![0; n as usize];
        for value in sorted {
            let bar = ((value - first) / width) as usize;
            counts[bar.min(n as usize - 1)] += 1;
        }
        Some(Self {
            lower: first,
            width,
            counts,
        })
    }

    /// Left edge of bar `i`, which is the right edge of the one before.
    pub fn edge(&self, i: usize) -> f64 {
        (i as f64).mul_add(self.width, self.lower)
    }

    /// Share of bar `i` of all values, per unit of width.
    pub fn density(&self, i: usize) -> f64 {
        let total: u64 = self.counts.iter().sum();
        self.counts[i] as f64 / (total as f64 * self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_a_bar_and_densities_make_one() {
        let sorted: Vec<f64> = (0..1000).map(|i| (f64::from(i) / 500.0).powi(2)).collect();
        let bars = ValueBars::of_sorted(&sorted).unwrap_or_else(|| unreachable!("values differ"));
        assert_eq!(bars.counts.iter().sum::<u64>(), 1000);
        let total: f64 = (0..bars.counts.len()).map(|i| bars.density(i) * bars.width).sum();
        assert!((total - 1.0).abs() < 1e-12 && (6..=60).contains(&bars.counts.len()));
        let middle = bars.counts.len() / 2;
        let n_below: u64 = bars.counts[..middle].iter().sum();
        let expected = sorted.partition_point(|value| *value < bars.edge(middle));
        assert!(n_below.abs_diff(expected as u64) <= 1, "{n_below} {expected}");
    }

    #[test]
    fn without_two_different_values_there_are_none() {
        for values in [&[][..], &[1.0], &[2.0, 2.0], &[0.0, f64::INFINITY]] {
            assert_eq!(ValueBars::of_sorted(values), None);
        }
    }
}
