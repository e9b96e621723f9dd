//! Samples from CSV files: what is learned from them, and every way in which they can be wrong.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assert_cmd::Command;
use nalgebra::DMatrix;
use npyz::WriterBuilder as _;
use saddlescope::experiment::{DataKind, Engine, Experiment, InitScheme, LONGEST_TABLE};
use saddlescope::observables::{Quantity, Schema};
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
    assert!(Arc::ptr_eq(&a, &b));
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

/// Iris as a user has it: its held-out loss is that of the rows left out, on what training has done to the others.
#[test]
fn every_fifth_sample_is_held_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let settings = ["data.held_out=0.2", "init.scheme=gaussian", "init.std=0.3"];
    let experiment = load(&folder, "iris.toml", &settings);
    let whole = load(&folder, "iris.toml", &[]);
    assert_eq!((whole.data.n_samples, experiment.data.n_samples), (150, 120));
    let mut simulation = Simulation::new(&experiment).unwrap();
    let held_out = Arc::clone(simulation.risk().held_out().unwrap());
    assert_eq!(held_out.n_samples(), 30);
    let mut row = Vec::new();
    simulation.observe(&mut row);
    let schema = simulation.schema();
    let loss = row[schema.column(Quantity::HeldOutLoss, 0)];
    let map = simulation.network().end_to_end_map();
    let errors = map * held_out.inputs() - held_out.clean_targets();
    assert!((loss / (0.5 * errors.norm_squared() / 30.0) - 1.0).abs() < 1e-12);
    assert!(schema.names().contains(&"held_out_loss".to_owned()));
    // The rows are those of the file, mapped as the others: between any two, differences are mapped by one matrix.
    let all = Simulation::new(&load(&folder, "iris.toml", &["data.whiten=false"])).unwrap();
    let all = all.risk().dataset().unwrap().inputs().clone();
    let kept: Vec<usize> = (0..150).filter(|i| i % 5 != 4).collect();
    let map = {
        let trained_on = simulation.risk().dataset().unwrap().inputs();
        let raw = all.select_columns(&kept);
        let centred = &raw - raw.column_mean() * DMatrix::repeat(1, 120, 1.0);
        trained_on * centred.transpose() * (&centred * centred.transpose()).try_inverse().unwrap()
    };
    for i in 0..29 {
        let expected = &map * (all.column(5 * i + 9) - all.column(5 * i + 4));
        let found = held_out.inputs().column(i + 1) - held_out.inputs().column(i);
        assert!((found - expected).norm() < 1e-10);
    }
    let again = Experiment::parse_in(Path::new("/"), &experiment.to_toml(), &[]).unwrap();
    assert_eq!(again, experiment);
}

#[test]
fn samples_held_out_have_files_of_their_own_or_a_share() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    write("x.csv", "a,b\n1,0\n0,1\n1,1\n");
    write("y.csv", "kind\nwolf\nape\nape\n");
    write("x2.csv", "a,b\n2,1\n");
    write("y2.csv", "kind\nape\n");
    write("y3.csv", "kind\nbee\n");
    write("wide.csv", "a,b,c\n2,1,1\n");
    let read = |held_out: &str| {
        let text = format!(
            "data = {{ kind = 'file', inputs = 'x.csv', targets = 'y.csv', one_hot = true, {held_out} }}\n\
             network = {{ d_in = 2, d_out = 2, hidden = [2] }}"
        );
        Experiment::parse_in(directory.path(), &text, &[])
    };
    let experiment = read("held_out_inputs = 'x2.csv', held_out_targets = 'y2.csv'").unwrap();
    assert_eq!(
        experiment.data.samples.as_ref().unwrap().target_names(),
        ["ape", "wolf"]
    );
    let simulation = Simulation::new(&experiment).unwrap();
    let held_out = simulation.risk().held_out().unwrap();
    assert_eq!(held_out.inputs().as_slice(), [2.0, 1.0]);
    assert_eq!(held_out.clean_targets().as_slice(), [1.0, 0.0]);
    for (held_out, part) in [
        ("held_out_inputs = 'x2.csv'", "data.held_out_targets is missing"),
        (
            "held_out_inputs = 'x2.csv', held_out_targets = 'y3.csv'",
            "\"bee\" is no label",
        ),
        (
            "held_out_inputs = 'wide.csv', held_out_targets = 'y2.csv'",
            "has 3 columns",
        ),
        (
            "held_out_inputs = 'x.csv', held_out_targets = 'y2.csv'",
            "has 3 samples",
        ),
        ("held_out = 0.2", "none held out"),
        ("held_out = 1.0", "none to train on"),
        (
            "held_out = 0.4, held_out_inputs = 'x2.csv', held_out_targets = 'y2.csv'",
            "must be 0 where",
        ),
    ] {
        let message = read(held_out).unwrap_err().to_string();
        assert!(message.contains(part) && !message.contains('\n'), "{message}");
    }
}

