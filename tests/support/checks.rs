//! Checks counted in standard errors, with a second look.
//!
//! Some of a few hundred sound checks lie beyond three standard errors in most runs, so a check that misses is made again
//! with twice as many draws from other seeds, and fails only if it misses both times. A check then fails by chance with
//! probability `0.0027^2 = 7e-6` at three standard errors, `4e-9` at four; a wrong formula misses both times.

/// Draws and seed of one look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) n_draws: usize,
    pub(crate) seed: u64,
}

/// Checks that missed, each with its label and what was found.
#[derive(Debug)]
pub(crate) struct Checks {
    limit: f64,
    n_made: usize,
    misses: Vec<(String, String)>,
}

impl Checks {
    /// Notes a miss where `found` is not within the limit of `expected`.
    pub(crate) fn within(&mut self, label: &str, found: f64, standard_error: f64, expected: f64) {
        let distance = (found - expected) / standard_error;
        self.n_made += 1;
        // A NaN misses too.
        if distance.is_nan() || distance.abs() > self.limit {
            let message =
                format!("{label}: {found:.6e} +- {standard_error:.1e} against {expected:.6e}, {distance:.2}");
            self.misses.push((label.to_owned(), message));
        }
    }
}

/// Makes checks of `n_draws` draws within `limit` standard errors; fails where one misses twice, or where there were not
/// `n_checks` of them, all with labels of their own.
pub(crate) fn confirmed(limit: f64, n_draws: usize, n_checks: usize, look: impl Fn(Look, &mut Checks)) {
    let run = |n_draws, seed| {
        let mut checks = Checks {
            limit,
            n_made: 0,
            misses: Vec::new(),
        };
        look(Look { n_draws, seed }, &mut checks);
        assert_eq!(checks.n_made, n_checks, "number of checks");
        checks.misses
    };
    let first = run(n_draws, 1);
    if first.is_empty() {
        return;
    }
    let second = run(2 * n_draws, 2);
    let twice: Vec<_> = second
        .iter()
        .filter(|(label, _)| first.iter().any(|(other, _)| label == other))
        .map(|(_, message)| message)
        .collect();
    assert!(twice.is_empty(), "missed twice: {twice:#?}");
}
