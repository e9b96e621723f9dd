//! Puts the tables of sweep directories together, in the order of the grid.
//!
//! The directories may hold shards of one sweep, or grids with other values on the same axes; the cells of the first come first.
//! A cell may be there more than once if its rows are the same to the last character. Sixteen bytes a cell are kept.

use crate::platform::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::grid::Finder;
use super::merged::TableRows;
use super::table::{FoundCell, TableError, scan};
use super::{Cell, CellId, Column, DirectoryError, Sweep, SweepDirectory, SweepFileError};
use crate::budget;
use crate::files::{self, Inputs};

/// Missing cells that a message names.
const NAMED: usize = 5;

/// Why tables cannot be put together. Each message is one line.
#[derive(Debug, Error)]
pub enum MergeError {
    /// A directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A table cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A cell is no experiment.
    #[error(transparent)]
    Cell(#[from] SweepFileError),
    /// A table cannot be read.
    #[error("{}: cannot be read: {cause}", path.display())]
    Read {
        /// The table.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Two directories hold different sweeps.
    #[error("{} and {} belong to different sweeps", first.display(), second.display())]
    Different {
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A cell is there twice, with different rows.
    #[error("cell {id} is in {} and in {} with different rows", first.display(), second.display())]
    Doubles {
        /// The cell.
        id: String,
        /// One table.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A row has the values of a cell and another id.
    #[error("{}: cell {found} has the values of cell {expected}: the file was changed", path.display())]
    Id {
        /// The table.
        path: PathBuf,
        /// As it stands there.
        found: String,
        /// As it should be.
        expected: CellId,
    },
    /// Cells are missing.
    #[error(
        "{n} of {total} cells are missing: {named}; go on with the sweep, or take what is there with --partial"
    )]
    Missing {
        /// How many.
        n: u64,
        /// Cells in all.
        total: u64,
        /// The first of them.
        named: String,
    },
}

/// Where the rows of a cell stand.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: u32,
    length: u32,
    offset: u64,
}

/// Tables put together.
#[derive(Debug)]
pub struct Merged {
    /// The sweeps whose grids the cells are of; more than one where a grid has grown.
    sweeps: Vec<Sweep>,
    files: Vec<PathBuf>,
    /// The files that say of what the tables are.
    kept: Vec<PathBuf>,
    /// For every sweep, the place of every cell.
    places: Vec<Vec<Option<Place>>>,
    /// Cells that are missing.
    pub n_missing: u64,
    /// Cells that are there.
    pub n_cells: u64,
}

/// Puts the tables of `directories` together. Cells may be missing with `partial` only.
///
/// # Errors
/// [`MergeError`], one line.
pub fn merge(directories: &[PathBuf], partial: bool) -> Result<Merged, MergeError> {
    let mut sweeps: Vec<Sweep> = Vec::new();
    let (mut files, mut kept) = (Vec::new(), Vec::new());
    for path in directories {
        let (directory, sweep) = SweepDirectory::open(path)?;
        if sweeps
            .first()
            .is_some_and(|first| first.settings_digest() != sweep.settings_digest())
        {
            return Err(MergeError::Different {
                first: directories[0].clone(),
                second: path.clone(),
            });
        }
        files.extend(directory.tables()?);
        kept.push(directory.kept());
        if sweeps.iter().all(|known| known.to_toml() != sweep.to_toml()) {
            sweeps.push(sweep);
        }
    }
    files.sort();
    files.dedup();
    let n_cells: u64 = sweeps.iter().map(Sweep::n_cells).sum();
    let places = n_cells.saturating_mul(size_of::<Option<Place>>() as u64);
    budget::check(places).map_err(|cause| SweepFileError::Memory {
        what: format!("finding the places of {n_cells} cells"),
        cause,
    })?;
    let mut merged = Merged {
        places: sweeps
            .iter()
            .map(|sweep| vec![None; sweep.n_cells() as usize])
            .collect(),
        files,
        kept,
        sweeps,
        n_missing: 0,
        n_cells: 0,
    };
    merged.find_cells()?;
    merged.check(partial)?;
    Ok(merged)
}

impl Merged {
    /// Counts the tables, and what says of what they are, as read.
    pub fn add_files_to(&self, inputs: &mut Inputs) {
        for path in self.files.iter().chain(&self.kept) {
            inputs.add("a table of the sweep", path);
        }
        for sweep in &self.sweeps {
            sweep.add_files_to(inputs);
        }
    }

