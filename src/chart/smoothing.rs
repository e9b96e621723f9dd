//! Smoothing for the eye: an exponential average over neighbouring pixels, forwards and then backwards, so that nothing is
//! moved in time. The raw curve stays visible under it.

use crate::history::Cell;

/// The smoothed middle of a curve, `width` wide along the horizontal axis; gaps stay gaps.
pub(super) fn smoothed(cells: &[Cell], width: f64) -> Vec<[f64; 2]> {
    let mut points: Vec<[f64; 2]> = cells
        .iter()
        .map(|cell| {
            let x = 0.5 * (cell.first[0] + cell.last[0]);
            [x, 0.25 * (cell.first[1] + cell.last[1] + cell.min + cell.max)]
        })
        .collect();
    for stretch in points.split_mut(|point| point[1].is_nan()) {
        average(stretch.iter_mut(), width);
        average(stretch.iter_mut().rev(), width);
    }
    points
}

fn average<'a>(points: impl Iterator<Item = &'a mut [f64; 2]>, width: f64) {
    let mut before: Option<[f64; 2]> = None;
    for point in points {
        if let Some([x, y]) = before {
            let kept = (-(point[0] - x).abs() / width).exp();
            point[1] = kept * y + (1.0 - kept) * point[1];
        }
        before = Some(*point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(values: impl Iterator<Item = f64>) -> Vec<Cell> {
        let cell = |(i, y): (usize, f64)| {
            let point = [i as f64, y];
            Cell {
                first: point,
                last: point,
                min: y,
                max: y,
            }
        };
        values.enumerate().map(cell).collect()
    }

    #[test]
    fn a_constant_stays_and_noise_shrinks_around_its_mean() {
        let flat = smoothed(&cells((0..50).map(|_| 3.0)), 5.0);
        assert!(flat.iter().all(|point| (point[1] - 3.0).abs() < 1e-12));
        let noisy = smoothed(&cells((0..400).map(|i| f64::from(i % 2))), 10.0);
        assert!(noisy[50..350].iter().all(|point| (point[1] - 0.5).abs() < 0.05));
    }

    #[test]
    fn a_peak_is_not_moved() {
        let bell = |i: u32| (-((f64::from(i) - 100.0) / 20.0).powi(2)).exp();
        let smooth = smoothed(&cells((0..201).map(bell)), 8.0);
        let top = (0..201).max_by(|&a, &b| smooth[a][1].total_cmp(&smooth[b][1]));
        assert_eq!(top, Some(100));
    }
}
