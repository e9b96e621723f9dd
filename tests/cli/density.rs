//! `saddlescope run --density` and the times of passage in an archive of replicas, with their figures.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::command::saddlescope;
use crate::npz::Npz;

const SETTINGS: [&str; 8] = [
    "--set",
    "teacher.strengths=[2,1]",
    "--set",
    "init.strength=0.01",
    "--set",
    "live={learning_rate=0.01,batch_size=1,label_noise_std=0.2}",
    "--steps",
    "400",
];

fn run(directory: &Path, more: &[&str]) {
    let arguments = [&["run", "--every", "20"], &SETTINGS[..], more].concat();
    let output = saddlescope(directory, &arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn densities_sum_to_one_in_every_row_and_have_the_moments_that_stand_beside_them() {
    let directory = TempDir::new().unwrap();
    run(directory.path(), &["--out", "r.npz", "--density", "d.npz"]);
    let mut archive = Npz::open(&directory.path().join("d.npz"));
    let (shape, densities) = archive.read::<f64>("density");
    let (edges_shape, edges) = archive.read::<f64>("strength_edges");
    let (_, times) = archive.read::<f64>("time");
    assert_eq!(shape, [21, 2, 400]);
    assert_eq!(edges_shape, [2, 401]);
    let (_, means) = archive.read::<f64>("mean");
    let (_, stds) = archive.read::<f64>("std");
    let (quantile_shape, quantiles) = archive.read::<f64>("quantile");
    assert_eq!(quantile_shape, [21, 2, 7]);
    for row in 0..21 {
        for mode in 0..2 {
            let edges = &edges[mode * 401..(mode + 1) * 401];
            let place = row * 2 + mode;
            let densities = &densities[place * 400..(place + 1) * 400];
            let cells = || densities.iter().zip(edges.windows(2));
            let total: f64 = cells().map(|(density, edge)| density * (edge[1] - edge[0])).sum();
            assert!((total - 1.0).abs() < 1e-12, "row {row}, mode {mode}: {total}");
            assert!(densities.iter().all(|density| *density >= 0.0));
            // Where in its cell a strength lies is not known: that moves the mean by half a cell at most, and the standard deviation
            // by no more than the root of the mean of a third of the cell squared, the distance of a point from a uniform law.
            let of_cells = |value: fn(f64, f64) -> f64| -> f64 {
                { cells() }
                    .map(|(density, edge)| density * (edge[1] - edge[0]) * value(edge[0], edge[1]))
                    .sum()
            };
            let mean = of_cells(f64::midpoint);
            let variance = of_cells(|a, b| (a * a + a * b + b * b) / 3.0) - mean * mean;
            let half = of_cells(|a, b| 0.5 * (b - a));
            let spread = of_cells(|a, b| (b - a) * (b - a) / 3.0).sqrt();
            let (told, std) = (means[place], stds[place]);
            assert!(
                (mean - told).abs() <= half + 1e-9,
                "row {row}, mode {mode}: {mean} {told}, half a cell {half}"
            );
            let found = variance.max(0.0).sqrt();
            assert!(
                (found - std).abs() <= spread + 1e-9,
                "row {row}, mode {mode}: {found} {std}, a cell {spread}"
            );
            assert!(quantiles[place * 7..(place + 1) * 7].is_sorted());
        }
    }
    // From the strength at the start.
    assert!((means[0] - 0.01).abs() < 1e-6 && times[0].abs() < 1e-300);
    assert!(means[20 * 2] > 1.9);
}

#[test]
fn replicas_say_when_they_had_their_modes_learned() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    run(path, &["--replicas", "40", "--out", "r.npz"]);
    let mut archive = Npz::open(&path.join("r.npz"));
    let (shape, half) = archive.read::<f64>("time_half");
    let (_, learned) = archive.read::<f64>("time_learned");
    assert_eq!(shape, [40, 2]);
    for replica in 0..40 {
        let (half, learned) = (half[2 * replica], learned[2 * replica]);
        // Gradient flow takes ln(199) / 4 = 1.32 until half of mode 1.
        assert!((0.7..2.5).contains(&half) && learned > half, "{half} {learned}");
    }
    // Within 4 time units no mode of strength 1 is learned: gradient flow takes 3.8.
    assert!(learned.iter().skip(1).step_by(2).any(|time| time.is_nan()));
    for panel in ["times", "density", "strengths"] {
        let out = format!("{panel}.svg");
        let arguments = ["plot", "r.npz", "--panel", panel, "--spread", "--out", &out];
        let output = saddlescope(path, &arguments);
        assert!(output.status.success(), "{output:?}");
        let svg = fs::read_to_string(path.join(&out)).unwrap();
        assert!(!svg.contains("NaN") && svg.contains("mode equation"), "{panel}");
    }
}

#[test]
fn what_has_no_density_is_refused_in_one_line_and_nothing_is_written() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    for (more, word) in [
        (
            &["--set", "engine=gradient_flow", "--density", "d.npz"][..],
            "no mode has a law",
        ),
        (&["--density", "d.csv"], "must end in .npz"),
    ] {
        let arguments = [&["run", "--out", "r.npz"], &SETTINGS[..], more].concat();
        let output = saddlescope(path, &arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(word) && errors.lines().count() == 1, "{errors}");
        assert_eq!(fs::read_dir(path).unwrap().count(), 0);
    }
}