    fn find_cells(&mut self) -> Result<(), MergeError> {
        let finders: Vec<Finder<'_>> = self.sweeps.iter().map(Finder::new).collect();
        for (file, path) in self.files.iter().enumerate() {
            for (number, sweep) in self.sweeps.iter().enumerate() {
                let mut wrong: Option<Result<MergeError, SweepFileError>> = None;
                let mut doubles: Vec<(u64, Place, String)> = Vec::new();
                let places = &mut self.places[number];
                scan(path, sweep, &finders[number], |cell| {
                    let Some(index) = cell.index else { return };
                    let place = Place {
                        file: file as u32,
                        length: cell.length as u32,
                        offset: cell.offset,
                    };
                    if wrong.is_none() {
                        wrong = wrong_id(sweep, index, &cell, path);
                    }
                    match &mut places[index as usize] {
                        Some(_) => doubles.push((index, place, cell.id)),
                        none => *none = Some(place),
                    }
                })?;
                if let Some(wrong) = wrong {
                    return Err(wrong?);
                }
                for (index, place, id) in doubles {
                    let first = self.places[number][index as usize].unwrap_or(place);
                    if self.read(first)? != self.read(place)? {
                        return Err(MergeError::Doubles {
                            id,
                            first: self.files[first.file as usize].clone(),
                            second: path.clone(),
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// Counts the cells, each once; those missing are named.
    fn check(&mut self, partial: bool) -> Result<(), MergeError> {
        let (mut n_cells, mut n_missing, mut named) = (0, 0, Vec::new());
        for (number, index) in self.numbers() {
            if self.places[number][index as usize].is_some() {
                n_cells += 1;
            } else {
                n_missing += 1;
                if named.len() < NAMED {
                    let Cell { id, settings, .. } = self.sweeps[number].cell(index)?;
                    let settings = self.sweeps[number].keys().zip(&settings);
                    let settings: Vec<_> = settings.map(|(key, text)| format!("{key} = {text}")).collect();
                    named.push(format!("{id} ({})", settings.join(", ")));
                }
            }
        }
        (self.n_cells, self.n_missing) = (n_cells, n_missing);
        if n_missing == 0 || partial {
            return Ok(());
        }
        let mut named = named.join("; ");
        if n_missing > NAMED as u64 {
            named += "; ..";
        }
        Err(MergeError::Missing {
            n: n_missing,
            total: n_cells + n_missing,
            named,
        })
    }

    /// Number of sweep and of cell of every cell, each cell once.
    fn numbers(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let earlier: Vec<Finder<'_>> = self.sweeps.iter().map(Finder::new).collect();
        let all = self.sweeps.iter().enumerate();
        let all = all.flat_map(|(number, sweep)| (0..sweep.n_cells()).map(move |index| (number, index)));
        all.filter(move |&(number, index)| {
            let settings = self.sweeps[number].settings(index);
            let texts = settings.iter().map(|setting| setting.text.as_str());
            earlier[..number]
                .iter()
                .all(|finder| finder.index_of(texts.clone()).is_none())
        })
    }

    fn read(&self, place: Place) -> Result<String, MergeError> {
        let path = &self.files[place.file as usize];
        let refused = |cause| MergeError::Read {
            path: path.clone(),
            cause,
        };
        let (mut file, _) = files::open(path).map_err(refused)?;
        read_at(&mut file, place).map_err(refused)
    }

    /// The rows of one cell as CSV lines, if it is there.
    ///
    /// # Errors
    /// [`MergeError::Read`].
    pub fn rows_of(&self, id: CellId) -> Result<Option<(Cell, String)>, MergeError> {
        for (number, index) in self.numbers() {
            let cell = self.sweeps[number].cell(index)?;
            if cell.id == id {
                let place = self.places[number][index as usize];
                return place.map(|place| Ok((cell, self.read(place)?))).transpose();
            }
        }
        Ok(None)
    }
}

impl TableRows for Merged {
    /// The first of them where grids were put together.
    fn sweep(&self) -> &Sweep {
        &self.sweeps[0]
    }

    /// An axis holds numbers where it does in every sweep.
    fn columns(&self) -> Vec<Column> {
        let mut columns = self.sweep().columns();
        for other in &self.sweeps[1..] {
            for (column, other) in columns.iter_mut().zip(other.columns()) {
                if column.kind != other.kind {
                    column.kind = super::ColumnKind::Text;
                }
            }
        }
        columns
    }

    fn n_bytes(&self) -> u64 {
        let places = self.places.iter().flatten().flatten();
        places.map(|place| u64::from(place.length)).sum()
    }

    fn for_each_cell(&self, tell: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let mut open: Option<(u32, File)> = None;
        for (number, index) in self.numbers() {
            let Some(place) = self.places[number][index as usize] else {
                continue;
            };
            let is_open = open.as_ref().is_some_and(|(file, _)| *file == place.file);
            if !is_open {
                let (file, _) = files::open(&self.files[place.file as usize])?;
                open = Some((place.file, file));
            }
            if let Some((_, file)) = &mut open {
                tell(&read_at(file, place)?)?;
            }
        }
        Ok(())
    }
}

/// What is wrong where a row has the values of a cell and another id.
fn wrong_id(
    sweep: &Sweep,
    index: u64,
    found: &FoundCell,
    path: &Path,
) -> Option<Result<MergeError, SweepFileError>> {
    match sweep.cell(index) {
        Ok(cell) if cell.id.to_string() == found.id => None,
        Ok(cell) => Some(Ok(MergeError::Id {
            path: path.to_owned(),
            found: found.id.clone(),
            expected: cell.id,
        })),
        Err(error) => Some(Err(error)),
    }
}

fn read_at(file: &mut File, place: Place) -> io::Result<String> {
    file.seek(SeekFrom::Start(place.offset))?;
    let mut bytes = vec![0; place.length as usize];
    file.read_exact(&mut bytes)?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
