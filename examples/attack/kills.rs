//! Kills the program at random instants: every file is afterwards what it was before, or whole as it should become.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt as _, SeedableRng as _};
use saddlescope::session::Autosave;

use crate::contract::{Listing, listing};
use crate::mutate::Generator;
use crate::worker::trouble_of_settings;

/// Commands to be killed, and the outputs of each.
const COMMANDS: [(&str, &[&str]); 5] = [
    (
        "run --steps 30000 --every 3 --out rows.npz --events events.csv --session new.toml",
        &["rows.npz", "events.csv", "new.toml"],
    ),
    (
        "replay s.toml --every 1 --out rows.csv --events events.csv",
        &["rows.csv", "events.csv"],
    ),
    ("bundle s.toml --every 5 --out bundle.zip", &["bundle.zip"]),
    ("bundle s.toml --every 5 --out bundle", &["bundle/"]),
    ("plot z.npz --out figure.png", &["figure.png"]),
];

const SWEEP: &str = "steps = 400\nreplicas = 4\n[[axis]]\nkey = \"live.learning_rate\"\nfrom = 0.001\nto = 0.1\nn = 30\nscale = \"log\"\n";

/// Kills each command so many times; answers whether nothing was torn.
pub(crate) fn kill(program: &Path, each: u64, seed: u64) -> Result<bool, Box<dyn Error>> {
    let program = std::path::absolute(program)?;
    let mut generator = Generator::seed_from_u64(seed);
    let mut all_whole = true;
    println!(
        "{:<10} {:>7} {:>9} {:>9} {:>9}",
        "command", "kills", "old", "new", "torn"
    );
    for (line, outputs) in COMMANDS {
        let tally = kill_command(&program, line, outputs, each, &mut generator)?;
        all_whole &= tally.print(line);
    }
    let tally = kill_sweep(&program, each, &mut generator)?;
    all_whole &= tally.print("sweep");
    if std::env::var_os("DISPLAY").is_some() {
        let tally = kill_window(&program, each, &mut generator)?;
        all_whole &= tally.print("window");
    }
    Ok(all_whole)
}

/// What was found after the kills.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    kills: u64,
    old: u64,
    new: u64,
    torn: u64,
}

impl Tally {
    fn print(&self, line: &str) -> bool {
        let name = line.split(' ').next().unwrap_or(line);
        println!(
            "{name:<10} {:>7} {:>9} {:>9} {:>9}",
            self.kills, self.old, self.new, self.torn
        );
        self.torn == 0
    }
}

fn command(program: &Path, folder: &Path, line: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .args(line.split(' ').filter(|word| !word.is_empty()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Runs to the end; gives how long that took.
fn run(program: &Path, folder: &Path, line: &str) -> Result<Duration, Box<dyn Error>> {
    let begun = Instant::now();
    let status = command(program, folder, line).status()?;
    if status.success() {
        Ok(begun.elapsed())
    } else {
        Err(format!("saddlescope {line}: {status}").into())
    }
}

/// Starts and kills after a random part of the time that it takes.
fn run_and_kill(
    mut command: Command,
    whole: Duration,
    generator: &mut Generator,
) -> Result<(), Box<dyn Error>> {
    let mut child = command.spawn()?;
    std::thread::sleep(whole.mul_f64(generator.random_range(0.0..1.1)));
    child.kill()?;
    child.wait()?;
    Ok(())
}

/// The files of a folder that begin with one of these names.
fn of_outputs(folder: &Path, outputs: &[&str]) -> Listing {
    let mut found = listing(folder);
    found.retain(|name, _| outputs.iter().any(|output| name.starts_with(output)));
    found
}

fn without_parts(folder: &Path) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "part") {
            if path.is_dir() {
                fs::remove_dir_all(&path)?;
            } else {
                fs::remove_file(&path)?;
            }
        }
    }
    Ok(())
}

