//! Chi-squared numbers by the squeeze of Marsaglia and Tsang ("A simple method for generating gamma variables", 2000).
//!
//! With `k` degrees of freedom, `d = k/2 - 1/3`, `c = 1/sqrt(9 d)`, a normal `x` and a uniform `u`: `2 d v`, `v = (1 + c x)^3 > 0`,
//! is accepted where `ln u < x^2/2 + d (1 - v + ln v)`. Nearly always the squeeze `u < 1 - 0.0331 x^4` spares the logarithms.

use rand::RngExt as _;

use super::{Generator, NormalStream};

/// The law of a sum of `k` squared standard normal numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChiSquared {
    degrees: u64,
    d: f64,
    c: f64,
}

impl ChiSquared {
    /// The law of `degrees >= 1` degrees of freedom.
    pub(crate) fn new(degrees: u64) -> Self {
        let d = 0.5 * degrees as f64 - 1.0 / 3.0;
        Self {
            degrees,
            d,
            c: (9.0 * d).sqrt().recip(),
        }
    }

    /// Draws a number.
    #[inline]
    pub(crate) fn draw(&self, normals: &mut NormalStream, generator: &mut Generator) -> f64 {
        loop {
            let x = normals.draw();
            let square = x * x;
            // One degree is below the method's range, and is a square itself.
            if self.degrees == 1 {
                return square;
            }
            let root = 1.0 + self.c * x;
            if root > 0.0 {
                let v = root * root * root;
                let u: f64 = generator.random();
                if u < 1.0 - 0.0331 * square * square
                    || u.ln() < 0.5 * square + self.d * (1.0 - v + v.ln())
                {
                    return 2.0 * self.d * v;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};

    /// Central moments up to the fourth of 4e5 draws within 5 standard errors: false alarm 6e-7 each.
    #[test]
    fn moments_are_those_of_the_law() {
        const N: usize = 400_000;
        for degrees in [1, 2, 3, 10, 1_000_000] {
            let streams = Streams::new(degrees);
            let (mut normals, mut generator) = (streams.normals(Purpose::Data), streams.of(Purpose::Data));
            let law = ChiSquared::new(degrees);
            let k = degrees as f64;
            let draws: Vec<f64> = (0..N)
                .map(|_| (law.draw(&mut normals, &mut generator) - k) / (2.0 * k).sqrt())
                .collect();
            for (power, expected) in [(1, 0.0), (2, 1.0), (3, (8.0 / k).sqrt()), (4, 3.0 + 12.0 / k)] {
                let terms = || draws.iter().map(|x| x.powi(power));
                let mean = terms().sum::<f64>() / N as f64;
                let variance = terms().map(|x| (x - mean).powi(2)).sum::<f64>() / N as f64;
                let error = (variance / N as f64).sqrt();
                assert!(
                    (mean - expected).abs() < 5.0 * error,
                    "{degrees} degrees, moment {power}: {mean}"
                );
            }
        }
    }
}
