//! The lanes, the transform and the law of the normal numbers.

use pulp::Scalar;
use rand::SeedableRng as _;

use super::*;
use crate::random::{JUMPS_TO_SEEDS, Purpose, Streams};
use crate::stats::{Moments, ks_distance};

#[test]
fn the_transform_is_that_of_box_and_muller() {
    let mut generator = Streams::new(5).of(Purpose::Data);
    for i in 0..100_000 {
        let radius_word = match i {
            0 => 0,
            1 => u64::MAX,
            _ => generator.next_u64(),
        };
        let angle_word = generator.next_u64();
        let u = 2.0 - unit(radius_word);
        assert!((ln::<Scalar>(u) - u.ln()).abs() <= 4e-16 * u.ln().abs());
        let (x, y) = on_circle::<Scalar>(radius_of::<Scalar>(radius_word), angle_word);
        let expected = plain_pair(radius_word, angle_word);
        assert!((x - expected.0).abs() < 4e-15 && (y - expected.1).abs() < 4e-15);
    }
}

/// Every number of 100 times 128 against the plain transform of the words of plain generators, on the widest vectors of this processor
/// and without any.
#[test]
fn lanes_are_the_documented_generators() {
    let refill_without_vectors = |stream: &mut NormalStream| Refill(stream).with_simd(Scalar::new());
    let refill_with_vectors = |stream: &mut NormalStream| stream.refill();
    for refill in [refill_without_vectors, refill_with_vectors] as [fn(&mut NormalStream); 2] {
        let mut stream = Streams::new(3).normals(Purpose::Langevin);
        let mut seeds = Streams::new(3).of(Purpose::Langevin);
        (0..JUMPS_TO_SEEDS).for_each(|_| seeds.jump());
        let mut lanes: [Generator; N_LANES] = std::array::from_fn(|_| Generator::from_rng(&mut seeds));
        for _ in 0..100 {
            refill(&mut stream);
            for pair in 0..N_PAIRS {
                let lane = &mut lanes[pair % N_LANES];
                let (radius_word, angle_word) = (lane.next_u64(), lane.next_u64());
                let expected = plain_pair(radius_word, angle_word);
                let found = (stream.ready[pair], stream.ready[N_PAIRS + pair]);
                let error = (found.0 - expected.0).abs().max((found.1 - expected.1).abs());
                assert!(error < 4e-15, "{found:?} {expected:?}");
            }
        }
    }
}

/// Box and Muller's pair with the library's functions.
fn plain_pair(radius_word: u64, angle_word: u64) -> (f64, f64) {
    let share = |word: u64| (word >> 12) as f64 * 2.0_f64.powi(-52);
    let radius = (-2.0 * (1.0 - share(radius_word)).ln()).sqrt();
    let (sin, cos) = ((share(angle_word) - 0.5) * std::f64::consts::PI).sin_cos();
    let sign = if angle_word & 1 == 0 { 1.0 } else { -1.0 };
    (sign * radius * cos, radius * sin)
}

#[test]
fn how_many_are_taken_at_once_plays_no_part() {
    const N: usize = 20_000;
    let mut whole = vec![0.0; N];
    Streams::new(9).normals(Purpose::Data).fill(&mut whole);
    let lengths = [
        1, 4, 0, 3, 128, 4, 127, 129, 4, 5, 256, 2, 64, 300, 1, 257, 0, 255,
    ];
    let mut stream = Streams::new(9).normals(Purpose::Data);
    let mut n_done = 0;
    for n in lengths.into_iter().cycle() {
        // A copy made on the way goes on as the original does.
        stream = stream.clone();
        let mut part = vec![0.0; n.min(N - n_done)];
        if let [one] = part.as_mut_slice() {
            *one = stream.draw();
        } else {
            stream.fill(&mut part);
        }
        assert_eq!(part, whole[n_done..n_done + part.len()]);
        n_done += part.len();
        if n_done == N {
            break;
        }
    }
}

/// 2^22 numbers: moments to the eighth, tails, distance to the law, correlations of neighbours and of pairs. Every check
/// allows 5 standard errors (false alarm 6e-7 each; about 20 checks, for other seeds than the fixed one).
#[test]
fn the_law_is_normal() {
    const N: usize = 1 << 22;
    let mut draws = vec![0.0; N];
    Streams::new(1).normals(Purpose::Data).fill(&mut draws);
    let n = N as f64;
    let close = |name: &str, found: f64, expected: f64, variance: f64| {
        let error = (variance / n).sqrt();
        assert!(
            (found - expected).abs() < 5.0 * error,
            "{name}: {found} {expected}"
        );
    };
    let mean = |f: &dyn Fn(f64) -> f64| draws.iter().map(|&x| f(x)).sum::<f64>() / n;
    // E x^(2p) = (2p - 1)!!.
    let factorials = [
        1.0,
        1.0,
        3.0,
        15.0,
        105.0,
        945.0,
        10_395.0,
        135_135.0,
        2_027_025.0,
    ];
    for power in 1..=8 {
        let expected = if power % 2 == 0 {
            factorials[power / 2]
        } else {
            0.0
        };
        let variance = factorials[power] - expected * expected;
        close(
            &format!("moment {power}"),
            mean(&|x| x.powi(power as i32)),
            expected,
            variance,
        );
    }
    for (bound, beyond) in [
        (1.0, 0.317_310_507_862_914_1),
        (3.0, 2.699_796_063_260_19e-3),
        (4.0, 6.334_248_366_623_99e-5),
    ] {
        let found = mean(&|x| f64::from(x.abs() > bound));
        close(&format!("beyond {bound}"), found, beyond, beyond);
    }
    for lag in [1, 2, 4, N_PAIRS, N_READY] {
        let pairs = || draws.iter().zip(&draws[lag..]);
        let correlation = pairs().map(|(x, y)| x * y).sum::<f64>() / n;
        close(&format!("lag {lag}"), correlation, 0.0, 1.0);
        // Squares too: x and y of one pair share a radius and must still be independent.
        let squares = pairs().map(|(x, y)| (x * x - 1.0) * (y * y - 1.0)).sum::<f64>() / n;
        close(&format!("squares at lag {lag}"), squares, 0.0, 4.0);
    }
    let mut moments = Moments::default();
    for &draw in &draws {
        moments.push(draw);
    }
    assert_eq!(moments.count(), N as u64);
    draws.sort_unstable_by(f64::total_cmp);
    let normal = |x: f64| 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
    // sqrt(n) times the distance exceeds 2.7 with probability 2 exp(-2 2.7^2) = 9e-7.
    assert!(ks_distance(&draws, normal) < 2.7 / n.sqrt());
}
