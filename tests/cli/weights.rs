//! `--weights-every`: weights along a run, in the NPZ.

use tempfile::TempDir;

use crate::command::saddlescope;
use crate::npz::Npz;

const SHAPE: [&str; 4] = ["--set", "network.hidden=[5]", "--set", "network.d_in=6"];

#[test]
fn weights_are_kept_at_their_steps_and_change_nothing() {
    let directory = TempDir::new().unwrap();
    let run = |steps: &str, name: &str, more: &[&str]| {
        let fixed = ["run", "--steps", steps, "--every", "10", "--out", name];
        let arguments: Vec<&str> = fixed.iter().chain(&SHAPE).chain(more).copied().collect();
        let output = saddlescope(directory.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        Npz::open(&directory.path().join(name))
    };
    let mut kept = run("25", "kept.npz", &["--weights-every", "7"]);
    let mut plain = run("25", "plain.npz", &[]);
    let mut until = run("21", "until.npz", &[]);
    let (shape, steps) = kept.read::<f64>("weights_steps");
    assert_eq!((shape, steps), (vec![4], vec![0.0, 7.0, 14.0, 21.0]));
    for (layer, (d_out, d_in)) in [(1, (5, 6)), (2, (4, 5))] {
        let (shape, weights) = kept.read::<f64>(&format!("weights_{layer}"));
        assert_eq!(shape, [4, d_out, d_in]);
        let n = (d_out * d_in) as usize;
        let (_, first) = kept.read::<f64>(&format!("initial_w{layer}"));
        assert_eq!(weights[..n], first);
        // The run to step 21 ends with them, bit for bit.
        let (_, last) = until.read::<f64>(&format!("final_w{layer}"));
        assert_eq!(weights[3 * n..], last);
        // And the rows and the end are those of a run without.
        for name in [
            format!("final_w{layer}"),
            "strength".to_owned(),
            "student_diffusion".to_owned(),
        ] {
            assert_eq!(kept.read::<f64>(&name), plain.read::<f64>(&name), "{name}");
        }
    }
}

#[test]
fn what_cannot_be_kept_is_refused_before_the_run() {
    let directory = TempDir::new().unwrap();
    let refused = |arguments: &[&str]| {
        let output = saddlescope(directory.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
        String::from_utf8(output.stderr).unwrap()
    };
    let message = refused(&["run", "--steps", "9", "--weights-every", "2", "--out", "a.csv"]);
    assert!(
        message.contains("--weights-every") && message.contains(".npz"),
        "{message}"
    );
    let message = refused(&["run", "--steps", "9", "--weights-every", "2"]);
    assert!(message.contains(".npz"), "{message}");
    // 32 weights at each of 10^8 steps are 25 GB.
    let long = [
        "run",
        "--steps",
        "100000000",
        "--every",
        "1000000",
        "--weights-every",
        "1",
        "--out",
        "a.npz",
    ];
    let message = refused(&long);
    assert!(message.contains("32 weights kept every 1 of"), "{message}");
    let several = [
        "run",
        "--steps",
        "9",
        "--weights-every",
        "1",
        "--replicas",
        "4",
        "--out",
        "a.npz",
    ];
    assert!(refused(&several).contains("--replicas"));
}
