//! Every way of being wrong on the command line: one clear line, the right exit code, and nothing written.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use saddlescope::observables::Schema;
use tempfile::TempDir;

/// Files of `tests/data/bad`, one for each way of being wrong, and what the message must name: place, key, value, what is
/// allowed.
const BAD_FILES: &[(&str, &[&str])] = &[
    ("basis_unknown", &["line 2", "teacher.basis", "fourier", "random"]),
    (
        "batch_size_infinite",
        &["line 2", "live.batch_size", "inf", "whole number"],
    ),
    (
        "batch_size_negative",
        &["line 2", "live.batch_size", "-32", "whole number"],
    ),
    ("batch_size_zero", &["live.batch_size = 0", "from 1"]),
    ("engine_unknown", &["line 1", "engine", "adamax", "sgd"]),
    ("hidden_not_a_list", &["line 2", "network.hidden", "4", "a list"]),
    ("hidden_zero", &["network.hidden = [4, 0]", "from 1 to 1024"]),
    ("init_gamma_nan", &["init.gamma = NaN", "from -2 to 20"]),
    (
        "init_scheme_unknown",
        &["line 2", "init.scheme", "zeros", "aligned"],
    ),
    ("init_std_negative", &["init.std = -0.1", "from 0"]),
    ("init_strength_infinite", &["init.strength = inf", "from 0"]),
    (
        "init_strengths_too_few",
        &["init.strengths = [0.1]", "each of the 4 modes"],
    ),
    ("key_twice", &["line 2", "duplicate key"]),
    ("key_unknown", &["line 1", "sed", "expected one of", "seed"]),
    (
        "key_unknown_in_table",
        &["line 2", "live.nesterov", "learning_rate"],
    ),
    ("label_noise_nan", &["live.label_noise_std = NaN", "from 0"]),
    ("label_noise_negative", &["live.label_noise_std = -1", "from 0"]),
    (
        "langevin_noise_unknown",
        &["line 2", "langevin.noise", "pink", "isotropic"],
    ),
    ("learning_rate_infinite", &["live.learning_rate = inf", "above 0"]),
    ("learning_rate_nan", &["live.learning_rate = NaN", "above 0"]),
    (
        "learning_rate_negative",
        &["live.learning_rate = -0.01", "above 0"],
    ),
    (
        "learning_rate_word",
        &["line 4", "live.learning_rate", "fast", "a number"],
    ),
    ("learning_rate_zero", &["live.learning_rate = 0", "above 0"]),
    ("not_toml", &["line 1"]),
    (
        "rank_too_high",
        &[
            "teacher.strengths = [5.0, 4.0, 3.0, 2.0, 1.0]",
            "at most 4",
            "width 4",
        ],
    ),
    (
        "samples_too_few_to_whiten",
        &["data.n_samples = 2", "at least network.d_in = 4"],
    ),
    ("samples_zero", &["data.n_samples = 0", "from 1"]),
    (
        "sampling_unknown",
        &["line 2", "data.sampling", "stratified", "epochs"],
    ),
    ("seed_negative", &["line 1", "seed", "-1", "whole number"]),
    ("seed_word", &["line 1", "seed", "lucky", "whole number"]),
    ("strengths_empty", &["teacher.strengths = []", "1 to 64"]),
    ("strengths_nan", &["teacher.strengths = [NaN]", "from 1e-6"]),
    (
        "strengths_negative",
        &["teacher.strengths = [2.0, -1.0]", "from 1e-6"],
    ),
    (
        "strengths_rising",
        &["teacher.strengths = [1.0, 2.0]", "largest to the smallest"],
    ),
    (
        "strengths_words",
        &["line 2", "teacher.strengths[1]", "big", "a number"],
    ),
    ("substeps_zero", &["langevin.substeps = 0", "from 1 to 1000"]),
    ("table_as_number", &["line 1", "teacher", "3", "a table"]),
    ("table_unclosed", &["line 2", "unclosed table"]),
    ("table_unknown", &["line 1", "annealer", "expected one of"]),
    ("too_deep", &["network.hidden", "at most 31 layers"]),
    ("whiten_number", &["line 2", "data.whiten", "1", "true or false"]),
    (
        "width_fractional",
        &["line 2", "network.d_in", "2.5", "whole number"],
    ),
    (
        "width_negative",
        &["line 2", "network.d_out", "-3", "whole number"],
    ),
    ("width_too_large", &["network.d_in = 5000", "from 1 to 1024"]),
    ("width_zero", &["network.d_in = 0", "from 1 to 1024"]),
];

