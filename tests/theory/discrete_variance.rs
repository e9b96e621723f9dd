//! Discrete-step predictions, stability bounds and plateau levels.
use nalgebra::{DMatrix, DVector};
use saddlescope::theory::{
    ModeLaw, curvature, discrete_matrix_variance, discrete_variance,
    largest_mean_square_stable_learning_rate, largest_stable_learning_rate, plateau_level, plateau_levels,
    relaxation_rate,
};

use crate::close::assert_close;

#[test]
fn reference_predictions() {
    let mut table = csv::Reader::from_path(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/R5_stationary.csv"
    ))
    .unwrap();
    let column =
        |name: &str, headers: &csv::StringRecord| headers.iter().position(|header| header == name).unwrap();
    let headers = table.headers().unwrap().clone();
    let mut n_rows = 0;
    for row in table.records() {
        let row = row.unwrap();
        let text = |name: &str| row.get(column(name, &headers)).unwrap();
        let number = |name: &str| text(name).parse::<f64>().unwrap();
        let strengths: Vec<f64> = text("modes")
            .split('-')
            .map(|mode| mode.parse().unwrap())
            .collect();
        let (mode, depth) = (text("mode").parse().unwrap(), text("L").parse().unwrap());
        let (learning_rate, batch_size) = (number("lr"), text("B").parse().unwrap());
        let law = ModeLaw {
            depth,
            teacher_strength: strengths[mode],
            label_noise_std: number("sigma"),
            noise_scale: learning_rate / batch_size as f64,
            ..ModeLaw::default()
        };
        let scalar = discrete_variance(&law, learning_rate, batch_size).unwrap();
        let matrix = discrete_matrix_variance(
            &strengths,
            mode,
            depth,
            learning_rate,
            batch_size,
            law.label_noise_std,
        )
        .unwrap();
        assert_close(
            law.temperature(),
            number("pred_gauss"),
            1e-12 * number("pred_gauss"),
        );
        assert_close(scalar, number("pred_ar1_scalar"), 1e-12 * scalar);
        assert_close(matrix, number("pred_ar1_matrix"), 1e-12 * matrix);
        // And the simulation they predict: 2 % is the accuracy of the linearisation.
        assert_close(matrix, number("var"), 0.02 * matrix);
        n_rows += 1;
    }
    assert_eq!(n_rows, 22);
}

/// The closed solution against the linear system of the documentation, with input directions outside the
/// rank.
#[test]
fn closed_solution_solves_the_linear_system() {
    let strengths = [3.0, 1.5, 0.4, 0.0, 0.0];
    for depth in [1, 2, 3, 5] {
        for (learning_rate, batch_size) in [(0.003, 1), (0.004, 3), (0.004, 64)] {
            for mode in 0..3 {
                let n = strengths.len();
                let step = |b: usize| learning_rate * relaxation_rate(strengths[mode], strengths[b], depth);
                let batch = f64::from(batch_size);
                let system = DMatrix::from_fn(n, n, |row, column| {
                    let spread = step(row).powi(2) / batch;
                    let own = 1.0 - (1.0 - step(row)).powi(2) - spread;
                    if row == column { own - spread } else { -spread }
                });
                let source = DVector::from_fn(n, |row, _| step(row).powi(2) * 0.49 / batch);
                let solution = system.lu().solve(&source).unwrap();
                let variance = discrete_matrix_variance(
                    &strengths,
                    mode,
                    depth,
                    learning_rate,
                    batch_size as usize,
                    0.7,
                )
                .unwrap();
                assert_close(variance, solution[mode], 1e-11 * variance);
            }
        }
    }
}

