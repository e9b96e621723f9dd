//! The kinds of input, and how a case of each is made.

use std::error::Error;
use std::fs;
use std::path::Path;

use clap::ValueEnum;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::corpus::Corpus;
use crate::mutate::{self, Generator};

/// What is hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Experiment,
    Arguments,
    Session,
    Lesson,
    Sweep,
    Samples,
    Recording,
    Table,
    Shards,
    Autosave,
    Settings,
}

/// A case of [`Kind::Autosave`] or [`Kind::Settings`] is no command; this stands in its place.
pub(crate) const READ_AUTOSAVE: &str = "(the newest session of a folder)";
pub(crate) const READ_SETTINGS: &str = "(a file of settings)";

/// Command lines on the good files; `:` stands for a blank in one of them.
const COMMANDS: [&str; 14] = [
    "run --experiment e.toml --steps 20 --every 5 --out o.csv --events v.csv --session n.toml",
    "run --set live.learning_rate=0.01 --set seed=3 --steps 20 --replicas 3 --out o.npz",
    "run --set engine=langevin --set network.hidden=[4,4] --steps 1e1 --out o.csv",
    "run --lesson probe --lessons-folder lessons --out o.csv",
    "replay s.toml --every 3 --replicas 2 --out o.npz --events v.csv",
    "plot z.npz --out a.svg --panel strengths --theme dark --x steps --x-log --y symlog",
    "plot t.csv --out a.svg --measure loss --mode 2",
    "bundle s.toml --out b --every 20",
    "sweep sweep.toml --out cells --shard 1/2",
    "sweep sweep.toml --dry-run",
    "sweep --merge merged --out m.csv --partial",
    "lessons --folder lessons",
    "experiment",
    "sweep --example",
];

impl Kind {
    pub(crate) const ALL: [Self; 11] = [
        Self::Experiment,
        Self::Arguments,
        Self::Session,
        Self::Lesson,
        Self::Sweep,
        Self::Samples,
        Self::Recording,
        Self::Table,
        Self::Shards,
        Self::Autosave,
        Self::Settings,
    ];