/// Runs `saddlescope run --steps 10` with more arguments in `directory`; answers exit code and standard error.
fn run(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::cargo_bin("saddlescope")
        .unwrap()
        .current_dir(directory)
        .args(["run", "--steps", "10"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Asserts that the arguments are refused in one line that holds all `words`, and that nothing is written.
fn assert_refused(arguments: &[&str], words: &[&str]) {
    let directory = TempDir::new().unwrap();
    let out = ["--out", "rows.csv"];
    let arguments = if arguments.contains(&"--out") {
        arguments.to_vec()
    } else {
        [arguments, &out].concat()
    };
    let (code, message) = run(directory.path(), &arguments);
    assert_eq!(code, 2, "{arguments:?}: {message}");
    assert!(message.starts_with("error: "), "{arguments:?}: {message}");
    assert_eq!(message.matches('\n').count(), 1, "{arguments:?}: {message}");
    assert!(message.len() < 1000, "{arguments:?}: {message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?}: no {word:?} in {message}");
    }
    let left: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
    assert!(left.is_empty(), "{arguments:?} left {left:?}");
}

#[test]
fn bad_files_are_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bad");
    for (name, words) in BAD_FILES {
        let file = folder.join(format!("{name}.toml"));
        assert!(file.is_file(), "{}", file.display());
        let file_name = format!("{name}.toml: ");
        let words = [words, &[file_name.as_str()][..]].concat();
        assert_refused(&["--experiment", file.to_str().unwrap()], &words);
    }
    let n_files = fs::read_dir(folder).unwrap().count();
    assert_eq!(n_files, BAD_FILES.len(), "a file is in no test");
}

#[test]
fn bad_settings_are_refused() {
    let cases: &[(&str, &[&str])] = &[
        ("live.batch_size=0", &["live.batch_size = 0", "from 1"]),
        (
            "live.learning_rate=-0.5",
            &["live.learning_rate = -0.5", "above 0"],
        ),
        ("live.learning_rate=nan", &["live.learning_rate = NaN", "above 0"]),
        (
            "live.learning_rate=quick",
            &["live.learning_rate", "quick", "a number"],
        ),
        ("live.learning_rate=", &["live.learning_rate", "a number"]),
        ("live.lr=0.1", &["live.lr", "learning_rate"]),
        ("speed=3", &["speed", "expected one of", "seed"]),
        (
            "teacher.strengths=[9,8,7,6,5]",
            &["teacher.strengths", "at most 4"],
        ),
        ("teacher.strengths=1", &["teacher.strengths", "a list"]),
        ("teacher=1", &["teacher", "a table"]),
        ("engine=adamax", &["engine", "adamax", "sgd"]),
        (
            "network.hidden=[4,-1]",
            &["network.hidden[1]", "-1", "whole number"],
        ),
        ("seed=99999999999999999999", &["seed", "2^53"]),
        ("seed=1\nengine=2", &["seed", "whole number"]),
        ("seed", &["KEY=VALUE"]),
        ("=1", &["KEY=VALUE"]),
        ("live.=1", &["KEY=VALUE"]),
    ];
    for (setting, words) in cases {
        assert_refused(&["--set", setting], words);
    }
    // Tables inside one another without end.
    let deep = vec!["a"; 40_000].join(".") + "=1";
    assert_refused(&["--set", &deep], &["KEY=VALUE"]);
    // Marks that turn the direction of writing around.
    assert_refused(&["--set", "live.\u{202e}rl=1"], &["live.\u{fffd}rl"]);
    // The first setting is judged together with the second, not overruled by it.
    assert_refused(&["--set", "live.lr=1", "--set", "seed=2"], &["live.lr"]);
}

#[test]
fn bad_arguments_are_refused() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["--every", "0"], &["--every", "'0'", "from 1"]),
        (&["--every", "-2"], &["--every", "'-2'", "from 1"]),
        (&["--every", "often"], &["--every", "'often'"]),
        (&["--step", "4"], &["--step"]),
        (&["--replicas", "0"], &["--replicas", "'0'", "from 1"]),
        (&["--replicas", "-3"], &["--replicas", "'-3'", "from 1"]),
        (&["--replicas", "many"], &["--replicas", "'many'"]),
        (
            &["--replicas", "1e15"],
            &["--replicas", "32 weights", "memory", "at most "],
        ),
        (
            &["--replicas", "9000000", "--set", "network.hidden=[500,500]"],
            &["--replicas: 9000000 replicas", "254000 weights", "at most "],
        ),
        (&["extra"], &["extra"]),
    ];
    for (arguments, words) in cases {
        assert_refused(arguments, words);
    }
    for steps in ["-1", "1.5", "nan", "1e300", ""] {
        let output = Command::cargo_bin("saddlescope")
            .unwrap()
            .args(["run", "--steps", steps])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{steps}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("--steps"));
    }
    let output = Command::cargo_bin("saddlescope")
        .unwrap()
        .arg("run")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--steps"));
}