#[test]
fn relaxation_rates_are_the_sum_over_layers() {
    assert_close(relaxation_rate(2.0, 2.0, 1), 1.0, 1e-15);
    assert_close(relaxation_rate(4.0, 1.0, 2), 5.0, 1e-14);
    assert_close(relaxation_rate(8.0, 1.0, 3), 16.0 + 4.0 + 1.0, 1e-13);
    assert_close(relaxation_rate(8.0, 0.0, 3), 16.0, 1e-13);
    assert_close(relaxation_rate(0.0, 8.0, 3), 16.0, 1e-13);
    assert_close(relaxation_rate(8.0, 8.0, 3), curvature(3, 8.0), 1e-13);
    assert_close(
        relaxation_rate(8.0, 8.0 * (1.0 + 1e-15), 3),
        curvature(3, 8.0),
        1e-13,
    );
}

#[test]
fn a_single_mode_is_the_scalar_prediction_and_a_neighbour_adds_to_it() {
    let law = ModeLaw {
        depth: 3,
        teacher_strength: 2.0,
        label_noise_std: 0.5,
        noise_scale: 0.0,
        ..ModeLaw::default()
    };
    let scalar = discrete_variance(&law, 0.02, 4).unwrap();
    let alone = discrete_matrix_variance(&[2.0], 0, 3, 0.02, 4, 0.5).unwrap();
    let with_neighbour = discrete_matrix_variance(&[2.0, 1.0], 0, 3, 0.02, 4, 0.5).unwrap();
    assert_close(alone, scalar, 1e-14);
    assert!(with_neighbour > 1.001 * alone);
}

#[test]
fn variance_exists_exactly_below_the_mean_square_bound() {
    for depth in [1, 2, 3, 6] {
        for batch_size in [1, 2, 10, 1000] {
            let bound = largest_mean_square_stable_learning_rate(depth, 1.7, batch_size);
            let law = ModeLaw {
                depth,
                teacher_strength: 1.7,
                label_noise_std: 0.3,
                noise_scale: 0.0,
                ..ModeLaw::default()
            };
            for (learning_rate, is_stable) in [(bound * (1.0 - 1e-9), true), (bound * (1.0 + 1e-9), false)] {
                let matrix = discrete_matrix_variance(&[1.7], 0, depth, learning_rate, batch_size, 0.3);
                assert_eq!(
                    discrete_variance(&law, learning_rate, batch_size).is_some(),
                    is_stable
                );
                assert_eq!(matrix.is_some(), is_stable);
            }
        }
    }
}

/// Iterates the descent itself on one weight per layer.
#[test]
fn descent_stays_below_the_bound_and_leaves_above_it() {
    for depth in [1, 2, 3, 5] {
        let bound = largest_stable_learning_rate(depth, 2.0);
        let power = i32::try_from(depth).unwrap();
        let error_after = |learning_rate: f64| {
            let mut weight = 2.0_f64.powf(1.0 / f64::from(power)) * (1.0 + 1e-6);
            for _ in 0..400 {
                weight -= learning_rate * weight.powi(power - 1) * (weight.powi(power) - 2.0);
            }
            (weight.powi(power) - 2.0).abs()
        };
        assert!(
            error_after(0.97 * bound) < 1e-9,
            "depth {depth}: {}",
            error_after(0.97 * bound)
        );
        assert!(
            error_after(1.03 * bound) > 1e-2,
            "depth {depth}: {}",
            error_after(1.03 * bound)
        );
    }
    assert_close(largest_stable_learning_rate(2, 4.0), 0.25, 1e-15);
    assert_close(
        largest_mean_square_stable_learning_rate(2, 4.0, 1),
        0.25 / 3.0,
        1e-15,
    );
    assert!(largest_stable_learning_rate(2, 0.0).is_infinite());
}

#[test]
fn out_of_range_mode_has_no_variance() {
    assert_eq!(discrete_matrix_variance(&[1.0], 1, 2, 0.01, 1, 0.5), None);
}

#[test]
fn plateaus_step_down_by_half_a_square() {
    assert_eq!(plateau_levels(&[4.0, 2.0, 1.0]), [10.5, 2.5, 0.5, 0.0]);
    assert_eq!(plateau_levels(&[]), [0.0]);
    assert_close(plateau_level(&[4.0, 2.0], 7), 0.0, 0.0);
}
