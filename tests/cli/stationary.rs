//! `saddlescope run --stationary`: settled modes as a table.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::command::saddlescope;
use crate::npz::Npz;

const COLUMNS: &str = "mode,rows,effective_rows,burn_in_step,mean,mean_error,mean_low,mean_high,variance,variance_error,\
    variance_low,variance_high,skewness,skewness_error,boltzmann_variance,discrete_variance,present_variance,\
    balanced_variance,balanced_mean,ks_distance,ks_noise,drifting";

/// Runs 2-1-4 with one mode of strength 1 from 0.5 and returns the folder of its files.
fn run(steps: &str, more: &[&str]) -> TempDir {
    let directory = TempDir::new().unwrap();
    let (table, archive) = (directory.path().join("s.csv"), directory.path().join("r.npz"));
    let mut arguments = vec!["run", "--steps", steps];
    for setting in [
        "network={d_in=2,d_out=4,hidden=[1]}",
        "teacher.strengths=[1]",
        "init.strength=0.5",
        "live={learning_rate=0.02,batch_size=4,label_noise_std=1.0}",
    ] {
        arguments.extend(["--set", setting]);
    }
    arguments.extend(more);
    let (table, archive) = (table.to_str().unwrap(), archive.to_str().unwrap());
    arguments.extend(["--stationary", table, "--out", archive]);
    let output = saddlescope(Path::new("."), &arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    directory
}

#[test]
fn a_settled_mode_has_every_number_and_the_archive_has_them_too() {
    let directory = run("60000", &[]);
    let text = fs::read_to_string(directory.path().join("s.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some(COLUMNS));
    let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(lines.next(), None);
    let number = |name: &str| -> f64 {
        let place = COLUMNS.split(',').position(|column| column == name).unwrap();
        cells[place].parse().unwrap()
    };
    assert_eq!(cells[0], "1");
    assert!(["true", "false"].contains(cells.last().unwrap()));
    assert!(number("rows") > 3000.0 && number("burn_in_step") > 100.0);
    assert!(number("mean_low") < number("mean") && number("mean") < number("mean_high"));
    assert!(number("variance_low") < number("variance") && number("variance") < number("variance_high"));
    // Four parts in ten: the balance of the layers is on its way from 1 to (2/4)^(1/2).
    assert!((number("boltzmann_variance") - 0.005).abs() < 1e-12);
    assert!((number("present_variance") / number("variance") - 1.0).abs() < 0.2);
    let mut archive = Npz::open(&directory.path().join("r.npz"));
    for (place, name) in COLUMNS.split(',').enumerate() {
        let (shape, values): (_, Vec<f64>) = archive.read(&format!("stationary_{name}"));
        assert_eq!(shape, [1], "{name}");
        let expected = match cells[place] {
            "true" => 1.0,
            "false" => 0.0,
            text => text.parse().unwrap(),
        };
        assert_eq!(values, [expected], "{name}");
    }
}

#[test]
fn a_mode_on_its_way_has_a_row_with_empty_cells() {
    let directory = run("40", &[]);
    let text = fs::read_to_string(directory.path().join("s.csv")).unwrap();
    assert_eq!(text.lines().nth(1), Some("1,,,,,,,,,,,,,,,,,,,,,"));
}

/// The table does not depend on how the rows are recorded.
#[test]
fn the_rows_do_not_matter() {
    let read = |directory: &TempDir| fs::read(directory.path().join("s.csv")).unwrap();
    assert_eq!(
        read(&run("9000", &["--every", "7"])),
        read(&run("9000", &["--every", "4500"]))
    );
}

#[test]
fn wrong_names_and_replicas_are_refused() {
    for arguments in [
        vec!["run", "--steps", "10", "--stationary", "s.txt"],
        vec!["run", "--steps", "10", "--replicas", "2", "--stationary", "s.csv"],
    ] {
        let output = saddlescope(Path::new("."), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
    }
}
