//! Standard normal numbers in bulk: the exact transform of Box and Muller over four xoshiro256++ lanes.
//!
//! Two 64-bit words give two independent normals. With `u` uniform on `(0, 1]` and `phi` on `[-pi/4, pi/4)`, both of 52 bits,
//! and a random sign,
//!
//! ```text
//! r = sqrt(-2 ln u),   x = +-r cos 2 phi,   y = r sin 2 phi
//! ```
//!
//! where `ln u = k ln 2 + 2 atanh((m - 1)/(m + 1))` for `u = 2^k m`, `m` in `[sqrt(1/2), sqrt 2)`, and `atanh`, `sin`, `cos` are the
//! minimax polynomials of fdlibm, right to the last bit or two. The largest draw is `sqrt(104 ln 2) = 8.49`, which a
//! normal number exceeds with probability 2e-17. There is no rejection and no table, so the work is the same
//! straight line for every number and runs on the widest vectors of the processor at hand. Numbers are made 128 at a time; how many are taken
//! at once plays no part in their order.

use std::hint::black_box;

use pulp::{Arch, Simd, WithSimd};
use rand::Rng as _;

use super::Generator;

/// Generators side by side.
pub(super) const N_LANES: usize = 4;
/// Pairs of numbers made at once.
const N_PAIRS: usize = 64;
const N_READY: usize = 2 * N_PAIRS;

/// Shifts that make up the two rotations of xoshiro256++, left and right.
const SHIFTS: [u64; 4] = [23, 64 - 23, 45, 64 - 45];
/// Bits of 1.0, and of a factor's lower bound `sqrt(1/2)`.
const ONE: u64 = 0x3ff0_0000_0000_0000;
const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
/// Bits of 2^52, and the number that such bits with an exponent's in place of the lowest stand for at exponent zero.
const TWO_TO_52: u64 = 0x4330_0000_0000_0000;
const EXPONENT_ZERO: f64 = 4_503_599_627_370_496.0 + 1023.0;

/// Coefficients of `(2 atanh(s) - 2 s) / s^3` in `s^2`, highest first.
const ATANH: [f64; 7] = [
    1.479_819_860_511_658_6e-1,
    1.531_383_769_920_937_3e-1,
    1.818_357_216_161_805e-1,
    2.222_219_843_214_978_4e-1,
    2.857_142_874_366_239e-1,
    3.999_999_999_940_942e-1,
    6.666_666_666_666_735e-1,
];
/// Coefficients of `(sin x - x) / x^3` in `x^2`, highest first.
const SINE: [f64; 6] = [
    1.589_690_995_211_55e-10,
    -2.505_076_025_340_686_3e-8,
    2.755_731_370_707_006_8e-6,
    -1.984_126_982_985_795e-4,
    8.333_333_333_322_49e-3,
    -1.666_666_666_666_663_2e-1,
];
/// Coefficients of `(cos x - 1 + x^2 / 2) / x^4` in `x^2`, highest first.
const COSINE: [f64; 6] = [
    -1.135_964_755_778_819_5e-11,
    2.087_572_321_298_175e-9,
    -2.755_731_435_139_066_3e-7,
    2.480_158_728_947_673e-5,
    -1.388_888_888_887_411e-3,
    4.166_666_666_666_66e-2,
];

/// An endless sequence of independent standard normal numbers.
#[derive(Clone, Debug)]
pub struct NormalStream {
    /// Word by word, the state of every lane.
    state: [[u64; N_LANES]; 4],
    ready: [f64; N_READY],
    next: usize,
}

impl NormalStream {
    /// The sequence whose lanes are seeded with the next words of `seeds`, lane by lane.
    pub(super) fn new(seeds: &mut Generator) -> Self {
        let mut state = [[0; N_LANES]; 4];
        for lane in 0..N_LANES {
            for word in &mut state {
                word[lane] = seeds.next_u64();
            }
        }
        Self {
            state,
            ready: [0.0; N_READY],
            next: N_READY,
        }
    }

    /// Fills a slice with the next numbers.
    #[inline]
    pub fn fill(&mut self, mut draws: &mut [f64]) {
        loop {
            let n = draws.len();
            if let Some(ready) = self.ready.get(self.next..self.next + n) {
                // Four at once are so common that they should not cost a call.
                match (draws.as_chunks_mut::<4>(), ready.as_chunks::<4>()) {
                    (([draws], []), ([ready], [])) => *draws = *ready,
                    _ => draws.copy_from_slice(ready),
                }
                self.next += n;
                return;
            }
            let (now, later) = draws.split_at_mut(N_READY - self.next);
            now.copy_from_slice(&self.ready[self.next..]);
            draws = later;
            self.refill();
        }
    }

