//! `sweep`: cells that depend on nothing but themselves, tables that survive a kill, and one table in the end.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use saddlescope::experiment::Experiment;
use saddlescope::observables::{Quantity, Schema};
use saddlescope::simulation::{Schedule, Simulation};
use saddlescope::sweep::CellId;
use tempfile::TempDir;

use crate::command::saddlescope;

pub(crate) const SWEEP: &str = "replicas = 3\nsteps = 400\nevery = 2\n\
    [[axis]]\nkey = \"live.learning_rate\"\nfrom = 0.005\nto = 0.02\nn = 3\nscale = \"log\"\n\
    [[axis]]\nkey = \"live.label_noise_std\"\nvalues = [0, 0.5]\n\
    [experiment.teacher]\nstrengths = [3, 1]\n[experiment.live]\nbatch_size = 4\n";

/// A directory with a sweep file in it.
pub(crate) fn folder(text: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("s.toml"), text).unwrap();
    directory
}

/// Exit code and standard error.
fn run(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let output = saddlescope(directory, &[&["sweep"], arguments].concat());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.lines().count() <= 1, "{errors}");
    (output.status.code().unwrap(), errors)
}

pub(crate) fn done(directory: &Path, arguments: &[&str]) {
    let (code, errors) = run(directory, arguments);
    assert_eq!(code, 0, "{arguments:?}: {errors}");
}

/// The merged table of directories.
pub(crate) fn merged(directory: &Path, from: &[&str]) -> String {
    done(directory, &[&["--merge"], from, &["--out", "t.csv"]].concat());
    fs::read_to_string(directory.join("t.csv")).unwrap()
}

/// Columns of a table by name.
pub(crate) fn column<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
    let place = table
        .lines()
        .next()
        .unwrap()
        .split(',')
        .position(|column| column == name);
    let place = place.unwrap();
    table
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(place).unwrap())
        .collect()
}

#[test]
fn the_table_does_not_depend_on_shards_threads_or_order() {
    let folder = folder(SWEEP);
    let at = folder.path();
    done(at, &["s.toml", "--out", "one"]);
    let whole = merged(at, &["one"]);
    assert_eq!(whole.lines().count(), 1 + 6 * 2);
    for shard in ["3/3", "1/3", "2/3"] {
        done(at, &["s.toml", "--out", "three", "--shard", shard]);
    }
    assert_eq!(merged(at, &["three"]), whole);
    let slurm = [("ID", "8"), ("COUNT", "2"), ("MIN", "7")];
    for (task, out) in [("7", "a"), ("8", "b")] {
        let mut command = Command::cargo_bin("saddlescope").unwrap();
        for (name, value) in slurm {
            command.env(format!("SLURM_ARRAY_TASK_{name}"), value);
        }
        command
            .env("SLURM_ARRAY_TASK_ID", task)
            .env("RAYON_NUM_THREADS", "1")
            .current_dir(at);
        command
            .args(["sweep", "s.toml", "--out", out, "--shard", "auto"])
            .assert()
            .success();
    }
    assert_eq!(merged(at, &["b", "a"]), whole);
    // A cell that two directories hold with the same rows is no contradiction.
    assert_eq!(merged(at, &["one", "a"]), whole);
}

