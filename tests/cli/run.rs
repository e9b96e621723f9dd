//! The headless commands as a person meets them: what they print, write and answer.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufRead as _;
use std::path::Path;
use std::process::Stdio;

use saddlescope::experiment::Experiment;
use saddlescope::session::Session;
use tempfile::TempDir;

use crate::command;
use crate::npz;

use command::{rows, saddlescope, stdout};
use npz::Npz;

const HEADER: &str = "step,time,loss,excess_loss,strength_1,strength_2,singular_value_1,singular_value_2,drift_1,drift_2,\
    diffusion_1,diffusion_2,diffusion_law_1,diffusion_law_2,alignment_1,alignment_2,imbalance,curvature_1,curvature_2,\
    layer_norm_1,layer_norm_2,pair_imbalance_1,balance_ratio_1_1,balance_ratio_1_2";
const TWO_MODES: &str = "teacher.strengths=[3,1]";
/// Arrays of one number a row with their column in the table, for three layers and two modes.
const ONE_A_ROW: [(&str, usize); 14] = [
    ("step", 0),
    ("time", 1),
    ("loss", 2),
    ("excess_loss", 3),
    ("imbalance", 16),
    ("gradient_norm", 28),
    ("noise_trace", 29),
    ("signal_to_noise", 30),
    ("off_diagonal", 31),
    ("learning_rate", 42),
    ("batch_size", 43),
    ("label_noise_std", 44),
    ("momentum", 45),
    ("weight_decay", 46),
];
/// Arrays of one number a row and mode with their first column.
const ONE_A_MODE: [(&str, usize); 12] = [
    ("strength", 4),
    ("singular_value", 6),
    ("drift", 8),
    ("diffusion", 10),
    ("diffusion_law", 12),
    ("alignment", 14),
    ("curvature", 17),
    ("ito_drift", 32),
    ("student_drift", 34),
    ("student_diffusion", 36),
    ("student_curvature", 38),
    ("student_pair", 40),
];

/// The limit of large steps is told with its digits, and only where such steps are taken.
#[test]
fn a_divergence_tells_a_limit_that_is_one() {
    let run = |settings: &[&str]| {
        let settings = settings.iter().flat_map(|setting| ["--set", setting]);
        let arguments: Vec<&str> = ["run", "--steps", "99"].into_iter().chain(settings).collect();
        let directory = TempDir::new().unwrap();
        let output = saddlescope(directory.path(), &arguments);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, message) = run(&[
        "teacher.strengths=[1e5]",
        "network.hidden=[4,4,4]",
        "init.strength=1e5",
    ]);
    assert_eq!(code, Some(3), "{message}");
    assert!(
        message.contains("1.58114\u{b7}10\u{207b}\u{2078} of feature 1"),
        "{message}"
    );
    let (code, message) = run(&[
        "engine=gradient_flow",
        "teacher.strengths=[1e6]",
        "live.learning_rate=1e6",
        "init.scheme=gaussian",
        "init.std=1e6",
    ]);
    assert_eq!(code, Some(3), "{message}");
    assert!(!message.contains("stable learning rate"), "{message}");
}

#[test]
fn the_table_has_the_named_columns_and_starts_at_the_start() {
    let table = stdout(&["run", "--steps", "25", "--every", "10", "--set", TWO_MODES]);
    let header = table.lines().next().unwrap();
    assert!(header.starts_with(HEADER), "{header}");
    let last = "student_pair_1,student_pair_2,learning_rate,batch_size,label_noise_std,momentum,weight_decay";
    assert!(header.ends_with(last), "{header}");
    assert!(table.lines().nth(1).unwrap().starts_with("0,0.0,"), "{table}");
    let rows = rows(&table);
    let steps: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(steps, [0.0, 10.0, 20.0, 25.0]);
    // Aligned at 1e-3: strengths, singular values, alignment and balance are known.
    for column in [4, 5, 6, 7] {
        assert!((rows[0][column] - 1e-3).abs() < 1e-15, "{rows:?}");
    }
    assert!((rows[0][3] - 0.5 * (2.999_f64.powi(2) + 0.999_f64.powi(2))).abs() < 1e-12);
    assert!((rows[0][14] - 1.0).abs() < 1e-12 && rows[0][16].abs() < 1e-15);
    assert!((rows[3][1] - 25.0 * 0.005).abs() < 1e-15);
}

