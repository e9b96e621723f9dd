//! A cell computed: its replicas run and summed up in the rows of a table.

use std::sync::atomic::AtomicBool;

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3;

use super::replica::{self, Measured};
use super::summary::fields;
use super::{Cell, CellId, Sweep};
use crate::simulation::SetupError;

/// The rows of a finished cell, one a mode.
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
        let replicas: Option<Vec<Measured>> = (0..self.replicas)
            .into_par_iter()
            .map(|number| replica::run(self, &cell.replica(number), interrupted))
            .collect::<Result<_, _>>()?;
        let Some(replicas) = replicas else {
            return Ok(None);
        };
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
