//! Runs the program as a person would.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

/// Runs `saddlescope` in `directory`, without a display.
pub(crate) fn saddlescope(directory: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("saddlescope")
        .unwrap()
        .current_dir(directory)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .args(arguments)
        .output()
        .unwrap()
}

/// Standard output of a command that must succeed and say nothing else.
pub(crate) fn stdout(arguments: &[&str]) -> String {
    let output = saddlescope(Path::new("."), arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), errors.as_str()),
        (Some(0), ""),
        "{arguments:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Numbers of a table, without its header.
pub(crate) fn rows(csv: &str) -> Vec<Vec<f64>> {
    let numbers = |line: &str| line.split(',').map(|number| number.parse().unwrap()).collect();
    csv.lines().skip(1).map(numbers).collect()
}
