//! Samples from CSV files: what is learned from them, and every way in which they can be wrong.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use nalgebra::DMatrix;
use saddlescope::experiment::{Engine, Experiment, InitScheme, LONGEST_TABLE};
use saddlescope::observables::Schema;
use saddlescope::simulation::{Simulation, StepOutcome};
use tempfile::TempDir;

/// Files of `tests/data/bad_samples` and what the message must name.
const BAD: &[(&str, &[&str])] = &[
    (
        "blank_field",
        &[
            "data.inputs",
            "blank_field.csv: line 3, column 2 (b)",
            "\"\" is not a number",
        ],
    ),
    (
        "builtin_unknown",
        &["builtin:iris.csv", "builtin:semantic_items.csv"],
    ),
    ("d_in", &["network.d_in = 3", "must be 2", "x.csv"]),
    ("d_out", &["network.d_out = 2", "must be 3", "y.csv"]),
    ("empty", &["empty.csv: line 1", "header row expected"]),
    ("folder", &["data.inputs", "cannot be read", "irectory"]),
    ("header_alone", &["header_alone.csv: line 2", "a sample expected"]),
    ("infinite", &["infinite.csv: line 3, column 1 (a)", "\"inf\""]),
    ("missing", &["missing.csv", "cannot be read", "No such file"]),
    ("name_not_text", &["line 3", "data.inputs", "3"]),
    (
        "nan",
        &["nan.csv: line 2, column 2 (b)", "\"NaN\" is not a number"],
    ),
    ("no_header", &["no_header.csv: line 1", "names of columns"]),
    ("not_text", &["not_text.csv: line 2", "UTF-8"]),
    ("nothing_to_learn", &["zeros.csv", "nothing to learn"]),
    ("ragged", &["ragged.csv: line 3", "3 columns", "header has 2"]),
    ("samples_contradicted", &["data.n_samples = 5", "hold 4"]),
    ("labels", &["word.csv: line 1", "2 columns", "one_hot"]),
    (
        "strengths_contradicted",
        &["teacher.strengths = [4.0, 2.0]", "left out"],
    ),
    ("unnamed", &["data.targets is missing"]),
    ("unpaired", &["short.csv has 2 samples", "y.csv has 4"]),
    (
        "word",
        &["word.csv: line 3, column 2 (b)", "\"one\" is not a number"],
    ),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn load(directory: &Path, name: &str, settings: &[&str]) -> Experiment {
    let text = fs::read_to_string(directory.join(name)).unwrap();
    let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
    Experiment::parse_in(directory, &text, &settings).unwrap()
}

/// The semantic set of Saxe, McClelland and Ganguli: four one-hot items, seven properties.
fn semantic() -> Experiment {
    let text = "data.kind = 'file'\ndata.inputs = 'builtin:semantic_items.csv'\n\
                data.targets = 'builtin:semantic_properties.csv'\ndata.whiten = true\n\
                network.d_out = 7\ninit.strength = 0.001";
    Experiment::parse(text, &[]).unwrap()
}

#[test]
fn bad_samples_are_refused_with_file_and_line() {
    let folder = folder("bad_samples");
    for (name, words) in BAD {
        let directory = TempDir::new().unwrap();
        let file = folder.join(format!("{name}.toml"));
        let output = Command::cargo_bin("saddlescope")
            .unwrap()
            .current_dir(directory.path())
            .args(["run", "--steps", "10", "--out", "rows.csv", "--experiment"])
            .arg(file)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {message}");
        assert!(
            message.starts_with("error: ") && message.matches('\n').count() == 1,
            "{message}"
        );
        for word in words.iter().chain(&[format!("{name}.toml: ").as_str()]) {
            assert!(message.contains(word), "{name}: no {word:?} in {message}");
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0, "{name}");
    }
    let n_experiments = fs::read_dir(folder).unwrap().filter(|entry| {
        let path = entry.as_ref().unwrap().path();
        path.extension().is_some_and(|extension| extension == "toml")
    });
    assert_eq!(n_experiments.count(), BAD.len(), "a file is in no test");
}

#[test]
fn a_huge_file_is_refused() {
    let directory = TempDir::new().unwrap();
    let file = fs::File::create(directory.path().join("x.csv")).unwrap();
    file.set_len(LONGEST_TABLE + 1).unwrap();
    fs::copy(folder("samples/y.csv"), directory.path().join("y.csv")).unwrap();
    let text = fs::read_to_string(folder("samples/good.toml")).unwrap();
    let error = Experiment::parse_in(directory.path(), &text, &[])
        .unwrap_err()
        .to_string();
    assert!(error.contains("x.csv: too long"), "{error}");
}

#[test]
fn the_teacher_is_the_least_squares_map() {
    // y = (3 x_1, x_2, 0).
    let experiment = load(&folder("samples"), "good.toml", &[]);
    assert_eq!(experiment.data.n_samples, 4);
    for (found, expected) in experiment.teacher.strengths.iter().zip([3.0, 1.0]) {
        assert!((found - expected).abs() < 1e-12);
    }
    let simulation = Simulation::new(&experiment).unwrap();
    let expected = DMatrix::from_row_slice(3, 2, &[3.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
    assert!((simulation.risk().teacher().map() - expected).norm() < 1e-12);
}

#[test]
fn an_experiment_with_samples_is_written_and_read_from_anywhere() {
    let experiment = load(&folder("samples"), "good.toml", &["seed=5"]);
    let written = experiment.to_toml();
    let again = Experiment::parse_in(Path::new("/"), &written, &[]).unwrap();
    assert_eq!(again, experiment);
    assert_eq!(again.to_toml(), written);
    // The clone shares the samples.
    let copy = experiment.clone();
    let (a, b) = (copy.data.samples.unwrap(), experiment.data.samples.unwrap());
    assert!(std::sync::Arc::ptr_eq(&a, &b));
}

#[test]
fn an_experiment_whose_samples_have_not_been_read_is_refused() {
    let mut experiment = load(&folder("samples"), "good.toml", &[]);
    let mut other = experiment.clone();
    other.data.whiten = true;
    assert!(other.validate().is_err_and(|error| error.key == "data.inputs"));
    other.load_samples(Path::new("")).unwrap();
    other.validate().unwrap();
    assert_ne!(other.teacher.strengths, experiment.teacher.strengths);
    experiment.teacher.strengths = vec![2.0, 1.0];
    assert!(
        experiment
            .validate()
            .is_err_and(|error| error.key == "teacher.strengths")
    );
}

#[test]
fn gradient_flow_learns_what_the_files_teach_and_sgd_follows() {
    for whiten in ["data.whiten=false", "data.whiten=true"] {
        for engine in ["engine=gradient_flow", "engine=sgd", "engine=langevin"] {
            let settings = [whiten, engine, "init.scheme=gaussian", "live.learning_rate=0.01"];
            let experiment = load(&folder("samples"), "good.toml", &settings);
            let mut simulation = Simulation::new(&experiment).unwrap();
            assert_eq!(simulation.advance(5000), StepOutcome::Advanced);
            let mut row = Vec::new();
            simulation.observe(&mut row);
            assert!(
                row[Schema::LOSS] < 1e-10 && row[Schema::EXCESS_LOSS] < 1e-10,
                "{settings:?}: {row:?}"
            );
        }
    }
}

#[test]
fn label_noise_is_drawn_once_and_scaled_by_sigma() {
    let settings = [
        "live.label_noise_std=0.5",
        "engine=gradient_flow",
        "init.scheme=gaussian",
    ];
    let experiment = load(&folder("samples"), "good.toml", &settings);
    let run = || {
        let mut simulation = Simulation::new(&experiment).unwrap();
        simulation.advance(5000);
        simulation.network().clone()
    };
    assert_eq!(run(), run());
    let simulation = Simulation::new(&experiment).unwrap();
    let dataset = simulation.risk().dataset().unwrap();
    assert_eq!(dataset.noise().shape(), (3, 4));
    let noisy = dataset.clean_targets() + 0.5 * dataset.noise();
    assert!((noisy - dataset.targets(0.5)).norm() < 1e-15);
}

/// Strengths of the seven-by-four matrix of properties, halved: sqrt 7 / 2, sqrt 3 / 2, and a pair of 1/2.
#[test]
fn the_semantic_set_has_the_strengths_of_the_literature() {
    let mut experiment = semantic();
    let expected = [7_f64.sqrt() / 2.0, 3_f64.sqrt() / 2.0, 0.5, 0.5];
    for (found, expected) in experiment.teacher.strengths.iter().zip(expected) {
        assert!(
            (found - expected).abs() < 1e-12,
            "{:?}",
            experiment.teacher.strengths
        );
    }
    experiment.engine = Engine::GradientFlow;
    experiment.init.scheme = InitScheme::Gaussian;
    let simulation = Simulation::new(&experiment).unwrap();
    let teacher = simulation.risk().teacher();
    // "Everything" first, then animals against plants; the pair shares one range, whatever its vectors.
    let (everything, kingdom) = (teacher.right().column(0), teacher.right().column(1));
    assert!(everything.iter().all(|x| (x.abs() - 0.5).abs() < 1e-9));
    assert!(kingdom.iter().all(|x| (x.abs() - 0.5).abs() < 1e-9));
    assert!(kingdom[0] * kingdom[1] > 0.0 && kingdom[0] * kingdom[2] < 0.0 && kingdom[2] * kingdom[3] > 0.0);
    assert_eq!(teacher.degenerate_range(3), 2..4);
    let moments = simulation.risk().second_moments().unwrap();
    assert!((moments.inputs - DMatrix::<f64>::identity(4, 4)).norm() < 1e-12);
}

/// Inputs with a constant column and two equal ones, targets as labels: centred, whitened where they vary, one output per class.
#[test]
fn real_tables_need_no_preparation() {
    let directory = TempDir::new().unwrap();
    let inputs = "a,b,twice_b,same\n1,0,0,7\n2,1,2,7\n0,3,6,7\n-1,2,4,7\n1,1,2,7\n";
    fs::write(directory.path().join("x.csv"), inputs).unwrap();
    fs::write(
        directory.path().join("y.csv"),
        "kind\nwolf\nape\nape\nwolf\ncat\n",
    )
    .unwrap();
    let text = "data = { kind = 'file', inputs = 'x.csv', targets = 'y.csv', center = true, whiten = true, one_hot = true }\n\
                network = { d_in = 4, d_out = 3, hidden = [3] }";
    let experiment = Experiment::parse_in(directory.path(), text, &[]).unwrap();
    let samples = experiment.data.samples.clone().unwrap();
    assert_eq!((samples.d_in(), samples.d_out(), samples.n_dropped()), (4, 3, 2));
    let simulation = Simulation::new(&experiment).unwrap();
    let dataset = simulation.risk().dataset().unwrap();
    assert!(
        dataset.inputs().column_mean().norm() < 1e-12 && dataset.clean_targets().column_mean().norm() < 1e-12
    );
    // The second moment is a projection onto two directions.
    let moment = simulation.risk().second_moments().unwrap().inputs.clone();
    assert!((&moment * &moment - &moment).norm() < 1e-12 && (moment.trace() - 2.0).abs() < 1e-12);
    // Classes in the order of the alphabet, and the same from what is written.
    let again = Experiment::parse_in(Path::new("/"), &experiment.to_toml(), &[]).unwrap();
    assert_eq!(again, experiment);
    let plain = "data = { kind = 'file', inputs = 'x.csv', targets = 'y.csv', one_hot = true }\n\
                 network = { d_in = 4, d_out = 3, hidden = [3] }";
    let plain = Experiment::parse_in(directory.path(), plain, &[]).unwrap();
    let simulation = Simulation::new(&plain).unwrap();
    let targets = simulation.risk().dataset().unwrap().clean_targets().clone();
    assert_eq!(targets.column(0).as_slice(), [0.0, 0.0, 1.0]);
    assert_eq!(targets.column(4).as_slice(), [0.0, 1.0, 0.0]);
}

/// A hidden layer of one unit learns the stronger of two modes, from files and from fresh samples.
#[test]
fn a_bottleneck_learns_the_strongest_modes() {
    let of_file = load(
        &folder("samples"),
        "good.toml",
        &[
            "network.hidden=[1]",
            "data.whiten=true",
            "init.scheme=gaussian",
            "live.learning_rate=0.01",
        ],
    );
    let text = "teacher.strengths = [3, 1]\nnetwork = { d_in = 3, d_out = 2, hidden = [1] }\nlive.learning_rate = 0.01";
    for mut experiment in [of_file, Experiment::parse(text, &[]).unwrap()] {
        experiment.engine = Engine::GradientFlow;
        let mut simulation = Simulation::new(&experiment).unwrap();
        assert_eq!(simulation.advance(5000), StepOutcome::Advanced);
        let mut strengths = Vec::new();
        simulation.observe_settled(&mut strengths, &mut Vec::new());
        let strongest = experiment.teacher.strengths[0];
        assert!((strengths[0] - strongest).abs() < 1e-6, "{strengths:?}");
        assert!(strengths[1].abs() < 1e-6, "{strengths:?}");
    }
}