fn kill_command(
    program: &Path,
    line: &str,
    outputs: &[&str],
    each: u64,
    generator: &mut Generator,
) -> Result<Tally, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let folder = place.path();
    run(
        program,
        folder,
        "run --steps 3000 --every 1 --out z.npz --session s.toml",
    )?;
    let whole = run(program, folder, line)?;
    let new = of_outputs(folder, outputs);
    let mut tally = Tally::default();
    for _ in 0..each {
        let mut old = Listing::new();
        for output in outputs {
            let path = folder.join(output);
            if output.ends_with('/') {
                fs::remove_dir_all(&path).ok();
            } else {
                fs::write(&path, "old")?;
                old.insert((*output).to_owned(), b"old".to_vec());
            }
        }
        run_and_kill(command(program, folder, line), whole, generator)?;
        let found = of_outputs(folder, outputs);
        tally.kills += 1;
        // Each output by itself is old or new; between two names the program may have been killed too.
        let is_whole = |name: &str| {
            let found: BTreeMap<_, _> = found
                .iter()
                .filter(|(found, _)| found.starts_with(name))
                .collect();
            let is = |wanted: &Listing| {
                wanted
                    .iter()
                    .filter(|(wanted, _)| wanted.starts_with(name))
                    .eq(found.iter().map(|(a, b)| (*a, *b)))
            };
            is(&old) || is(&new)
        };
        if found == new {
            tally.new += 1;
        } else if outputs.iter().all(|output| is_whole(output)) {
            tally.old += 1;
        } else {
            tally.torn += 1;
        }
        without_parts(folder)?;
    }
    Ok(tally)
}

/// A sweep that is killed goes on, and its table is that of one that was not.
fn kill_sweep(program: &Path, each: u64, generator: &mut Generator) -> Result<Tally, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let folder = place.path();
    fs::write(folder.join("sweep.toml"), SWEEP)?;
    let whole = run(program, folder, "sweep sweep.toml --out whole")?;
    run(program, folder, "sweep --merge whole --out whole.csv")?;
    let expected = fs::read(folder.join("whole.csv"))?;
    let mut tally = Tally::default();
    while tally.kills < each {
        // Killed a few times, then let to its end.
        for _ in 0..5 {
            run_and_kill(
                command(program, folder, "sweep sweep.toml --out cells"),
                whole / 3,
                generator,
            )?;
            tally.kills += 1;
        }
        run(program, folder, "sweep sweep.toml --out cells")?;
        run(program, folder, "sweep --merge cells --out cells.csv")?;
        if fs::read(folder.join("cells.csv"))? == expected {
            tally.new += 5;
        } else {
            tally.torn += 1;
        }
        fs::remove_dir_all(folder.join("cells"))?;
    }
    Ok(tally)
}

/// A window that is killed leaves settings and sessions that can be read, and no fewer sessions than there were.
fn kill_window(program: &Path, each: u64, generator: &mut Generator) -> Result<Tally, Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let home = place.path().join("saddlescope");
    let sessions = home.join("sessions");
    let count = || {
        fs::read_dir(&sessions).map_or(0, |entries| {
            entries
                .flatten()
                .filter(|entry| {
                    entry
                        .path()
                        .extension()
                        .is_some_and(|extension| extension == "toml")
                })
                .count()
        })
    };
    let mut tally = Tally::default();
    for _ in 0..each {
        let before = count();
        let mut command = command(program, place.path(), "");
        command.env("XDG_DATA_HOME", place.path());
        run_and_kill(command, Duration::from_secs(9), generator)?;
        tally.kills += 1;
        let last = Autosave::last(&sessions)?;
        let is_whole = last.damaged.is_empty() && trouble_of_settings(&home.join("settings.toml")).is_none();
        // Eight are kept.
        match (is_whole, count() > before) {
            (true, true) => tally.new += 1,
            (true, false) if count() >= before.min(8) => tally.old += 1,
            (true | false, _) => tally.torn += 1,
        }
    }
    Ok(tally)
}