#[test]
fn a_thousand_rows_are_the_default() {
    assert_eq!(stdout(&["run", "--steps", "2500"]).lines().count(), 1 + 1251);
    assert_eq!(stdout(&["run", "--steps", "7"]).lines().count(), 1 + 8);
    assert_eq!(stdout(&["run", "--steps", "0"]).lines().count(), 1 + 1);
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let directory = TempDir::new().unwrap();
    let run = |seed: &str, out: &str| {
        let seed = format!("seed={seed}");
        let arguments = [
            "run",
            "--steps",
            "300",
            "--set",
            &seed,
            "--set",
            "engine=langevin",
            "--out",
            out,
        ];
        let output = saddlescope(directory.path(), &arguments);
        assert_eq!(
            (output.status.code(), output.stdout.len(), output.stderr.len()),
            (Some(0), 0, 0)
        );
        fs::read(directory.path().join(out)).unwrap()
    };
    for format in ["csv", "npz"] {
        let first = run("7", &format!("a.{format}"));
        assert!(first == run("7", &format!("b.{format}")));
        assert!(first != run("8", &format!("c.{format}")));
    }
    let file = String::from_utf8(run("7", "d.csv")).unwrap();
    assert_eq!(
        file,
        stdout(&[
            "run",
            "--steps",
            "300",
            "--set",
            "seed=7",
            "--set",
            "engine=langevin"
        ])
    );
}

#[test]
fn the_printed_experiment_is_the_default_one() {
    let directory = TempDir::new().unwrap();
    let text = stdout(&["experiment"]);
    assert_eq!(Experiment::parse(&text, &[]).unwrap(), Experiment::default());
    let file = directory.path().join("mine.toml");
    fs::write(&file, text).unwrap();
    let from_file = stdout(&["run", "--steps", "50", "--experiment", file.to_str().unwrap()]);
    assert_eq!(from_file, stdout(&["run", "--steps", "50"]));
    // Settings are laid over the file.
    let noisy = ["run", "--steps", "50", "--set", "live.label_noise_std=0.5"];
    let from_file = stdout(&[&noisy[..], &["--experiment", file.to_str().unwrap()]].concat());
    assert_eq!(from_file, stdout(&noisy));
}

#[test]
fn every_key_of_the_printed_experiment_can_be_set() {
    let table: toml::Table = stdout(&["experiment"]).parse().unwrap();
    let mut arguments = vec!["run".to_owned(), "--steps".to_owned(), "20".to_owned()];
    for (key, value) in &table {
        let settings: Vec<String> = match value {
            toml::Value::Table(inner) => inner
                .iter()
                .map(|(name, value)| format!("{key}.{name}={value}"))
                .collect(),
            value => vec![format!("{key}={value}")],
        };
        arguments.extend(
            settings
                .into_iter()
                .flat_map(|setting| ["--set".to_owned(), setting]),
        );
    }
    assert!(arguments.len() > 40, "{arguments:?}");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert_eq!(stdout(&arguments), stdout(&["run", "--steps", "20"]));
}

