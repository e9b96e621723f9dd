//! How well noise tells what is being learned, with the teacher and without: four detectors on runs over a grid of settings.
//!
//! `cargo bench --bench score_card` prints the tables of `benches/score_card.md` (some four minutes on two cores); `... -- 4` takes 4
//! seeds a cell in place of 40. Seeds are those of no test, and no threshold was chosen on them.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod grid;
mod run;
mod score;
mod slope;

use std::time::Instant;

use rayon::prelude::*;

use grid::{Cell, cells};
use score::{Method, Score};

/// Seeds of a cell...
const N_SEEDS: u64 = 40;
/// ...from this one on.
const FIRST_SEED: u64 = 1000;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|text| text != "--bench")
        .collect();
    let n_seeds = arguments
        .first()
        .and_then(|text| text.parse().ok())
        .unwrap_or(N_SEEDS);
    let first = arguments
        .get(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(FIRST_SEED);
    let cells = cells();
    let jobs: Vec<(usize, u64)> = (0..cells.len())
        .flat_map(|cell| (0..n_seeds).map(move |seed| (cell, first + seed)))
        .collect();
    let start = Instant::now();
    let scores: Vec<(usize, Score)> = jobs
        .into_par_iter()
        .map(|(cell, seed)| (cell, run::score(&cells[cell], seed)))
        .collect();
    let mut sums = vec![Score::default(); cells.len()];
    for (cell, score) in scores {
        sums[cell].add(score);
    }
    let mut total = Score::default();
    for sum in &sums {
        total.add(sum.clone());
    }
    println!(
        "{n_seeds} seeds a cell, {:.0} s.\n",
        start.elapsed().as_secs_f64()
    );
    println!("All settings:\n");
    summary(&cells, &sums, |_| "all".to_owned());
    println!("\nBy initial weights:\n");
    summary(&cells, &sums, Cell::init_name);
    println!("\nBy depth:\n");
    summary(&cells, &sums, |cell| format!("L = {}", cell.depth));
    println!("\nBy batch size:\n");
    summary(&cells, &sums, |cell| format!("B = {}", cell.batch_size));
    println!("\nBy label noise:\n");
    summary(&cells, &sums, |cell| {
        format!("\u{3c3} = {}", cell.label_noise_std)
    });
    println!("\nEvery setting (found of learned; median lead in steps; false alarms):\n");
    table(&cells, &sums);
}

/// One row a group of cells and detector.
fn summary(cells: &[Cell], sums: &[Score], name: impl Fn(&Cell) -> String) {
    println!(
        "| settings | detector | features learned | found before | missed | lead, median (10 to 90 %) | peak to learned, median | false alarms | runs with one | named rightly |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut groups: Vec<(String, Score)> = Vec::new();
    for (cell, sum) in cells.iter().zip(sums) {
        let name = name(cell);
        match groups.iter_mut().find(|group| group.0 == name) {
            Some(group) => group.1.add(sum.clone()),
            None => groups.push((name, sum.clone())),
        }
    }
    for (name, sum) in groups {
        for method in Method::ALL {
            println!("| {name} | {} | {} |", method.name(), sum.row(method));
        }
    }
}

fn table(cells: &[Cell], sums: &[Score]) {
    print!("| start | L | B | \u{3c3} | learned |");
    for method in Method::ALL {
        print!(" {} |", method.name());
    }
    println!("\n|---|---|---|---|---|---|---|---|---|");
    for (cell, sum) in cells.iter().zip(sums) {
        print!(
            "| {} | {} | {} | {} | {} |",
            cell.init_name(),
            cell.depth,
            cell.batch_size,
            cell.label_noise_std,
            sum.n_learned
        );
        for method in Method::ALL {
            print!(" {} |", sum.short(method));
        }
        println!();
    }
}
