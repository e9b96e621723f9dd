//! Which of the student's singular pairs is which, from one look to the next.
//!
//! Sorted by value, two pairs exchange their places where their values cross. Here every pair keeps the number it had at the first
//! look (its place there, from 0), by the overlap `(u.u') (v.v')` of its vectors before and now: the greatest overlap of all is
//! taken first, then the greatest of what is left, and so on; of equal ones that of the smaller number, then of the larger value. A
//! common sign of `u` and `v` does not change it. What is followed depends on the looks, and where a pair turns by more than 45 degrees
//! between two of them, or its value is one of several that are equal, its number means no more than that.

use nalgebra::DMatrix;

use super::singular_pairs::SingularPairs;
use crate::memory::HeapBytes;

/// Most pairs that are followed, the largest ones.
pub const MOST_FOLLOWED: usize = 64;
/// A place that has no pair yet.
const FREE: usize = usize::MAX;
/// An overlap that leaves no other place: two of them in one row or column cannot be.
const CERTAIN: f64 = 0.75;

/// Follows the pairs of one student.
#[derive(Clone, Debug, Default)]
pub struct PairFollower {
    /// Vectors at the last look, `(d_out, n)` and `(d_in, n)`, in the order of the values.
    left: DMatrix<f64>,
    right: DMatrix<f64>,
    /// Number of the pair at every place at the last look; empty before the first.
    numbers: Vec<usize>,
    next: Vec<usize>,
    overlaps: Vec<(f64, usize, usize)>,
}

impl PairFollower {
    /// Looks at the present pairs; gives the number of the pair at every place in the order of the values, from 0.
    pub fn follow(&mut self, pairs: &SingularPairs) -> &[usize] {
        let n = pairs.left().ncols().min(MOST_FOLLOWED);
        if pairs.values().iter().any(|value| value.is_nan()) && !self.numbers.is_empty() {
            return &self.numbers;
        }
        if self.numbers.len() == n {
            self.assign(pairs);
        } else {
            self.numbers.clear();
            self.numbers.extend(0..n);
            self.left = DMatrix::zeros(pairs.left().nrows(), n);
            self.right = DMatrix::zeros(pairs.right().nrows(), n);
        }
        self.left.copy_from(&pairs.left().columns(0, n));
        self.right.copy_from(&pairs.right().columns(0, n));
        &self.numbers
    }

    /// Number of the pair at every place in the order of the values at the last look.
    pub fn numbers(&self) -> &[usize] {
        &self.numbers
    }

    fn assign(&mut self, pairs: &SingularPairs) {
        let n = self.numbers.len();
        let overlap = |before: usize, now: usize| {
            let left = self.left.column(before).dot(&pairs.left().column(now));
            left * self.right.column(before).dot(&pairs.right().column(now))
        };
        // Mostly nothing has changed its place.
        if (0..n).all(|k| overlap(k, k) > CERTAIN) {
            return;
        }
        self.overlaps.clear();
        for before in 0..n {
            for now in 0..n {
                self.overlaps.push((overlap(before, now), before, now));
            }
        }
        let numbers = &self.numbers;
        self.overlaps.sort_unstable_by(|a, b| {
            let by_number = numbers[a.1].cmp(&numbers[b.1]);
            b.0.total_cmp(&a.0).then(by_number).then(a.2.cmp(&b.2))
        });
        self.next.clear();
        self.next.resize(n, FREE);
        let mut is_taken = [false; MOST_FOLLOWED];
        for &(_, before, now) in &self.overlaps {
            if self.next[now] == FREE && !is_taken[before] {
                self.next[now] = self.numbers[before];
                is_taken[before] = true;
            }
        }
        std::mem::swap(&mut self.numbers, &mut self.next);
    }
}

impl HeapBytes for PairFollower {
    fn heap_bytes(&self) -> usize {
        let lists = self.numbers.capacity() + self.next.capacity();
        let overlaps = size_of::<(f64, usize, usize)>() * self.overlaps.capacity();
        self.left.heap_bytes() + self.right.heap_bytes() + size_of::<usize>() * lists + overlaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random_frame;
    use crate::random::{Purpose, stream};

    /// Two values cross, and a third pair comes from below both, while all vectors turn slowly.
    #[test]
    fn pairs_keep_their_numbers_through_crossings() {
        let mut generator = stream(11, Purpose::Teacher);
        let (left, right) = (
            random_frame(5, 5, &mut generator),
            random_frame(4, 3, &mut generator),
        );
        let mut follower = PairFollower::default();
        let mut pairs = SingularPairs::new(5, 4);
        let mut places = Vec::new();
        for step in 0..=100 {
            let x = f64::from(step) / 100.0;
            // 2 - x and 1 + x cross at 1/2; 3 x crosses both, at 1/2 and at 3/8 ... 1/2.
            let values = [2.0 - x, 0.9 + x, 0.05 + 2.6 * x];
            let (sine, cosine) = (0.8 * x).sin_cos();
            let mut turned = left.clone();
            turned.set_column(0, &(left.column(0) * cosine + left.column(3) * sine));
            let mut map = DMatrix::zeros(5, 4);
            for (k, value) in values.into_iter().enumerate() {
                map += value * turned.column(k) * right.column(k).transpose();
            }
            pairs.update(&map);
            let numbers = follower.follow(&pairs).to_vec();
            for (place, &number) in numbers.iter().enumerate().take(3) {
                assert!(
                    (pairs.values()[place] - values[number]).abs() < 1e-12,
                    "at {x}: pair {number} at place {place}"
                );
            }
            places.push(numbers);
        }
        assert_eq!(places[0], [0, 1, 2, 3]);
        assert_eq!(places[100], [2, 1, 0, 3]);
    }

    /// Signs of the vectors are a convention, and what is followed does not depend on it: a map and the same with one pair turned by
    /// 180 degrees are the same map.
    #[test]
    fn the_first_look_counts_from_the_largest() {
        let mut generator = stream(12, Purpose::Teacher);
        let left = random_frame(4, 4, &mut generator);
        let map = |values: [f64; 4]| {
            &left
                * DMatrix::from_diagonal(&nalgebra::Vector4::from(values).as_slice().to_vec().into())
                * left.transpose()
        };
        let (mut pairs, mut follower) = (SingularPairs::new(4, 4), PairFollower::default());
        pairs.update(&map([1.0, 4.0, 2.0, 3.0]));
        assert_eq!(follower.follow(&pairs), [0, 1, 2, 3]);
        // The largest becomes the smallest, the others move up.
        pairs.update(&map([1.0, 0.5, 2.0, 3.0]));
        assert_eq!(follower.follow(&pairs), [1, 2, 3, 0]);
        // A map that is not all numbers leaves everything as it was.
        pairs.update(&DMatrix::from_element(4, 4, f64::NAN));
        assert_eq!(follower.follow(&pairs), [1, 2, 3, 0]);
        pairs.update(&map([1.0, 4.0, 2.0, 3.0]));
        assert_eq!(follower.follow(&pairs), [0, 1, 2, 3]);
    }
}