#[test]
fn the_archive_holds_the_table_and_what_it_is_a_table_of() {
    let directory = TempDir::new().unwrap();
    let shape = [
        "--set",
        "network.d_in=5",
        "--set",
        "network.d_out=3",
        "--set",
        "network.hidden=[4,6]",
    ];
    let data = [
        "--set",
        "data.kind=dataset",
        "--set",
        "data.n_samples=9",
        "--set",
        "live.label_noise_std=0.2",
    ];
    let run = [
        "run",
        "--steps",
        "40",
        "--every",
        "7",
        "--set",
        TWO_MODES,
        "--set",
        "teacher.basis=random",
    ];
    let arguments = [&run[..], &shape, &data].concat();
    let table = rows(&stdout(&arguments));
    let output = saddlescope(
        directory.path(),
        &[&arguments[..], &["--out", "rows.npz"]].concat(),
    );
    assert_eq!(output.status.code(), Some(0));
    let path = directory.path().join("rows.npz");
    let mut archive = Npz::open(&path);
    let mut names = BTreeSet::new();
    let mut read = |name: &str, shape: &[u64]| -> Vec<f64> {
        names.insert(format!("{name}.npy"));
        let (found, values) = archive.read(name);
        assert_eq!(found, shape, "{name}");
        values
    };
    let n_rows = table.len() as u64;
    for (name, column) in ONE_A_ROW {
        let expected: Vec<f64> = table.iter().map(|row| row[column]).collect();
        assert_eq!(read(name, &[n_rows]), expected, "{name}");
    }
    for (name, first) in ONE_A_MODE {
        let expected: Vec<f64> = table
            .iter()
            .flat_map(|row| row[first..first + 2].to_vec())
            .collect();
        assert_eq!(read(name, &[n_rows, 2]), expected, "{name}");
    }
    for (name, shape, columns) in [
        ("layer_norm", &[n_rows, 3][..], 19..22),
        ("pair_imbalance", &[n_rows, 2], 22..24),
        ("balance_ratio", &[n_rows, 2, 2], 24..28),
    ] {
        let values = table.iter().flat_map(|row| row[columns.clone()].to_vec());
        assert_eq!(read(name, shape), values.collect::<Vec<f64>>(), "{name}");
    }
    assert_eq!(read("teacher_s", &[2]), [3.0, 1.0]);
    let (u, v) = (read("teacher_u", &[3, 2]), read("teacher_v", &[5, 2]));
    for (layer, shape) in [(1, [4, 5]), (2, [6, 4]), (3, [3, 6])] {
        read(&format!("initial_w{layer}"), &shape);
    }
    let (first, second) = (read("final_w1", &[4, 5]), read("final_w2", &[6, 4]));
    let map = product(&read("final_w3", &[3, 6]), &product(&second, &first, 4), 6);
    // The last strengths are u^T W v of the last weights: the layout of every matrix is right.
    for mode in 0..2 {
        let strength: f64 = (0..15)
            .map(|i| u[i / 5 * 2 + mode] * map[i] * v[i % 5 * 2 + mode])
            .sum();
        assert!((strength - table[table.len() - 1][4 + mode]).abs() < 1e-12);
    }
    // Nothing has happened in so few steps but that the run began at a saddle.
    for (name, expected) in [
        ("step", 0.0),
        ("time", 0.0),
        ("kind", 3.0),
        ("mode", 0.0),
        ("value", 0.0),
        ("lead", f64::NAN),
        ("lead_predicted", f64::NAN),
    ] {
        let found = read(&format!("event_{name}"), &[1])[0];
        assert!(found.total_cmp(&expected).is_eq(), "{name}: {found}");
    }
    // Targets are M x and noise of standard deviation 0.2; 27 draws stay below 5 of them but for one run in 6e4.
    let (inputs, targets) = (read("inputs", &[9, 5]), read("targets", &[9, 3]));
    for (i, target) in targets.iter().enumerate() {
        let (sample, output) = (i / 3, i % 3);
        let clean: f64 = (0..10)
            .map(|j| (j / 2, j % 2))
            .map(|(input, mode)| {
                u[output * 2 + mode] * [3.0, 1.0][mode] * v[input * 2 + mode] * inputs[sample * 5 + input]
            })
            .sum();
        assert!((target - clean).abs() < 1.0);
    }
    let (_, bytes): (_, Vec<u8>) = Npz::open(&path).read("session");
    let session = Session::parse(&String::from_utf8(bytes).unwrap(), "session").unwrap();
    assert_eq!(session.experiment.network.hidden.len(), 2);
    names.insert("session.npy".to_owned());
    let archive = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    let found: BTreeSet<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names, found);
}

/// Product of matrices in C order; `inner` is the length they share.
fn product(left: &[f64], right: &[f64], inner: usize) -> Vec<f64> {
    let n_columns = right.len() / inner;
    let n_rows = left.len() / inner;
    (0..n_rows * n_columns)
        .map(|i| (i / n_columns, i % n_columns))
        .map(|(row, column)| {
            (0..inner)
                .map(|k| left[row * inner + k] * right[k * n_columns + column])
                .sum()
        })
        .collect()
}

