//! Attacks the program with hostile input: mutates every kind of file and argument that it reads, and checks that each case ends
//! as the README promises: with one of its exit codes, in one line, with nothing half written, within bounds of time and memory.
//!
//! ```sh
//! cargo run --example attack -- cases --each 1000              # of every kind, in target/attack
//! cargo run --example attack -- cases --each 1000 --state DIR  # goes on where DIR says that it stopped
//! cargo run --example attack -- show session 4711 DIR          # writes the files of one case
//! cargo run --example attack -- kills --each 100               # kills the program at random instants
//! ```
//!
//! A case is decided by the seed, its kind and its number alone. Cases run inside a child process, one after the other, which costs
//! milliseconds a case; where the child does not come back, the case is a failure and the next child goes on behind it.

#![expect(clippy::print_stdout, reason = "a program that prints a table")]

mod cases;
mod contract;
mod corpus;
mod kills;
mod kinds;
mod mutate;
mod worker;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use kinds::Kind;

#[derive(Debug, Parser)]
#[command(about = "Attacks the program with hostile input")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Mutated inputs of every kind
    Cases(CasesArguments),
    /// Kills at random instants; what was there before must be there still, and whole
    Kills {
        /// Kills of each command
        #[arg(long, default_value_t = 100)]
        each: u64,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The program
        #[arg(long, default_value = "target/debug/saddlescope")]
        program: PathBuf,
    },
    /// Writes the files of one case into a folder and prints its arguments
    Show {
        kind: Kind,
        case: u64,
        folder: PathBuf,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// What the attack starts itself
    #[command(hide = true)]
    Worker(worker::WorkerArguments),
}

#[derive(Args, Debug)]
struct CasesArguments {
    /// Cases of each kind
    #[arg(long, default_value_t = 1000)]
    each: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kinds; all of them where none is named
    #[arg(long)]
    kind: Vec<Kind>,
    /// Where counts and failures are kept
    #[arg(long, default_value = "target/attack")]
    state: PathBuf,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("attack: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing failed.
fn run() -> Result<bool, Box<dyn Error>> {
    match Arguments::parse().command {
        Command::Cases(CasesArguments {
            each,
            seed,
            kind,
            state,
        }) => {
            let kinds = if kind.is_empty() { Kind::ALL.to_vec() } else { kind };
            cases::attack(&kinds, each, seed, &state)
        }
        Command::Kills { each, seed, program } => kills::kill(&program, each, seed),
        Command::Show {
            kind,
            case,
            folder,
            seed,
        } => {
            let corpus = corpus::Corpus::make()?;
            std::fs::create_dir_all(&folder)?;
            let arguments = kind.write_case(&corpus, seed, case, &folder)?;
            println!("saddlescope {}", arguments.join(" "));
            Ok(true)
        }
        Command::Worker(arguments) => worker::work(&arguments).map(|()| true),
    }
}
