//! Steps and training time. Time is the sum of the learning rates of all steps; it is kept as the time of the last change
//! of the learning rate plus a product, so it does not gather rounding errors.

/// The run's clock.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    step: u64,
    learning_rate: f64,
    base_step: u64,
    base_time: f64,
}

impl Clock {
    pub(crate) fn new(learning_rate: f64) -> Self {
        Self {
            step: 0,
            learning_rate,
            base_step: 0,
            base_time: 0.0,
        }
    }

    pub(crate) fn step(&self) -> u64 {
        self.step
    }

    pub(crate) fn time(&self) -> f64 {
        self.time_after(0)
    }

    /// Time `n_steps` from now at the present learning rate.
    pub(crate) fn time_after(&self, n_steps: u64) -> f64 {
        self.base_time + (self.step - self.base_step + n_steps) as f64 * self.learning_rate
    }

    /// Goes back to an earlier step, not before the last change of the learning rate.
    pub(crate) fn go_back_to(&mut self, step: u64) {
        self.step = step.max(self.base_step);
    }

    pub(crate) fn advance(&mut self, n_steps: u64) {
        self.step += n_steps;
    }

    pub(crate) fn set_learning_rate(&mut self, learning_rate: f64) {
        self.base_time = self.time();
        self.base_step = self.step;
        self.learning_rate = learning_rate;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_exact_after_many_steps_and_right_across_changes() {
        let mut clock = Clock::new(0.1);
        clock.advance(1_000_000);
        assert_eq!(clock.time().to_bits(), 1e5_f64.to_bits());
        clock.set_learning_rate(0.5);
        clock.advance(4);
        assert_eq!(clock.time().to_bits(), 100_002.0_f64.to_bits());
        assert_eq!(clock.step(), 1_000_004);
    }
}
