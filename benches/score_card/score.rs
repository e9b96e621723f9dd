//! What counts: features announced before they are learned, by how much, and announcements of nothing.

/// A detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Exact diffusion along the teacher's modes.
    Teacher,
    /// Exact diffusion along the student's pairs.
    Own,
    /// The same estimated from a probe batch at every look.
    Probe,
    /// Slope of the exact loss.
    Slope,
}

impl Method {
    pub(crate) const ALL: [Self; 4] = [Self::Teacher, Self::Own, Self::Probe, Self::Slope];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Teacher => "teacher's modes",
            Self::Own => "own pairs, exact",
            Self::Probe => "own pairs, probe",
            Self::Slope => "loss slope",
        }
    }
}

/// An announcement: when it was made, which mode it is taken for, and when the peak was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcement {
    pub(crate) step: u64,
    pub(crate) peak: u64,
    /// The mode that it is about, if it is about one that is on its way.
    pub(crate) mode: Option<usize>,
}

/// Of one detector.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// Steps from announcement, and from peak, to learned.
    leads: Vec<u64>,
    peaks: Vec<u64>,
    n_false: usize,
    n_runs_with_false: usize,
    /// Looks at which the run learned a mode, and those at which the detector named it.
    n_named: u64,
    n_learning: u64,
}

/// Sums over runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) n_runs: usize,
    pub(crate) n_learned: usize,
    tallies: [Tally; 4],
}

impl Score {
    /// Of one run: the step at which each mode was learned, if it was, the announcements, and looks named rightly of those at which
    /// something was being learned.
    pub(crate) fn of(
        learned: &[Option<u64>],
        announced: [Vec<Announcement>; 4],
        named: [(u64, u64); 4],
    ) -> Self {
        let mut score = Self {
            n_runs: 1,
            n_learned: learned.iter().flatten().count(),
            ..Self::default()
        };
        for ((tally, announced), (n_named, n_learning)) in score.tallies.iter_mut().zip(announced).zip(named)
        {
            (tally.n_named, tally.n_learning) = (n_named, n_learning);
            let mut found = vec![false; learned.len()];
            for announcement in announced {
                let mode = announcement.mode.filter(|&mode| !found[mode]);
                let at = mode.and_then(|mode| learned[mode].map(|step| (mode, step)));
                match at.filter(|&(_, step)| announcement.step <= step) {
                    Some((mode, step)) => {
                        found[mode] = true;
                        tally.leads.push(step - announcement.step);
                        tally.peaks.push(step - announcement.peak);
                    }
                    None => tally.n_false += 1,
                }
            }
            tally.n_runs_with_false = usize::from(tally.n_false > 0);
        }
        score
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.n_runs += other.n_runs;
        self.n_learned += other.n_learned;
        for (tally, other) in self.tallies.iter_mut().zip(other.tallies) {
            tally.leads.extend(other.leads);
            tally.peaks.extend(other.peaks);
            tally.n_false += other.n_false;
            tally.n_runs_with_false += other.n_runs_with_false;
            tally.n_named += other.n_named;
            tally.n_learning += other.n_learning;
        }
    }

    fn tally(&self, method: Method) -> &Tally {
        &self.tallies[method as usize]
    }

    /// The numbers of a row of the summary.
    pub(crate) fn row(&self, method: Method) -> String {
        let tally = self.tally(method);
        let n_found = tally.leads.len();
        let [low, median, high] = quantiles(&tally.leads);
        let [_, peak, _] = quantiles(&tally.peaks);
        let named = if tally.n_learning == 0 {
            "-".to_owned()
        } else {
            format!("{:.1} %", 100.0 * tally.n_named as f64 / tally.n_learning as f64)
        };
        format!(
            "{} | {n_found} ({:.1} %) | {} | {median} ({low} to {high}) | {peak} | {} | {} of {} | {named}",
            self.n_learned,
            100.0 * n_found as f64 / self.n_learned.max(1) as f64,
            self.n_learned - n_found,
            tally.n_false,
            tally.n_runs_with_false,
            self.n_runs
        )
    }

    /// The numbers of one setting.
    pub(crate) fn short(&self, method: Method) -> String {
        let tally = self.tally(method);
        let [_, median, _] = quantiles(&tally.leads);
        format!("{}; {median}; {}", tally.leads.len(), tally.n_false)
    }
}

/// 10 %, 50 % and 90 %.
fn quantiles(values: &[u64]) -> [String; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    [0.1, 0.5, 0.9].map(|q| {
        let place = (q * sorted.len().saturating_sub(1) as f64).round() as usize;
        sorted.get(place).map_or_else(|| "-".to_owned(), u64::to_string)
    })
}
