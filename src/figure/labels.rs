//! Where names of lines stand so that they do not touch: heights growing downwards.

/// Moves sorted heights down to at least `gap` apart; those that would land more than `gap` from their place make no room.
pub(super) fn stack(heights: &mut [f64], gap: f64) {
    let mut least = f64::NEG_INFINITY;
    for height in heights {
        let place = height.max(least);
        if place - *height <= gap {
            least = place + gap;
        }
        *height = place;
    }
}

/// Moves sorted heights apart to at least `gap`, within bounds where there is room.
pub(super) fn spread(heights: &mut [f64], gap: f64, top: f64, bottom: f64) {
    let mut least = top;
    for height in heights.iter_mut() {
        *height = height.max(least);
        least = *height + gap;
    }
    let mut greatest = bottom;
    for height in heights.iter_mut().rev() {
        *height = height.min(greatest);
        greatest = *height - gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_moved_apart_only_where_they_touch() {
        let whole = |heights: &[f64]| heights.iter().map(|height| *height as i32).collect::<Vec<_>>();
        let mut heights = [10.0, 100.0, 104.0, 199.0];
        spread(&mut heights, 16.0, 0.0, 200.0);
        assert_eq!(whole(&heights), [10, 100, 116, 199]);
        let mut crowded = [190.0, 195.0, 200.0];
        spread(&mut crowded, 16.0, 0.0, 200.0);
        assert_eq!(whole(&crowded), [168, 184, 200]);
        let mut lines = [10.0, 12.0, 14.0, 60.0];
        stack(&mut lines, 16.0);
        assert_eq!(whole(&lines), [10, 26, 42, 60]);
    }
}