    /// Its name as an argument.
    pub(crate) fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Writes the files of a case into an empty folder; gives the arguments of the command to be given there.
    pub(crate) fn write_case(
        self,
        corpus: &Corpus,
        seed: u64,
        case: u64,
        folder: &Path,
    ) -> Result<Vec<String>, Box<dyn Error>> {
        let mixed = seed
            ^ (self as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ case.wrapping_mul(0xd134_2543_de82_ef95);
        let generator = &mut Generator::seed_from_u64(mixed);
        let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
        let pick = |generator: &mut Generator, texts: &[String]| {
            texts.choose(generator).cloned().unwrap_or_default()
        };
        let experiments: Vec<&str> = corpus.experiments.iter().map(String::as_str).collect();
        let sessions: Vec<&str> = corpus.sessions.iter().map(String::as_str).collect();
        Ok(match self {
            Self::Experiment => {
                write_samples(corpus, folder)?;
                let base = pick(generator, &corpus.experiments);
                write("e.toml", &mutate::text(generator, &base, &experiments))?;
                let commands = [
                    "run --experiment e.toml --steps 20 --every 5 --out o.csv",
                    "run --experiment e.toml --steps 9 --every 1 --out o.npz --events v.csv --session n.toml",
                    "run --experiment e.toml --steps 9 --replicas 3 --out o.csv",
                ];
                words(commands.choose(generator).unwrap_or(&commands[0]))
            }
            Self::Arguments => {
                write_all(corpus, folder)?;
                let line = COMMANDS.choose(generator).unwrap_or(&COMMANDS[0]);
                hostile_arguments(generator, line)
            }
            Self::Session => {
                let base = pick(generator, &corpus.sessions);
                write("s.toml", &mutate::text(generator, &base, &sessions))?;
                let commands = [
                    "replay s.toml --out o.npz",
                    "replay s.toml --every 1 --out o.csv --events v.csv",
                ];
                // A bundle draws every figure, which takes a hundred times as long.
                if generator.random_ratio(1, 200) {
                    words("bundle s.toml --out b.zip")
                } else {
                    words(commands.choose(generator).unwrap_or(&commands[0]))
                }
            }
            Self::Lesson => {
                fs::create_dir(folder.join("lessons"))?;
                let base = pick(generator, &corpus.lessons);
                write("lessons/own.toml", &mutate::text(generator, &base, &experiments))?;
                let commands = [
                    "lessons --folder lessons",
                    "run --lesson probe --lessons-folder lessons --out o.csv",
                ];
                words(commands.choose(generator).unwrap_or(&commands[0]))
            }
            Self::Sweep => {
                let base = pick(generator, &corpus.sweeps);
                write("sweep.toml", &mutate::text(generator, &base, &experiments))?;
                let commands = ["sweep sweep.toml --dry-run", "sweep sweep.toml --out cells"];
                words(commands.choose(generator).unwrap_or(&commands[0]))
            }
            Self::Samples => samples_case(corpus, generator, folder)?,
            Self::Recording => recording_case(corpus, generator, folder)?,
            Self::Table => table_case(corpus, generator, folder)?,
            Self::Shards => shards_case(corpus, generator, folder)?,
            Self::Autosave => {
                let base = pick(generator, &corpus.sessions);
                write("autosave-1-1.toml", &mutate::text(generator, &base, &sessions))?;
                vec![READ_AUTOSAVE.to_owned()]
            }
            Self::Settings => {
                let base = pick(generator, &corpus.settings);
                write("settings.toml", &mutate::text(generator, &base, &experiments))?;
                vec![READ_SETTINGS.to_owned()]
            }
        })
    }
}

/// A case of [`Kind::Samples`].
fn samples_case(corpus: &Corpus, generator: &mut Generator, folder: &Path) -> std::io::Result<Vec<String>> {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
    write("e.toml", corpus.experiments[4].as_bytes())?;
    let hostile = generator.random_range(0..2);
    for (i, name) in ["x.csv", "y.csv"].into_iter().enumerate() {
        let text = &corpus.samples[i];
        if i == hostile || generator.random_bool(0.2) {
            write(name, &mutate::text(generator, text, &[&corpus.samples[1 - i]]))?;
        } else {
            write(name, text.as_bytes())?;
        }
    }
    let whiten = generator.random_bool(0.5);
    let mut arguments = words("run --experiment e.toml --steps 9 --every 3 --out o.csv --set");
    arguments.push(format!("data.whiten={whiten}"));
    Ok(arguments)
}

/// A case of [`Kind::Recording`].
fn recording_case(corpus: &Corpus, generator: &mut Generator, folder: &Path) -> std::io::Result<Vec<String>> {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
    let base = corpus.recordings.choose(generator).cloned().unwrap_or_default();
    write("z.npz", &mutate::archive(generator, &base))?;
    let panels = [
        "all",
        "strengths",
        "diffusion",
        "events",
        "loss",
        "histogram",
        "law",
    ];
    let panel = panels.choose(generator).unwrap_or(&"all");
    let ending = if generator.random_ratio(1, 30) {
        "pdf"
    } else {
        "svg"
    };
    Ok(words(&format!("plot z.npz --out a.{ending} --panel {panel}")))
}

/// A case of [`Kind::Table`].
fn table_case(corpus: &Corpus, generator: &mut Generator, folder: &Path) -> std::io::Result<Vec<String>> {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
    let measure = [
        "loss",
        "excess_loss",
        "lead_median",
        "step_learned_median",
        "mean",
    ];
    let measure = measure.choose(generator).unwrap_or(&"mean");
    let name = if generator.random_bool(0.6) {
        let text = String::from_utf8_lossy(&corpus.tables[0]).into_owned();
        write("t.csv", &mutate::text(generator, &text, &[]))?;
        "t.csv"
    } else {
        write("t.parquet", &mutate::bytes(generator, &corpus.tables[1]))?;
        "t.parquet"
    };
    Ok(words(&format!(
        "plot {name} --out a.svg --measure {measure} --mode 1"
    )))
}

/// A case of [`Kind::Shards`].
fn shards_case(corpus: &Corpus, generator: &mut Generator, folder: &Path) -> std::io::Result<Vec<String>> {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
    fs::create_dir(folder.join("merged"))?;
    let hostile = generator.random_range(0..corpus.shards.len());
    for (i, (name, text)) in corpus.shards.iter().enumerate() {
        let bytes = if i == hostile {
            mutate::text(generator, text, &[])
        } else {
            text.clone().into_bytes()
        };
        write(&format!("merged/{name}"), &bytes)?;
    }
    let out = ["m.csv", "m.npz", "m.parquet"];
    let mut arguments = words("sweep --merge merged --out");
    arguments.push((*out.choose(generator).unwrap_or(&"m.csv")).to_owned());
    if generator.random_bool(0.5) {
        arguments.push("--partial".to_owned());
    }
    Ok(arguments)
}

fn write_samples(corpus: &Corpus, folder: &Path) -> std::io::Result<()> {
    fs::write(folder.join("x.csv"), &corpus.samples[0])?;
    fs::write(folder.join("y.csv"), &corpus.samples[1])
}

/// The words of a command line.
fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// A good file of every kind.
fn write_all(corpus: &Corpus, folder: &Path) -> std::io::Result<()> {
    write_samples(corpus, folder)?;
    for name in ["lessons", "merged"] {
        fs::create_dir(folder.join(name))?;
    }
    for (name, text) in [
        ("e.toml", &corpus.experiments[1]),
        ("s.toml", &corpus.sessions[1]),
        ("sweep.toml", &corpus.sweeps[0]),
        ("lessons/own.toml", &corpus.lessons[0]),
    ] {
        fs::write(folder.join(name), text)?;
    }
    fs::write(folder.join("z.npz"), &corpus.recordings[0])?;
    fs::write(folder.join("t.csv"), &corpus.tables[0])?;
    for (name, text) in &corpus.shards {
        fs::write(folder.join("merged").join(name), text)?;
    }
    Ok(())
}

/// A command line with a few changes. No argument of it leads out of the folder.
fn hostile_arguments(generator: &mut Generator, line: &str) -> Vec<String> {
    let mut arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for _ in 0..generator.random_range(1..=3) {
        let place = generator.random_range(0..arguments.len());
        let other = COMMANDS.choose(generator).unwrap_or(&line);
        let others: Vec<&str> = other.split(' ').collect();
        let word = others.choose(generator).copied().unwrap_or_default();
        match generator.random_range(0..6) {
            0 => drop(arguments.remove(place)),
            1 => arguments.insert(place, word.to_owned()),
            2 => word.clone_into(&mut arguments[place]),
            3 => arguments.push(arguments[place].clone()),
            _ => {
                let changed = mutate::text(generator, &arguments[place], &others);
                let changed = String::from_utf8_lossy(&changed).into_owned();
                // Nothing is written elsewhere, and nothing has no end.
                arguments[place] = changed.replace(['/', '\0'], "_");
            }
        }
        if arguments.is_empty() {
            break;
        }
    }
    // Without a command the window opens, or a long run takes its place.
    if arguments.first().is_none_or(String::is_empty) {
        arguments.insert(0, "experiment".to_owned());
    }
    arguments
}