#[test]
fn columns_come_in_their_order_and_hold_what_a_plain_run_shows() {
    let folder = folder(SWEEP);
    let at = folder.path();
    done(at, &["s.toml", "--out", "d"]);
    let table = merged(at, &["d"]);
    let head = "cell,live.learning_rate,live.label_noise_std,mode,status,replicas,diverged,learned,step_half_median,\
        step_learned_median,step_learned_q10,step_learned_q90,peak_step_median,lead_median,lead_predicted,order_kept,\
        mean,variance,boltzmann_variance,balanced_variance,excess_loss,";
    assert!(table.starts_with(head), "{}", table.lines().next().unwrap());
    // The cell of eta = 0.01 without label noise, by hand: its experiment printed, its replicas run as plain runs.
    let row = 2 * 2;
    let id: CellId = column(&table, "cell")[row].parse().unwrap();
    let (mut halves, mut learned, mut losses) = (Vec::new(), Vec::new(), Vec::new());
    for replica in 0..3 {
        let arguments = [
            "sweep",
            "s.toml",
            "--cell",
            &id.to_string(),
            "--replica",
            &replica.to_string(),
        ];
        let printed = String::from_utf8(saddlescope(at, &arguments).stdout).unwrap();
        let experiment = Experiment::parse(&printed, &[]).unwrap();
        assert_eq!(experiment.seed, id.seed(replica));
        assert!((experiment.live.learning_rate - 0.01).abs() < 1e-12);
        let mut simulation = Simulation::new(&experiment).unwrap();
        let schema = simulation.schema();
        let (recording, _) =
            saddlescope::session::Recording::run(&mut simulation, Schedule::Every(2), 400, |_| {
                std::ops::ControlFlow::Continue(())
            });
        let first = |level: f64| {
            let strength = schema.column(Quantity::Strength, 0);
            let row = recording.rows().find(|row| row[strength] >= level).unwrap();
            row[Schema::STEP]
        };
        halves.push(first(1.5));
        learned.push(first(0.95 * 3.0));
        losses.push(recording.rows().last().unwrap()[Schema::EXCESS_LOSS]);
    }
    let number = |name: &str| column(&table, name)[row].parse::<f64>().unwrap();
    for (values, name) in [
        (&mut halves, "step_half_median"),
        (&mut learned, "step_learned_median"),
        (&mut losses, "excess_loss"),
    ] {
        values.sort_by(f64::total_cmp);
        assert_eq!(number(name).to_bits(), values[1].to_bits(), "{name}");
    }
    assert_eq!(column(&table, "status")[row], "learned");
    // ln(19) / (2 m eta).
    assert!((number("lead_predicted") - 19_f64.ln() / (2.0 * 3.0 * 0.01)).abs() < 1e-6);
    let replayed = saddlescope(
        at,
        &["sweep", "s.toml", "--replay", &id.to_string(), "--out", "d"],
    );
    assert_eq!(replayed.status.code(), Some(0));
    assert!(
        String::from_utf8(replayed.stdout)
            .unwrap()
            .contains("the same to the bit")
    );
}

#[test]
fn a_torn_end_is_repaired_wherever_it_is_torn() {
    let folder = folder(SWEEP);
    let at = folder.path();
    done(at, &["s.toml", "--out", "d"]);
    let whole = merged(at, &["d"]);
    let path = at.join("d/shard-1-of-1.csv");
    let table = fs::read(&path).unwrap();
    let n = table.len();
    for length in [0, 1, 40, n / 3, n / 2, n / 2 + 1, n - 300, n - 1] {
        fs::write(&path, &table[..length]).unwrap();
        let (code, errors) = run(at, &["--merge", "d", "--out", "t.csv"]);
        assert_eq!(code, 6, "{length}: {errors}");
        done(at, &["s.toml", "--out", "d"]);
        assert_eq!(merged(at, &["d"]), whole, "{length} of {n}");
    }
    // What a power cut may leave: the length grown, the contents not.
    OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap()
        .write_all(&[0; 100])
        .unwrap();
    done(at, &["s.toml", "--out", "d"]);
    assert_eq!(merged(at, &["d"]), whole);
}

#[test]
fn a_grown_grid_keeps_its_cells_and_anything_else_is_refused() {
    let folder = folder(SWEEP);
    let at = folder.path();
    done(at, &["s.toml", "--out", "d"]);
    let before = merged(at, &["d"]);
    fs::write(at.join("s.toml"), SWEEP.replace("[0, 0.5]", "[0, 0.25, 0.5]")).unwrap();
    let (code, message) = run(at, &["s.toml", "--out", "d"]);
    assert!(
        code == 0 && message.contains("3 cells computed, 6 found, 0 left"),
        "{message}"
    );
    let after = merged(at, &["d"]);
    assert_eq!(after.lines().count(), 1 + 9 * 2);
    assert!(before.lines().all(|line| after.contains(line)));
    for (change, words) in [
        (SWEEP.replace("steps = 400", "steps = 401"), "another sweep"),
        (SWEEP.replace("replicas = 3", "replicas = 4"), "another sweep"),
        (SWEEP.replace("batch_size = 4", "batch_size = 5"), "another sweep"),
    ] {
        fs::write(at.join("s.toml"), change).unwrap();
        let (code, message) = run(at, &["s.toml", "--out", "d"]);
        assert!(code == 2 && message.contains(words), "{message}");
    }
    let kept = at.join("d/sweep.toml");
    let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = fs::read_to_string(&kept).unwrap();
    fs::write(&kept, text.replace(&version, "version = \"0.0.1\"")).unwrap();
    fs::write(at.join("s.toml"), SWEEP).unwrap();
    for arguments in [&["s.toml", "--out", "d"][..], &["--merge", "d", "--out", "t.csv"]] {
        let (code, message) = run(at, arguments);
        assert!(
            code == 2 && message.contains("made by version 0.0.1"),
            "{message}"
        );
    }
}

