//! What `saddlescope` does without a command: it opens the window, or says in one line why there is none and leaves the default
//! experiment as a table and a picture in the working directory.

use std::io::Write as _;
use std::path::Path;

use super::error::CliError;
use super::run::{Job, default_stride, told};
#[cfg(feature = "gui")]
use super::window;
use super::{say, write_stdout};
use crate::experiment::Experiment;
use crate::figure::{Figure, FigureOptions};
use crate::files::{Staging, check_writable};
use crate::session::{Keeping, write_csv};
use crate::simulation::{Script, Simulation};

/// Steps of the run that stands in for the window: all four modes of the default experiment are learned by then.
const N_STEPS: u64 = 3000;
const TABLE: &str = "saddlescope.csv";
const PICTURE: &str = "saddlescope.svg";

/// Opens the window on a file or the default experiment; without a window only the latter is run.
pub(super) fn window_or_files(file: Option<&Path>) -> Result<(), CliError> {
    let Some(reason) = open_window(file)? else {
        return Ok(());
    };
    if let Some(path) = file {
        return Err(CliError::NoWindow {
            path: path.to_owned(),
            reason,
        });
    }
    say(&format!(
        "{reason}; running the default experiment for {N_STEPS} steps without the window"
    ));
    write_files()
}

/// Why there is no window, or nothing once it was closed.
#[cfg(feature = "gui")]
fn open_window(file: Option<&Path>) -> Result<Option<String>, CliError> {
    window::open(file)
}

#[cfg(not(feature = "gui"))]
#[expect(clippy::unnecessary_wraps, reason = "with the window, opening it may fail")]
fn open_window(_file: Option<&Path>) -> Result<Option<String>, CliError> {
    Ok(Some("built without the window (feature gui)".to_owned()))
}

fn write_files() -> Result<(), CliError> {
    for name in [TABLE, PICTURE] {
        check_writable(Path::new(name))?;
    }
    let mut simulation = Simulation::new(&Experiment::default())?;
    let job = Job {
        script: &Script::default(),
        n_steps: N_STEPS,
        every: default_stride(None, N_STEPS),
        n_replicas: None,
        keeping: Keeping::default(),
    };
    let (recording, end) = job.record(&mut simulation)?;
    let figure = Figure::draw(&recording, &FigureOptions::default())?;
    let mut staging = Staging::default();
    staging.add(Path::new(TABLE), |file| write_csv(&recording, file))?;
    staging.add(Path::new(PICTURE), |file| file.write_all(figure.svg().as_bytes()))?;
    staging.commit()?;
    write_stdout(|stdout| writeln!(stdout, "{TABLE}\n{PICTURE}"))?;
    told(&recording, end)
}
