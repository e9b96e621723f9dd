//! Speed of the window's memory: taking rows in, finding the pixels of a whole run, drawing one column of it, and cutting a run
//! where it is taken back to. Rows are those of eight modes.
//!
//! `cargo bench --bench history`

use divan::{Bencher, black_box, counter::ItemsCount};
use saddlescope::history::{History, Pixels, Sight, Spacing};
use saddlescope::observables::Schema;

/// Modes of the rows.
const N_MODES: usize = 8;
/// What one trajectory of two may hold in the window.
const BUDGET_BYTES: usize = 32 << 20;
/// Width of a plot.
const N_PIXELS: usize = 783;
/// Rows in one timed call: what a frame of the window brings at full speed.
const N_NEW: u64 = 720;

fn main() {
    divan::main();
}

/// Numbers that jump about, as noise does, without a generator's cost.
fn value(row: u64, column: usize) -> f64 {
    let mixed = (row ^ ((column as u64) << 40)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

fn rows(from: u64, n_rows: u64) -> Vec<f64> {
    let n_columns = Schema::new(N_MODES, 2).n_columns();
    let row = |row: u64| {
        (0..n_columns).map(move |column| match column {
            Schema::STEP => row as f64,
            Schema::TIME => 0.005 * row as f64,
            column => value(row, column),
        })
    };
    (from..from + n_rows).flat_map(row).collect()
}

fn history(n_rows: u64) -> History {
    let mut history = History::new(Schema::new(N_MODES, 2).n_columns(), BUDGET_BYTES);
    let mut from = 0;
    while from < n_rows {
        let n = (n_rows - from).min(10_000);
        history.extend(&rows(from, n));
        from += n;
    }
    history
}

fn sight(n_rows: u64, spacing: Spacing) -> Sight {
    Sight {
        x_column: Schema::STEP,
        x_range: (1.0, n_rows as f64),
        spacing,
        n_pixels: N_PIXELS,
    }
}

/// Rows taken in after so many others, merging buckets where they are full included. The same rows each time: what they hold
/// plays no part.
#[divan::bench(args = [0, 100_000, 1_000_000])]
fn append(bencher: Bencher<'_, '_>, n_before: u64) {
    let mut history = history(n_before);
    let new = rows(n_before, N_NEW);
    bencher
        .counter(ItemsCount::new(N_NEW))
        .bench_local(|| history.extend(black_box(&new)));
}

/// The pixels of a whole run, once for all columns.
#[divan::bench(args = [10_000, 1_000_000])]
fn pixels(bencher: Bencher<'_, '_>, n_rows: u64) {
    let history = history(n_rows);
    let sight = sight(n_rows, Spacing::Linear);
    bencher.bench_local(|| Pixels::new(black_box(&history), &sight));
}

/// The same on a logarithmic axis.
#[divan::bench(args = [10_000, 1_000_000])]
fn pixels_of_logarithmic_time(bencher: Bencher<'_, '_>, n_rows: u64) {
    let history = history(n_rows);
    let sight = sight(n_rows, Spacing::Logarithmic);
    bencher.bench_local(|| Pixels::new(black_box(&history), &sight));
}

/// One column in those pixels.
#[divan::bench(args = [10_000, 1_000_000])]
fn trace(bencher: Bencher<'_, '_>, n_rows: u64) {
    let history = history(n_rows);
    let pixels = Pixels::new(&history, &sight(n_rows, Spacing::Linear));
    bencher.bench_local(|| pixels.trace(black_box(&history), Schema::EXCESS_LOSS));
}

/// A run cut in its middle, as a rewind does.
#[divan::bench(args = [1_000_000])]
fn cut(bencher: Bencher<'_, '_>, n_rows: u64) {
    let history = history(n_rows);
    bencher.bench_local(|| black_box(&history).up_to(Schema::STEP, 0.5 * n_rows as f64));
}