    /// The next number.
    #[inline]
    pub fn draw(&mut self) -> f64 {
        if self.next == N_READY {
            self.refill();
        }
        let draw = self.ready[self.next];
        self.next += 1;
        draw
    }

    #[inline(never)]
    fn refill(&mut self) {
        Arch::new().dispatch(Refill(self));
        self.next = 0;
    }

    #[cfg(test)]
    pub(super) fn first_words(&self) -> [u64; N_LANES] {
        self.state[0]
    }
}

struct Refill<'a>(&'a mut NormalStream);

impl WithSimd for Refill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let (mut radius, mut angle) = ([0; N_PAIRS], [0; N_PAIRS]);
        // A compiler that knows the shifts makes scalar rotations of them and leaves the vector registers.
        let shifts = black_box(SHIFTS);
        let mut state = self.0.state;
        let radius_blocks = radius.as_chunks_mut::<N_LANES>().0.iter_mut();
        for (radius, angle) in radius_blocks.zip(angle.as_chunks_mut::<N_LANES>().0) {
            next_words(&mut state, shifts, radius);
            next_words(&mut state, shifts, angle);
        }
        self.0.state = state;
        let (first, second) = self.0.ready.split_at_mut(N_PAIRS);
        // Two short loops rather than a long one: a processor looks only so far ahead for work that need not wait.
        for i in 0..N_PAIRS {
            first[i] = radius_of::<S>(radius[i]);
        }
        for i in 0..N_PAIRS {
            (first[i], second[i]) = on_circle::<S>(first[i], angle[i]);
        }
    }
}

/// One step of xoshiro256++ in every lane.
#[inline(always)]
fn next_words(state: &mut [[u64; N_LANES]; 4], shifts: [u64; 4], words: &mut [u64; N_LANES]) {
    let rotate = |word: u64, left: u64, right: u64| (word << (left & 63)) | (word >> (right & 63));
    let [s0, s1, s2, s3] = state;
    for lane in 0..N_LANES {
        let sum = s0[lane].wrapping_add(s3[lane]);
        words[lane] = rotate(sum, shifts[0], shifts[1]).wrapping_add(s0[lane]);
        let shifted = s1[lane] << 17;
        s2[lane] ^= s0[lane];
        s3[lane] ^= s1[lane];
        s1[lane] ^= s2[lane];
        s0[lane] ^= s3[lane];
        s2[lane] ^= shifted;
        s3[lane] = rotate(s3[lane], shifts[2], shifts[3]);
    }
}

/// `sqrt(-2 ln u)`.
#[inline(always)]
fn radius_of<S: Simd>(word: u64) -> f64 {
    (-2.0 * ln::<S>(2.0 - unit(word))).sqrt()
}

/// `(+-r cos 2 phi, r sin 2 phi)`.
#[inline(always)]
fn on_circle<S: Simd>(radius: f64, word: u64) -> (f64, f64) {
    let x = (unit(word) - 1.5) * std::f64::consts::FRAC_PI_2;
    let square = x * x;
    let sin = fma::<S>(x * square, polynomial::<S, 6>(square, SINE), x);
    let cos = fma::<S>(
        square * square,
        polynomial::<S, 6>(square, COSINE),
        fma::<S>(square, -0.5, 1.0),
    );
    let (sin, cos) = (2.0 * sin * cos, fma::<S>(-2.0 * sin, sin, 1.0));
    // The lowest bits of the word were left out of the angle.
    let signed = f64::from_bits(cos.to_bits() ^ (word << 63));
    (radius * signed, radius * sin)
}

/// A number of `[1, 2)` from the 52 highest bits of a word.
#[inline(always)]
fn unit(word: u64) -> f64 {
    f64::from_bits((word >> 12) | ONE)
}

/// `ln u` for `u` in `(0, 1]`, not too small.
#[inline(always)]
fn ln<S: Simd>(u: f64) -> f64 {
    let shifted = u.to_bits().wrapping_add(ONE - SQRT_HALF);
    let m = f64::from_bits((shifted & MANTISSA) + SQRT_HALF);
    let k = f64::from_bits((shifted >> 52) | TWO_TO_52) - EXPONENT_ZERO;
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let atanh = fma::<S>(s * square, polynomial::<S, 7>(square, ATANH), 2.0 * s);
    fma::<S>(k, std::f64::consts::LN_2, atanh)
}

