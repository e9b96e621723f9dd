//! A recording as NPZ, the archive of arrays that `numpy.load` reads: every array float64 in C order, but for `session`, the run
//! itself as the bytes of a session file, `bytes(archive["session"]).decode()`.
//!
//! Entries are stored without compression, as by `numpy.savez`, and carry no date, so the same run gives the same bytes.

use std::io::{self, Seek, Write};

use nalgebra::DMatrix;
use npyz::WriterBuilder as _;
use zip::ZipWriter;

use super::events::RecordedEvent;
use super::recording::Recording;
use crate::dynamics::Scheduled;
use crate::files::{stored_as_is, write_archive};
use crate::observables::Schema;
use crate::simulation::{Passage, Replicas, StationaryTable};

/// Writes the recording as NPZ: `step`, `time`, `loss`, `excess_loss`, `imbalance`, the live parameters in force `learning_rate`,
/// `batch_size`, `label_noise_std`, `momentum`, `weight_decay`, for samples held out `held_out_loss`, of shape
/// `(T)`, and so `gradient_norm`, `noise_trace`, `signal_to_noise`, `off_diagonal`; `strength`, `singular_value`, `drift`, `diffusion`, `diffusion_law`, `alignment`, `curvature`, `ito_drift`,
/// `student_drift`, `student_diffusion`, `student_curvature`, `student_pair` `(T, r)`; `layer_norm`
/// `(T, L)`, `pair_imbalance` `(T, L - 1)`, `balance_ratio` `(T, L - 1, r)`; and of replicas `strength_mean`, `strength_std`,
/// `strength_q10`, `strength_q90` `(T, r)` and the training times `time_half`, `time_learned` `(R, r)` at which each of the R
/// replicas first had half and 95 % of a mode, NaN where it had not; `teacher_u` `(d_out, r)`, `teacher_v`
/// `(d_in, r)`, `teacher_s` `(r)`; of the E events `event_step`,
/// `event_time`, `event_kind` (numbers of [`RecordedEvent::code`]), `event_mode` (from 1, 0 for none), `event_value`,
/// `event_lead`, `event_lead_predicted` `(E)`, NaN where there is nothing to tell; `initial_w1 ..` and `final_w1 ..` `(d_l, d_{l-1})`,
/// of what is carried from step to step `final_velocity_w1 ..`, `final_mean_gradient_w1 ..`, `final_mean_square_w1 ..` likewise; for a stored set `inputs` `(N, d_in)` and
/// `targets` `(N, d_out)`; where statistics of settled modes were kept, `stationary_mode ..`, the columns of [`StationaryTable`], `(r)`;
/// where weights were kept on the way, `weights_steps` `(K)` and `weights_1 ..` `(K, d_l, d_{l-1})`;
/// and `session`, the run as a session file in UTF-8 (uint8).
///
/// # Errors
/// What `writer` answers.
pub fn write_npz(recording: &Recording, writer: impl Write + Seek) -> io::Result<()> {
    write_archive(writer, |zip| write_arrays(recording, &mut Archive { zip }))
}

