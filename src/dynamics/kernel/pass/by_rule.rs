//! Steps that are more than the gradient's own: [`Motion`] over the panels of a pass.

use nalgebra::DMatrix;
use pulp::Simd;

use super::{Inputs, Pass};
use crate::dynamics::blowup::Blowup;
use crate::dynamics::optimizer::{Motion, StepNumbers};
use crate::products::{add_outer_product, add_scaled};

impl Pass {
    /// Begins a step by the rule of `motion`, before the pass forwards.
    #[inline(always)]
    pub(in crate::dynamics) fn begin(&mut self, motion: &mut Motion, numbers: &StepNumbers) {
        motion.begin(
            self.weights.iter_mut().map(|panel| panel.data.as_mut_slice()),
            numbers,
        );
    }

    /// Puts the weights back to where the step began.
    #[cold]
    pub(in crate::dynamics) fn take_back(&mut self, motion: &Motion) {
        for (layer, panel) in self.weights.iter_mut().enumerate() {
            panel.data.copy_from_slice(motion.before(layer));
        }
    }

    /// As [`Pass::update`], by the rule of `motion`: the step of layer `l` is `D_l H_{l-1}^T` before it.
    ///
    /// # Errors
    /// [`Blowup::Weights`] where that would take the weights out of the range that can be computed; they are then as they were before the step.
    #[inline(always)]
    pub(in crate::dynamics) fn update_by<S: Simd, const STRIDE: usize>(
        &mut self,
        simd: S,
        inputs: Inputs,
        motion: &mut Motion,
        numbers: &StepNumbers,
    ) -> Result<(), Blowup> {
        let n = self.n_columns(inputs);
        let mut is_ordinary = true;
        for l in 0..self.depth() {
            let (above, below) = (self.stride::<STRIDE>(l + 1), self.stride::<STRIDE>(l));
            let delta = &self.deltas[l + 1].data[..n * above];
            let step = motion.step_mut(l);
            step.fill(0.0);
            if l == 0 && inputs == Inputs::Identity {
                add_scaled(simd, 1.0, delta, &mut step[..n * above]);
            } else {
                let activation = &self.activations[l].data[..n * below];
                add_outer_product(simd, delta, activation, step, above, below);
            }
            let squared = motion.apply(l, &mut self.weights[l].data, numbers);
            // A NaN is not ordinary.
            is_ordinary &= squared <= self.ordinary_change_squared;
        }
        if !is_ordinary {
            let mut before = self.weights.clone();
            for (layer, panel) in before.iter_mut().enumerate() {
                panel.data.copy_from_slice(motion.before(layer));
            }
            self.check(before)?;
        }
        motion.keep();
        Ok(())
    }

    /// Layers in the layout of the weights, as matrices of their shapes.
    pub(in crate::dynamics) fn matrices_of(&self, layers: &[Vec<f64>]) -> Vec<DMatrix<f64>> {
        let shapes = self.widths.windows(2).zip(self.strides[1..].iter());
        shapes
            .zip(layers)
            .map(|((widths, &stride), layer)| {
                DMatrix::from_fn(widths[1], widths[0], |i, j| layer[j * stride + i])
            })
            .collect()
    }
}