/// Horner's rule.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut sum = coefficients[0];
    for coefficient in &coefficients[1..] {
        sum = fma::<S>(sum, x, *coefficient);
    }
    sum
}

/// `a b + c`, in one rounding where the processor has it.
#[inline(always)]
pub(crate) fn fma<S: Simd>(a: f64, b: f64, c: f64) -> f64 {
    if S::F64_LANES > 1 {
        a.mul_add(b, c)
    } else {
        a * b + c
    }
}

#[cfg(test)]
mod tests {
    use pulp::Scalar;
    use rand::SeedableRng as _;

    use super::*;
    use crate::random::{Purpose, Streams};
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
            let (sin, cos) = ((unit(angle_word) - 1.5) * std::f64::consts::PI).sin_cos();
            let sign = if angle_word & 1 == 0 { 1.0 } else { -1.0 };
            let radius = (-2.0 * u.ln()).sqrt();
            assert!((x - sign * radius * cos).abs() < 4e-15 && (y - radius * sin).abs() < 4e-15);
        }
    }

    #[test]
    fn lanes_are_the_documented_generators() {
        let mut stream = Streams::new(3).normals(Purpose::Langevin);
        let mut seeds = Streams::new(3).of(Purpose::Langevin);
        (0..8).for_each(|_| seeds.jump());
        let mut first_lane = Generator::from_rng(&mut seeds);
        let radius = radius_of::<Scalar>(first_lane.next_u64());
        let (x, y) = on_circle::<Scalar>(radius, first_lane.next_u64());
        let mut ready = [0.0; N_READY];
        stream.fill(&mut ready);
        assert!((ready[0] - x).abs() < 1e-14 && (ready[N_PAIRS] - y).abs() < 1e-14);
    }

    #[test]
    fn how_many_are_taken_at_once_plays_no_part() {
        let mut whole = vec![0.0; 5000];
        Streams::new(9).normals(Purpose::Data).fill(&mut whole);
        let mut stream = Streams::new(9).normals(Purpose::Data);
        let mut parts = whole.clone();
        let (mut rest, mut n) = (parts.as_mut_slice(), 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at_mut(n.min(rest.len()));
            if let [one] = now {
                *one = stream.draw();
            } else {
                stream.fill(now);
            }
            rest = later;
            n = n * 7 % 301;
        }
        assert_eq!(whole, parts);
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
            assert!((found - expected).abs() < 5.0 * error, "{name}: {found} {expected}");
        };
        let mean = |f: &dyn Fn(f64) -> f64| draws.iter().map(|&x| f(x)).sum::<f64>() / n;
        // E x^(2p) = (2p - 1)!!.
        let factorials = [1.0, 1.0, 3.0, 15.0, 105.0, 945.0, 10_395.0, 135_135.0, 2_027_025.0];
        for power in 1..=8 {
            let expected = if power % 2 == 0 { factorials[power / 2] } else { 0.0 };
            let variance = factorials[power] - expected * expected;
            close(
                &format!("moment {power}"),
                mean(&|x| x.powi(power as i32)),
                expected,
                variance,
            );
        }
        for (bound, beyond) in [(1.0, 0.317_310_507_862_914_1), (3.0, 2.699_796_063_260_19e-3), (4.0, 6.334_248_366_623_99e-5)] {
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
        draws.iter().for_each(|&x| moments.push(x));
        assert_eq!(moments.count(), N as u64);
        draws.sort_unstable_by(f64::total_cmp);
        let normal = |x: f64| 0.5 * erfc(-x / std::f64::consts::SQRT_2);
        // sqrt(n) times the distance exceeds 2.7 with probability 2 exp(-2 2.7^2) = 9e-7.
        assert!(ks_distance(&draws, normal) < 2.7 / n.sqrt());
    }

    /// Complementary error function by Chebyshev fit, relative error below 1.2e-7 (Press et al., "Numerical Recipes").
    fn erfc(x: f64) -> f64 {
        const FIT: [f64; 10] = [
            0.170_872_77, -0.822_152_23, 1.488_515_87, -1.135_203_98, 0.278_868_07, -0.186_288_06, 0.096_784_18,
            0.374_091_96, 1.000_023_68, -1.265_512_23,
        ];
        let t = 1.0 / (1.0 + 0.5 * x.abs());
        let tail = t * FIT.iter().fold(0.0, |sum, c| sum * t + c).mul_add(1.0, -x * x).exp();
        if x >= 0.0 { tail } else { 2.0 - tail }
    }
}