fn write_arrays<W: Write + Seek>(recording: &Recording, archive: &mut Archive<'_, W>) -> io::Result<()> {
    let schema = recording.schema();
    let n_rows = recording.rows().len();
    for (name, column) in [("step", Schema::STEP), ("time", Schema::TIME)] {
        archive.write(name, &[n_rows], recording.column(column))?;
    }
    for quantity in schema.quantities() {
        let columns = schema.columns(quantity);
        let mut shape = vec![n_rows];
        shape.extend(schema.shape(quantity));
        let values = recording
            .rows()
            .flat_map(|row| row[columns.clone()].iter().copied());
        archive.write(quantity.name(), &shape, values)?;
    }
    for (i, which) in Scheduled::ALL.into_iter().enumerate() {
        archive.write(which.name(), &[n_rows], recording.column(schema.live() + i))?;
    }
    if recording.replica_rows().len() > 0 {
        let rank = schema.rank();
        for (block, statistic) in Replicas::STATISTICS.into_iter().enumerate() {
            let values = recording
                .replica_rows()
                .flat_map(|row| row[block * rank..(block + 1) * rank].iter().copied());
            archive.write(&format!("strength_{statistic}"), &[n_rows, rank], values)?;
        }
    }
    if let Some(passages) = recording.passages() {
        let shape = [passages.n_members(), passages.rank()];
        for passage in Passage::ALL {
            let times = passages.times(passage).iter().copied();
            archive.write(passage.name(), &shape, times)?;
        }
    }
    for (name, values) in RecordedEvent::arrays(recording.events()) {
        archive.write(name, &[values.len()], values.into_iter())?;
    }
    if let Some(table) = recording.stationary() {
        for (column, name) in StationaryTable::COLUMNS.into_iter().enumerate() {
            archive.write(
                &format!("stationary_{name}"),
                &[table.rows.len()],
                table.column(column),
            )?;
        }
    }
    let teacher = recording.risk().teacher();
    archive.write_matrix("teacher_u", teacher.left())?;
    archive.write_matrix("teacher_v", teacher.right())?;
    archive.write(
        "teacher_s",
        &[teacher.rank()],
        teacher.strengths().iter().copied(),
    )?;
    archive.write_layers("initial", recording.initial_network().weights())?;
    archive.write_layers("final", recording.last_network().weights())?;
    for (name, layers) in recording.carried() {
        archive.write_layers(&format!("final_{name}"), layers)?;
    }
    if let Some(weights) = recording.weights() {
        let n_times = weights.steps().len();
        let steps = weights.steps().iter().map(|&step| step as f64);
        archive.write("weights_steps", &[n_times], steps)?;
        for (layer, ((d_out, d_in), values)) in weights.layers().enumerate() {
            let name = format!("weights_{}", layer + 1);
            archive.write(&name, &[n_times, d_out, d_in], values.iter().copied())?;
        }
    }
    if let Some(dataset) = recording.risk().dataset() {
        archive.write_samples("inputs", dataset.inputs())?;
        archive.write_samples("targets", &dataset.targets(recording.label_noise_std()))?;
    }
    archive.write_text("session", &recording.session().to_toml())
}

/// An archive being written.
pub(super) struct Archive<'a, W: Write + Seek> {
    pub(super) zip: &'a mut ZipWriter<W>,
}

impl<W: Write + Seek> Archive<'_, W> {
    /// One array; `values` in C order.
    pub(super) fn write<T: npyz::AutoSerialize>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl Iterator<Item = T>,
    ) -> io::Result<()> {
        let shape: Vec<u64> = shape.iter().map(|&length| length as u64).collect();
        self.zip.start_file(format!("{name}.npy"), stored_as_is())?;
        let mut buffer = io::BufWriter::new(&mut *self.zip);
        let mut array = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&shape)
            .writer(&mut buffer)
            .begin_nd()?;
        array.extend(values)?;
        array.finish()?;
        buffer.flush()
    }

    fn write_text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.write(name, &[text.len()], text.bytes())
    }

    fn write_matrix(&mut self, name: &str, matrix: &DMatrix<f64>) -> io::Result<()> {
        // The transpose of a column-major matrix is the matrix in C order.
        let (n_rows, n_columns) = matrix.shape();
        self.write(name, &[n_rows, n_columns], matrix.transpose().iter().copied())
    }

    /// Samples are columns here and rows in the file.
    fn write_samples(&mut self, name: &str, samples: &DMatrix<f64>) -> io::Result<()> {
        let (dimension, n_samples) = samples.shape();
        self.write(name, &[n_samples, dimension], samples.iter().copied())
    }

    fn write_layers(&mut self, name: &str, layers: &[DMatrix<f64>]) -> io::Result<()> {
        for (layer, weights) in layers.iter().enumerate() {
            self.write_matrix(&format!("{name}_w{}", layer + 1), weights)?;
        }
        Ok(())
    }
}