#[test]
fn unreadable_experiments_are_refused() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    assert_refused(&["--experiment", &path("")], &["cannot be read", "irectory"]);
    let missing = path("missing.toml");
    assert_refused(&["--experiment", &missing], &["missing.toml", "cannot be read"]);
    fs::write(path("file"), "").unwrap();
    assert_refused(&["--experiment", &path("file/inside.toml")], &["cannot be read"]);

    fs::write(path("binary.toml"), [0x7f, b'E', b'L', b'F', 0xff, 0xfe, 0, 1]).unwrap();
    assert_refused(&["--experiment", &path("binary.toml")], &["binary.toml", "UTF-8"]);
    // Not random, but no better: a linear congruential generator.
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let noise: Vec<u8> = noise.take(10_000_000).collect();
    fs::write(path("noise.toml"), &noise).unwrap();
    assert_refused(&["--experiment", &path("noise.toml")], &["too long", "1048576"]);
    fs::write(path("noise.toml"), &noise[..100_000]).unwrap();
    assert_refused(&["--experiment", &path("noise.toml")], &["UTF-8"]);
    let text: Vec<u8> = noise.iter().map(|byte| b' ' + byte % 95).take(100_000).collect();
    fs::write(path("text.toml"), text).unwrap();
    assert_refused(&["--experiment", &path("text.toml")], &["text.toml: line 1"]);
    fs::write(path("deep.toml"), format!("a = {}", "[".repeat(100_000))).unwrap();
    assert_refused(&["--experiment", &path("deep.toml")], &["deep.toml: line 1"]);
    fs::write(path("long.toml"), format!("{} = 1", "k".repeat(900_000))).unwrap();
    assert_refused(&["--experiment", &path("long.toml")], &["unknown field"]);
}

#[test]
fn unwritable_outputs_are_refused_before_the_run() {
    let directory = TempDir::new().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("file"), "").unwrap();
    fs::create_dir(path("folder.csv")).unwrap();
    let refused = |out: &str, words: &[&str]| assert_refused(&["--out", out], words);
    refused(&path("rows.txt"), &["rows.txt", ".csv or .npz"]);
    refused(&path("rows"), &[".csv or .npz"]);
    refused(&path("file/rows.csv"), &["file/rows.csv", "no directory"]);
    refused(&path("missing/rows.npz"), &["missing/rows.npz", "no directory"]);
    refused(&path("folder.csv"), &["folder.csv", "is a directory"]);
    let refused = |events: &str, words: &[&str]| assert_refused(&["--events", events], words);
    refused(
        &path("events.npz"),
        &["--events", "events.npz", "must end in .csv"],
    );
    refused(&path("events"), &["--events", "must end in .csv"]);
    refused(
        &path("missing/events.csv"),
        &["missing/events.csv", "no directory"],
    );
    refused(&path("folder.csv"), &["folder.csv", "is a directory"]);
    refused("./rows.csv", &["--out", "--events", "same file", "rows.csv"]);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn a_run_too_long_for_memory_says_what_would_fit() {
    let directory = TempDir::new().unwrap();
    let output = Command::cargo_bin("saddlescope")
        .unwrap()
        .current_dir(directory.path())
        .args(["run", "--steps", "1e12", "--every", "1", "--out", "rows.csv"])
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    // 2^27 numbers, less the first and the last row.
    let most_rows = (1_u64 << 27) / Schema::new(4, 2).n_columns() as u64;
    let least = 1_000_000_000_000 / (most_rows - 2) + 1;
    assert!(
        message.contains("--every") && message.contains(&format!("record every {least} steps")),
        "{message}"
    );
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}