#[test]
fn merging_names_what_is_missing_and_refuses_what_contradicts() {
    let folder = folder(SWEEP);
    let at = folder.path();
    done(at, &["s.toml", "--out", "a", "--shard", "1/2"]);
    let (code, message) = run(at, &["--merge", "a", "--out", "t.csv"]);
    assert!(
        code == 6 && message.contains("of 6 cells are missing"),
        "{message}"
    );
    assert!(message.contains("live.learning_rate = ") && !at.join("t.csv").exists());
    done(at, &["--merge", "a", "--out", "t.csv", "--partial"]);
    done(at, &["s.toml", "--out", "b"]);
    let path = at.join("b/shard-1-of-1.csv");
    let table = fs::read_to_string(&path).unwrap();
    let mine = fs::read_to_string(at.join("a/shard-1-of-2.csv")).unwrap();
    let id = &mine.lines().nth(1).unwrap()[..32];
    // Another number of replicas in the first row of a cell that both have.
    let line = table.lines().find(|line| line.starts_with(id)).unwrap();
    fs::write(&path, table.replace(line, &line.replace(",3,0,", ",4,0,"))).unwrap();
    let (code, message) = run(at, &["--merge", "a", "b", "--out", "t.csv"]);
    assert!(
        code == 2 && message.contains(&format!("cell {id} is in")),
        "{message}"
    );
    let other = if id.starts_with('0') { "1" } else { "0" };
    fs::write(&path, table.replace(id, &format!("{other}{}", &id[1..]))).unwrap();
    let (code, message) = run(at, &["--merge", "b", "--out", "t.csv"]);
    assert!(code == 2 && message.contains("the file was changed"), "{message}");
    fs::write(&path, table.replacen(id, "broken\n", 1)).unwrap();
    let (code, message) = run(at, &["--merge", "b", "--out", "t.csv"]);
    assert!(
        code == 2 && message.contains("is no row of this table"),
        "{message}"
    );
}

#[test]
fn a_cell_that_diverges_is_a_result() {
    let folder = folder(&SWEEP.replace("to = 0.02", "to = 2"));
    let at = folder.path();
    done(at, &["s.toml", "--out", "d"]);
    let table = merged(at, &["d"]);
    let last = column(&table, "status").len() - 1;
    assert_eq!(column(&table, "status")[last], "diverged");
    assert_eq!(column(&table, "diverged")[last], "3");
    assert_eq!(column(&table, "step_half_median")[last], "");
}

