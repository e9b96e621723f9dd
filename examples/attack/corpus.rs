//! Good inputs of every kind, from which the hostile ones are made.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use saddlescope::{cli, experiment, sweep};

/// Texts and archives.
pub(crate) struct Corpus {
    pub(crate) experiments: Vec<String>,
    pub(crate) sessions: Vec<String>,
    pub(crate) lessons: Vec<String>,
    pub(crate) sweeps: Vec<String>,
    pub(crate) settings: Vec<String>,
    /// Tables of inputs and targets.
    pub(crate) samples: [String; 2],
    pub(crate) recordings: Vec<Vec<u8>>,
    /// Merged tables: CSV, Parquet.
    pub(crate) tables: [Vec<u8>; 2],
    /// The files of a sweep's directory, by name.
    pub(crate) shards: Vec<(String, String)>,
}

const LESSON: &str = include_str!("../../tests/data/lessons/good.toml");
const SAMPLES: [&str; 2] = [
    include_str!("../../tests/data/samples/x.csv"),
    include_str!("../../tests/data/samples/y.csv"),
];
const WINDOW_SESSION: &str = include_str!("../../tests/data/earlier/window_session_0.1.0.toml");
const SETTINGS: &str = include_str!("../../tests/data/earlier/settings_0.1.0.toml");

const EXPERIMENTS: [&str; 5] = [
    experiment::DEFAULT_TOML,
    "seed = 2\nengine = \"langevin\"\nteacher = { strengths = [3, 1], basis = \"random\" }\n\
     network = { d_in = 3, d_out = 2, hidden = [5] }\nlive.label_noise_std = 0.5\n",
    "engine = \"gradient_flow\"\nnetwork.hidden = [4, 4]\ninit = { scheme = \"gaussian\", std = 0.1 }\n",
    "data = { kind = \"dataset\", n_samples = 9, whiten = true, sampling = \"epochs\" }\nlive.batch_size = 2\n",
    "data = { kind = \"file\", inputs = \"x.csv\", targets = \"y.csv\", whiten = true }\nnetwork = { d_in = 2, d_out = 3 }\n",
];

/// A sweep of four small cells.
const SWEEP: &str = "steps = 40\nreplicas = 2\nevery = 4\n[[axis]]\nkey = \"live.learning_rate\"\nfrom = 0.001\nto = 0.1\nn = 2\n\
     scale = \"log\"\n[[axis]]\nkey = \"live.batch_size\"\nvalues = [1, 4]\n[experiment]\nteacher.strengths = [2, 1]\n";

impl Corpus {
    /// Makes it, in a folder of its own that is removed again.
    pub(crate) fn make() -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name);
        for (name, text) in ["x.csv", "y.csv"].iter().zip(SAMPLES) {
            fs::write(at(name), text)?;
        }
        let (mut sessions, mut recordings) = (vec![WINDOW_SESSION.to_owned()], Vec::new());
        for (i, experiment) in EXPERIMENTS.iter().enumerate() {
            fs::write(at("e.toml"), experiment)?;
            let replicas = if i == 0 { "3" } else { "1" };
            run(
                folder.path(),
                &[
                    "run",
                    "--experiment",
                    "e.toml",
                    "--steps",
                    "60",
                    "--every",
                    "2",
                    "--replicas",
                    replicas,
                    "--out",
                    "z.npz",
                    "--session",
                    "s.toml",
                ],
            )?;
            sessions.push(fs::read_to_string(at("s.toml"))?);
            recordings.push(fs::read(at("z.npz"))?);
        }
        let change =
            "\n[[intervention]]\nstep = 7\nlearning_rate = 0.01\nbatch_size = 4\nlabel_noise_std = 0.5\n";
        sessions.push(sessions[1].clone() + change);
        fs::write(at("sweep.toml"), SWEEP)?;
        run(folder.path(), &["sweep", "sweep.toml", "--out", "cells"])?;
        for out in ["t.csv", "t.parquet"] {
            run(folder.path(), &["sweep", "--merge", "cells", "--out", out])?;
        }
        let mut shards = Vec::new();
        for entry in fs::read_dir(at("cells"))? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            shards.push((name, fs::read_to_string(&path)?));
        }
        shards.sort();
        Ok(Self {
            experiments: EXPERIMENTS.map(str::to_owned).to_vec(),
            sessions,
            lessons: vec![LESSON.to_owned()],
            sweeps: vec![SWEEP.to_owned(), small_example()],
            settings: vec![SETTINGS.to_owned()],
            samples: SAMPLES.map(str::to_owned),
            recordings,
            tables: [fs::read(at("t.csv"))?, fs::read(at("t.parquet"))?],
            shards,
        })
    }
}

/// The example of a sweep, with fewer steps.
fn small_example() -> String {
    sweep::EXAMPLE
        .replace("steps = 3000", "steps = 20")
        .replace("replicas = 8", "replicas = 1")
}

/// A command that must succeed, in a folder.
fn run(folder: &Path, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    std::env::set_current_dir(folder)?;
    let program = std::iter::once("saddlescope");
    cli::execute(program.chain(arguments.iter().copied()).map(OsString::from))?;
    Ok(())
}
