//! The words over a figure of a sweep: what is trained, how many networks make a cell, and when a run stops.

use crate::format::{brief, grouped};
use crate::sweep::{Stop, Sweep};

/// Most strengths of a teacher that are named.
const MOST_NAMED: usize = 8;

impl Sweep {
    /// Title and caption of a figure of its cells: its own networks, their number in a cell and where their runs stop; its teacher.
    pub fn figure_words(&self) -> (String, String) {
        let networks = if self.replicas == 1 { "network" } else { "networks" };
        let stop = match self.stop {
            Stop::Steps(steps) => format!("{} steps", grouped(steps)),
            Stop::Time(time) => format!("training time {}", brief(time, 4)),
            Stop::Settled { counts, .. } => {
                format!("until settled and counted {} times", grouped(counts))
            }
        };
        let title = format!(
            "Deep linear network trained by {}: {} {networks} in each cell, {stop}",
            self.base().dynamics().label(),
            grouped(self.replicas as u64)
        );
        let strengths = &self.base().teacher.strengths;
        let named: Vec<String> = strengths
            .iter()
            .take(MOST_NAMED)
            .map(ToString::to_string)
            .collect();
        let more = if strengths.len() > MOST_NAMED {
            ", \u{2026}"
        } else {
            ""
        };
        (title, format!("teacher {}{more}", named.join(", ")))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_title_says_how_many_networks_and_when_they_stop() {
        for (keys, title) in [
            (
                "replicas = 3\nsteps = 12000",
                "3 networks in each cell, 12\u{2009}000 steps",
            ),
            (
                "replicas = 1\ntime = 2.5",
                "1 network in each cell, training time 2.5",
            ),
            (
                "settled = 40\nsteps = 9000",
                "8 networks in each cell, until settled and counted 40 times",
            ),
        ] {
            let text = format!("{keys}\n[[axis]]\nkey = \"live.batch_size\"\nvalues = [1, 2]\n");
            let sweep = Sweep::parse(Path::new(""), &text).unwrap();
            let (found, caption) = sweep.figure_words();
            assert_eq!(found, format!("Deep linear network trained by SGD: {title}"));
            assert_eq!(caption, "teacher 4, 2, 1, 0.5");
        }
    }
}
