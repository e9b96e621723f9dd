//! How many steps the worker may take now, and how long it may take them for.

use std::time::Duration;

use super::messages::Speed;
use crate::platform::Instant;

/// Work between two looks at the commands.
pub(super) const SLICE: Duration = Duration::from_millis(3);
/// Time between two offers of a frame.
pub(super) const PUBLISH_PERIOD: Duration = Duration::from_millis(16);
/// Time over which the rate is measured.
const RATE_PERIOD: Duration = Duration::from_millis(500);
/// A limited run that fell behind its schedule (a slow machine, a laptop that slept) does not rush to catch up.
const MAX_DEBT_SECS: f64 = 0.1;

/// The pace of a run.
#[derive(Debug)]
pub(super) struct Pace {
    speed: Speed,
    /// Steps allowed but not taken yet, when limited.
    allowance: f64,
    last: Instant,
    rate_since: Instant,
    rate_steps: u64,
    rate: f64,
    secs_per_step: f64,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            speed: Speed::Unlimited,
            allowance: 0.0,
            last: now,
            rate_since: now,
            rate_steps: 0,
            rate: 0.0,
            secs_per_step: 1e-6,
        }
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        self.speed = match speed {
            Speed::StepsPerSecond(rate) if rate.is_finite() && rate > 0.0 => Speed::StepsPerSecond(rate),
            Speed::StepsPerSecond(_) | Speed::Unlimited => Speed::Unlimited,
        };
        self.allowance = 0.0;
    }

    /// Starts counting time from now on, after a halt.
    pub(super) fn restart(&mut self, now: Instant) {
        self.last = now;
        self.allowance = 0.0;
        self.rate_since = now;
        self.rate_steps = 0;
        self.rate = 0.0;
    }

    /// Steps that may be taken now.
    pub(super) fn allowed_steps(&mut self, now: Instant) -> u64 {
        match self.speed {
            Speed::Unlimited => u64::MAX,
            Speed::StepsPerSecond(rate) => {
                let elapsed = now.duration_since(self.last).as_secs_f64();
                self.last = now;
                self.allowance = (self.allowance + elapsed * rate).min((MAX_DEBT_SECS * rate).max(1.0));
                self.allowance as u64
            }
        }
    }

    /// How long to wait until a step is allowed again.
    pub(super) fn wait(&self) -> Duration {
        match self.speed {
            Speed::Unlimited => Duration::ZERO,
            Speed::StepsPerSecond(rate) => Duration::from_secs_f64(
                ((1.0 - self.allowance) / rate).clamp(0.0, PUBLISH_PERIOD.as_secs_f64()),
            ),
        }
    }

    /// Steps that fit into one slice of work, by the speed of the last slice.
    pub(super) fn steps_per_look(&self) -> u64 {
        (0.5 * SLICE.as_secs_f64() / self.secs_per_step).clamp(1.0, 1e9) as u64
    }

    /// Accounts for steps that were taken.
    pub(super) fn took(&mut self, n_steps: u64, elapsed: Duration, now: Instant) {
        self.allowance = (self.allowance - n_steps as f64).max(0.0);
        if n_steps > 0 {
            self.secs_per_step = (elapsed.as_secs_f64() / n_steps as f64).max(1e-9);
        }
        self.rate_steps += n_steps;
        let period = now.duration_since(self.rate_since);
        if period >= RATE_PERIOD {
            self.rate = self.rate_steps as f64 / period.as_secs_f64();
            self.rate_since = now;
            self.rate_steps = 0;
        }
    }

    /// Steps a second over the last while.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limited_run_keeps_its_rate_and_does_not_rush() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.set_speed(Speed::StepsPerSecond(100.0));
        let mut taken = 0;
        for i in 1..=200 {
            let now = start + Duration::from_millis(10 * i);
            let n = pace.allowed_steps(now);
            pace.took(n, Duration::from_micros(1), now);
            taken += n;
        }
        assert!((199..=200).contains(&taken), "{taken} steps in two seconds");
        assert!((pace.rate() - 100.0).abs() < 2.0);
        assert!(pace.allowed_steps(start + Duration::from_hours(1)) <= 10);
    }

    #[test]
    fn nonsense_speeds_mean_no_limit() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut pace = Pace::new(Instant::now());
            pace.set_speed(Speed::StepsPerSecond(rate));
            assert_eq!(pace.allowed_steps(Instant::now()), u64::MAX);
        }
    }
}
