//! Sums and squares of panels, entry by entry.

use pulp::Simd;

/// `out += factor * term`, entry by entry.
#[inline(always)]
pub(crate) fn add_scaled<S: Simd>(simd: S, factor: f64, term: &[f64], out: &mut [f64]) {
    let factor = simd.splat_f64s(factor);
    let terms = S::as_simd_f64s(term).0;
    for (entry, term) in S::as_mut_simd_f64s(out).0.iter_mut().zip(terms) {
        *entry = simd.mul_add_e_f64s(factor, *term, *entry);
    }
}

/// `out *= factor`.
#[inline(always)]
pub(crate) fn scale<S: Simd>(simd: S, factor: f64, out: &mut [f64]) {
    let factor = simd.splat_f64s(factor);
    for entry in S::as_mut_simd_f64s(out).0 {
        *entry = simd.mul_f64s(*entry, factor);
    }
}

/// A sum of squares over several slices, kept in vectors until its value is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Squares<S: Simd>([S::f64s; 4]);

impl<S: Simd> Squares<S> {
    #[inline(always)]
    pub(crate) fn new(simd: S) -> Self {
        Self([simd.splat_f64s(0.0); 4])
    }

    #[inline(always)]
    pub(crate) fn add(&mut self, simd: S, entries: &[f64]) {
        let (blocks, rest) = S::as_simd_f64s(entries).0.as_chunks::<4>();
        for block in blocks {
            for (sum, entries) in self.0.iter_mut().zip(block) {
                *sum = simd.mul_add_e_f64s(*entries, *entries, *sum);
            }
        }
        for entries in rest {
            self.0[0] = simd.mul_add_e_f64s(*entries, *entries, self.0[0]);
        }
    }

    #[inline(always)]
    pub(crate) fn sum(self, simd: S) -> f64 {
        let [a, b, c, d] = self.0;
        simd.reduce_sum_f64s(simd.add_f64s(simd.add_f64s(a, b), simd.add_f64s(c, d)))
    }
}

/// Sum of the squares of all entries.
#[inline(always)]
pub(crate) fn sum_of_squares<S: Simd>(simd: S, entries: &[f64]) -> f64 {
    let mut squares = Squares::new(simd);
    squares.add(simd, entries);
    squares.sum(simd)
}
