//! A cell computed: its replicas run and summed up in the rows of a table.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use super::replica;
use super::summary::fields;
use super::watch::Measured;
use super::{Cell, CellId, Sweep};
use crate::products::lanes::LANES;
use crate::simulation::SetupError;

/// The rows of a finished cell, one per mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellRows {
    /// The cell.
    pub id: CellId,
    /// Its rows as CSV, every line ended.
    pub text: String,
    /// Digest of the states of all replicas at their ends; 32 hexadecimal digits.
    pub digest: String,
}

impl Sweep {
    /// Computes a cell, its replicas on all threads of the present rayon pool; `None` where it was interrupted.
    ///
    /// # Errors
    /// [`SetupError`] where data cannot be drawn.
    pub fn compute(&self, cell: &Cell, interrupted: &AtomicBool) -> Result<Option<CellRows>, SetupError> {
        let numbers: Vec<usize> = (0..self.replicas).collect();
        let groups: Option<Vec<Vec<Measured>>> = numbers
            .par_chunks(LANES)
            .map(|numbers| {
                let experiments: Vec<_> = numbers.iter().map(|&number| cell.replica(number)).collect();
                replica::run(self, &experiments, interrupted)
            })
            .collect::<Result<_, _>>()?;
        let Some(groups) = groups else {
            return Ok(None);
        };
        let replicas = groups.concat();
        let digest = digest_of(&replicas);
        let mut text = String::new();
        for mode in 0..cell.experiment.teacher.strengths.len() {
            let measured = fields(&cell.experiment, self.measures, &replicas, mode, &digest);
            let first = std::iter::once(cell.id.to_string()).chain(cell.settings.iter().cloned());
            text += &csv_line(first.chain(measured.iter().map(super::summary::Field::text)));
        }
        Ok(Some(CellRows {
            id: cell.id,
            text,
            digest,
        }))
    }
}

/// A line of CSV; fields with commas or quotes are quoted.
pub(super) fn csv_line(fields: impl Iterator<Item = String>) -> String {
    let quoted = |field: String| {
        if field.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", field.replace('"', "\"\""))
        } else {
            field
        }
    };
    let mut line = fields.map(quoted).collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// XXH3 (128 bits) over the replicas' digests, as text, in order.
fn digest_of(replicas: &[Measured]) -> String {
    let mut hasher = Xxh3::with_seed(1);
    for replica in replicas {
        hasher.update(replica.digest.to_string().as_bytes());
    }
    format!("{:032x}", hasher.digest128())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use std::path::Path;

    use super::*;

    /// The rows of the only cell of a sweep, each by the names of its columns.
    fn rows(text: &str) -> Vec<std::collections::HashMap<String, String>> {
        let axis = "\n[[axis]]\nkey = \"seed\"\nvalues = [1]\n";
        let (head, experiment) = text.split_once("[experiment").unwrap();
        let sweep = Sweep::parse(Path::new(""), &format!("{head}{axis}[experiment{experiment}")).unwrap();
        let cell = sweep.cell(0).unwrap();
        let rows = sweep.compute(&cell, &AtomicBool::new(false)).unwrap().unwrap();
        let names: Vec<String> = sweep.columns().into_iter().map(|column| column.name).collect();
        let lines = rows.text.lines();
        lines
            .map(|line| {
                names
                    .iter()
                    .cloned()
                    .zip(line.split(',').map(str::to_owned))
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_run_stops_at_its_training_time() {
        let found = rows("replicas = 1\ntime = 0.3\n[experiment.live]\nlearning_rate = 0.1\n");
        assert_eq!(found.len(), 4);
        assert_eq!(found[0]["steps"], "3");
        let found = rows("replicas = 1\ntime = 0.31\n[experiment.live]\nlearning_rate = 0.1\n");
        assert_eq!(found[0]["steps"], "4");
    }

    /// Eight runs of 500 counts, 16 steps apart, of a mode that forgets within 25 steps: some 1300 independent values, so that the
    /// variance is known to 4 %; five of these errors, a false alarm in 2 million, and the seeds are fixed.
    #[test]
    fn a_run_stops_once_it_has_settled_and_its_variance_is_theorys() {
        let found = rows(
            "replicas = 8\nsettled = 500\nsteps = 100000\n[experiment]\nteacher.strengths = [1]\n\
             network = { d_in = 1, d_out = 1, hidden = [1] }\n\
             live = { learning_rate = 0.02, batch_size = 4, label_noise_std = 1 }\n",
        );
        let row = &found[0];
        let number = |name: &str| row[name].parse::<f64>().unwrap();
        assert_eq!(
            (row["status"].as_str(), row["settled"].as_str()),
            ("learned", "8")
        );
        assert!((500 * 8..510 * 8).contains(&row["counted"].parse::<u64>().unwrap()));
        assert!((8_500.0..20_000.0).contains(&number("steps")));
        assert!((number("boltzmann_variance") - 0.005).abs() < 1e-12);
        let ratio = number("variance") / number("discrete_variance");
        assert!((0.8..1.2).contains(&ratio), "{ratio}");
        let told = number("variance_over_boltzmann") * number("boltzmann_variance") / number("variance");
        assert!((told - 1.0).abs() < 1e-12);
    }

    #[test]
    fn an_interrupted_cell_has_no_rows() {
        let text = "steps = 1000\n[[axis]]\nkey = \"seed\"\nvalues = [1]\n";
        let sweep = Sweep::parse(Path::new(""), text).unwrap();
        let cell = sweep.cell(0).unwrap();
        assert_eq!(sweep.compute(&cell, &AtomicBool::new(true)).unwrap(), None);
    }
}