#[test]
fn the_example_is_a_sweep_and_wrong_files_are_refused_in_one_line() {
    let example = saddlescope(Path::new("."), &["sweep", "--example"]);
    let folder = folder(&String::from_utf8(example.stdout).unwrap());
    let at = folder.path();
    let output = saddlescope(at, &["sweep", "s.toml", "--dry-run"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told, "shard 1/1: 36 of 36 cells, 8 networks each\n");
    for (text, words) in [
        ("steps = 1", "needs an axis"),
        ("stops = 1", "unknown field"),
        ("[[axis]]\nkey = \"seed\"\nvalues = [1]", "a run stops after"),
        (
            "steps = 1\ntime = 2\n[[axis]]\nkey = \"seed\"\nvalues = [1]",
            "a run stops after",
        ),
        (
            "steps = 1\n[[axis]]\nkey = \"live.eta\"\nvalues = [1]",
            "live.eta",
        ),
        (
            "steps = 1\n[[axis]]\nkey = \"live.batch_size\"\nvalues = [0]",
            "live.batch_size = 0",
        ),
        (
            "steps = 1\nexperiment = 3\n[[axis]]\nkey = \"seed\"\nvalues = [1]",
            "write a table",
        ),
        (
            "steps = 1\nexperiment = \"no.toml\"\n[[axis]]\nkey = \"seed\"\nvalues = [1]",
            "no.toml",
        ),
        ("steps = 0\n[[axis]]\nkey = \"seed\"\nvalues = [1]", "steps = 0"),
    ] {
        fs::write(at.join("s.toml"), text).unwrap();
        let (code, message) = run(at, &["s.toml", "--out", "d"]);
        assert!(code == 2 && message.contains(words), "{text}: {message}");
    }
}

#[test]
fn archives_hold_the_columns() {
    let folder = folder(SWEEP);
    let at = folder.path();
    done(at, &["s.toml", "--out", "d"]);
    let table = merged(at, &["d"]);
    done(at, &["--merge", "d", "--out", "t.npz"]);
    let mut archive = crate::npz::Npz::open(&at.join("t.npz"));
    let (shape, found) = archive.read::<f64>("step_half_median");
    let expected: Vec<f64> = column(&table, "step_half_median")
        .into_iter()
        .map(|text| text.parse().unwrap_or(f64::NAN))
        .collect();
    assert_eq!(shape, [12]);
    assert!(
        found
            .iter()
            .zip(&expected)
            .all(|(a, b)| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan())
    );
    #[cfg(feature = "parquet")]
    {
        done(at, &["--merge", "d", "--out", "t.parquet"]);
        let bytes = fs::read(at.join("t.parquet")).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
    }
    let (code, message) = run(at, &["--merge", "d", "--out", "t.xls"]);
    assert!(code == 2 && message.contains(".parquet"), "{message}");
}

/// Kills a sweep `n_kills` times, each at another instant, and compares the table in the end with that of an undisturbed one.
fn killed(n_kills: u32) {
    let text = "replicas = 1\nsteps = 100\nevery = 20\n\
        [[axis]]\nkey = \"live.learning_rate\"\nfrom = 0.001\nto = 0.02\nn = 40\nscale = \"log\"\n\
        [[axis]]\nkey = \"live.label_noise_std\"\nfrom = 0\nto = 1\nn = 40\n";
    let folder = folder(text);
    let at = folder.path();
    done(at, &["s.toml", "--out", "whole"]);
    let whole = merged(at, &["whole"]);
    let table = at.join("d/shard-1-of-1.csv");
    let (mut n, mut instant) = (0, 0_u32);
    while n < n_kills {
        let program = assert_cmd::cargo::cargo_bin("saddlescope");
        let mut child = std::process::Command::new(program)
            .args(["sweep", "s.toml", "--out", "d"])
            .current_dir(at)
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // From the start of the process to the last cells, in steps that visit no instant twice.
        instant = (instant + 61) % 397;
        std::thread::sleep(std::time::Duration::from_millis(u64::from(instant)));
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            n += 1;
        } else {
            // It was through: take away what it did last, a torn row included.
            let length = fs::metadata(&table).unwrap().len();
            let file = OpenOptions::new().write(true).open(&table).unwrap();
            file.set_len(length * u64::from(instant + 1) / 500).unwrap();
        }
        child.wait().unwrap();
    }
    done(at, &["s.toml", "--out", "d"]);
    assert_eq!(merged(at, &["d"]), whole);
    // No cell twice, and none in part.
    let lines = fs::read_to_string(&table).unwrap();
    let mut rows: Vec<&str> = lines.lines().collect();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), 1 + 1600 * 4);
    assert_eq!(lines.lines().count(), rows.len());
}

#[test]
fn a_sweep_that_is_killed_goes_on() {
    killed(6);
}

#[test]
#[ignore = "takes a minute"]
fn a_sweep_that_is_killed_two_hundred_times_goes_on() {
    killed(200);
}