#[test]
fn divergence_is_told_and_the_rows_so_far_are_kept() {
    let directory = TempDir::new().unwrap();
    let arguments = [
        "run",
        "--steps",
        "1000",
        "--every",
        "5",
        "--set",
        "live.learning_rate=0.6",
    ];
    for out in [&[][..], &["--out", "rows.csv"]] {
        let output = saddlescope(directory.path(), &[&arguments[..], out].concat());
        assert_eq!(output.status.code(), Some(3));
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(message.lines().count(), 1, "{message}");
        for words in ["error: diverged at step", "eta = 0.6", "0.25"] {
            assert!(message.contains(words), "no {words:?} in {message}");
        }
        let table = match out {
            [] => String::from_utf8(output.stdout).unwrap(),
            _ => fs::read_to_string(directory.path().join("rows.csv")).unwrap(),
        };
        let rows = rows(&table);
        assert!(rows.len() > 2 && rows.iter().flatten().all(|value| value.is_finite()));
        let last = rows[rows.len() - 1][0];
        assert!(message.contains(&format!("at step {last} ")), "{message}");
    }
}

#[test]
fn weights_that_overflow_at_once_end_the_run() {
    let deep = "network.hidden=[4,4,4,4,4,4,4,4,4,4,4,4,4,4,4]";
    let settings = [
        deep,
        "live.learning_rate=1e6",
        "init.scheme=gaussian",
        "init.std=3",
    ];
    let settings = settings.iter().flat_map(|setting| ["--set", setting]);
    let arguments: Vec<&str> = ["run", "--steps", "100"].into_iter().chain(settings).collect();
    let output = saddlescope(Path::new("."), &arguments);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        rows(&String::from_utf8(output.stdout).unwrap())
            .iter()
            .flatten()
            .all(|value| value.is_finite())
    );
}

#[cfg(unix)]
#[test]
fn a_reader_may_leave_early() {
    let program = assert_cmd::cargo::cargo_bin("saddlescope");
    let mut child = std::process::Command::new(program)
        .args(["run", "--steps", "20000", "--every", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with("step,time"));
    assert_eq!(
        (output.status.code(), output.stderr.as_slice()),
        (Some(0), &b""[..])
    );
}

#[test]
fn without_a_display_the_default_run_is_left_as_files() {
    let directory = TempDir::new().unwrap();
    let output = saddlescope(directory.path(), &[]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("without the window"), "{message}");
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        "saddlescope.csv\nsaddlescope.svg\n"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    let table = fs::read_to_string(directory.path().join("saddlescope.csv")).unwrap();
    assert_eq!(table, stdout(&["run", "--steps", "3000"]));
    let picture = fs::read_to_string(directory.path().join("saddlescope.svg")).unwrap();
    assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
    assert!(picture.len() < 1_000_000);
    for words in [
        "mode 4, m = 0.5",
        "Diffusion of each mode",
        "3 learned",
        "η = 0.005, B = 32, σ = 0, seed 1",
    ] {
        assert!(picture.contains(words), "{words}");
    }
    // Curves, not only axes.
    assert!(
        picture
            .lines()
            .any(|line| line.starts_with("<polyline") && line.len() > 5000)
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    assert!(stdout(&["--help"]).contains("Exit codes"));
    assert!(stdout(&["run", "--help"]).contains("--experiment"));
    assert!(stdout(&["--version"]).starts_with("saddlescope 0."));
}

#[test]
#[cfg(feature = "gui")]
fn a_file_is_shown_in_the_window_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mine.toml");
    fs::write(&path, "seed = 3\n").unwrap();
    let cases = [
        ("mine.toml", "mine.toml: no display"),
        ("none.toml", "none.toml: cannot be read"),
        ("rnu", "rnu: neither a command nor a file"),
    ];
    for (argument, told) in cases {
        let output = saddlescope(directory.path(), &[argument]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.contains(told) && message.lines().count() == 1,
            "{message}"
        );
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}
