//! Where names of lines stand so that they do not touch: heights in drawing units, growing downwards.

/// Moves sorted heights down to at least `gap` apart; those that would land more than `gap` from their place make no room.
pub(super) fn stack(heights: &mut [i32], gap: i32) {
    let mut least = i32::MIN;
    for height in heights {
        let place = (*height).max(least);
        if place - *height <= gap {
            least = place + gap;
        }
        *height = place;
    }
}

/// Moves sorted heights apart to at least `gap`, within bounds where there is room.
pub(super) fn spread(heights: &mut [i32], gap: i32, top: i32, bottom: i32) {
    let mut least = top;
    for height in heights.iter_mut() {
        *height = (*height).max(least);
        least = *height + gap;
    }
    let mut greatest = bottom;
    for height in heights.iter_mut().rev() {
        *height = (*height).min(greatest);
        greatest = *height - gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_moved_apart_only_where_they_touch() {
        let mut heights = [10, 100, 104, 199];
        spread(&mut heights, 16, 0, 200);
        assert_eq!(heights, [10, 100, 116, 199]);
        let mut crowded = [190, 195, 200];
        spread(&mut crowded, 16, 0, 200);
        assert_eq!(crowded, [168, 184, 200]);
        let mut lines = [10, 12, 14, 60];
        stack(&mut lines, 16);
        assert_eq!(lines, [10, 26, 42, 60]);
    }
}