/// Of a set that is drawn, those trained on are the same whether more are held out or not.
#[test]
fn what_is_held_out_of_a_drawn_set_changes_no_run() {
    let mut experiment = Experiment::default();
    experiment.data.kind = DataKind::Dataset;
    (experiment.data.n_samples, experiment.data.whiten) = (16, true);
    let alone = Simulation::new(&experiment).unwrap();
    experiment.data.held_out = 0.2;
    let simulation = Simulation::new(&experiment).unwrap();
    assert_eq!(simulation.risk().dataset(), alone.risk().dataset());
    let held_out = simulation.risk().held_out().unwrap();
    assert_eq!(held_out.n_samples(), 4);
    let targets = simulation.risk().teacher().map() * held_out.inputs();
    assert!((targets - held_out.clean_targets()).norm() < 1e-14);
}

/// The modes of the correlation: strengths where they end, in the order in which they are learned.
#[test]
fn the_modes_may_be_those_of_the_correlation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let settings = [
        "data.modes=correlation",
        "data.whiten=false",
        "engine=gradient_flow",
    ];
    let experiment = load(&folder, "iris.toml", &settings);
    let mut simulation = Simulation::new(&experiment).unwrap();
    let dataset = Arc::clone(simulation.risk().dataset().unwrap());
    let teacher = Arc::clone(simulation.risk().teacher());
    let correlation = dataset.clean_targets() * dataset.inputs().transpose() / 150.0;
    let found = teacher.left().transpose() * correlation * teacher.right();
    let diagonal = found.diagonal();
    assert!((&found - DMatrix::from_diagonal(&diagonal)).norm() < 1e-12 * found.norm());
    assert!(diagonal.as_slice().is_sorted_by(|a, b| a >= b));
    // Strengths are those of the least-squares map, the one with the least loss.
    let of_map = load(&folder, "iris.toml", &["data.whiten=false"]);
    let map = Simulation::new(&of_map).unwrap().risk().teacher().map().clone();
    assert!((teacher.map() - &map).norm() < 1e-9 * map.norm());
    let strengths = (teacher.left().transpose() * &map * teacher.right()).diagonal();
    assert!((strengths - nalgebra::DVector::from_column_slice(teacher.strengths())).norm() < 1e-9);
    // From a small start the first of them is learned while the others are not.
    while simulation.network().end_to_end_map().norm() < 0.05 {
        simulation.advance(1);
    }
    let map = simulation.network().end_to_end_map();
    let along = teacher.left().transpose() * &map * teacher.right();
    assert!(along[(0, 0)].abs() > 0.95 * map.norm(), "{along}");
    // White inputs have one set of modes.
    let white = load(&folder, "iris.toml", &["data.modes=correlation"]);
    let usual = load(&folder, "iris.toml", &[]);
    for (a, b) in white.teacher.strengths.iter().zip(&usual.teacher.strengths) {
        assert!((a - b).abs() < 1e-9 * b);
    }
}

/// Arrays of numpy are samples as the same numbers in CSV are.
#[test]
fn arrays_are_read_as_tables_are() {
    let folder = folder("samples");
    let directory = TempDir::new().unwrap();
    let table = |name: &str| -> Vec<f64> {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let rows = text.lines().skip(1).flat_map(|line| line.split(','));
        rows.map(|field| field.trim().parse().unwrap()).collect()
    };
    let array = |values: &[f64], width: usize| {
        let mut bytes = Vec::new();
        let shape = [(values.len() / width) as u64, width as u64];
        let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
        let mut array = options.writer(&mut bytes).begin_nd().unwrap();
        array.extend(values.iter().copied()).unwrap();
        array.finish().unwrap();
        bytes
    };
    let csv = load(&folder, "good.toml", &[]);
    let (d_in, d_out) = (csv.network.d_in, csv.network.d_out);
    let (x, y) = (array(&table("x.csv"), d_in), array(&table("y.csv"), d_out));
    fs::write(directory.path().join("x.npy"), &x).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(directory.path().join("both.npz")).unwrap());
    for (name, bytes) in [("targets.npy", &y), ("pixels.npy", &x)] {
        archive
            .start_file(
                name,
                zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
            )
            .unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    let read = |inputs: &str, targets: &str| {
        let text = format!(
            "data = {{ kind = 'file', inputs = '{inputs}', targets = '{targets}' }}\n\
             network = {{ d_in = {d_in}, d_out = {d_out}, hidden = [3] }}"
        );
        Experiment::parse_in(directory.path(), &text, &[])
    };
    let expected = Simulation::new(&csv).unwrap();
    for inputs in ["x.npy", "both.npz#pixels"] {
        let found = Simulation::new(&read(inputs, "both.npz").unwrap()).unwrap();
        let (found, expected) = (
            found.risk().dataset().unwrap(),
            expected.risk().dataset().unwrap(),
        );
        assert_eq!(found.inputs(), expected.inputs());
        assert_eq!(found.clean_targets(), expected.clean_targets());
    }
    let message = read("both.npz", "both.npz").unwrap_err().to_string();
    assert!(
        message.contains("no array inputs") && message.contains("targets, pixels"),
        "{message}"
    );
}
