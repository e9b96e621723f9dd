//! The files of one command: none that it writes is one that it has read, and no two that it writes are one.

use std::path::Path;

use super::error::CliError;
use crate::files::{Identity, Inputs, check_writable};

/// Files read and files to be written, each with what the command calls it.
#[derive(Debug, Default)]
pub(super) struct CommandFiles {
    /// Those that were read.
    pub(super) inputs: Inputs,
    outputs: Vec<(&'static str, Identity)>,
}

impl CommandFiles {
    /// Counts a file as read.
    pub(super) fn read(&mut self, what: &'static str, path: &Path) {
        self.inputs.add(what, path);
    }

    /// Checks before the work that an output can be written and that nothing is lost by it.
    pub(super) fn will_write(&mut self, option: &'static str, path: &Path) -> Result<(), CliError> {
        check_writable(path)?;
        self.may_change(option, path)
    }

    /// Checks that nothing is lost by an output that need not be possible to write yet.
    pub(super) fn may_change(&mut self, option: &'static str, path: &Path) -> Result<(), CliError> {
        let file = Identity::of(path);
        self.inputs.check(path)?;
        if let Some((first, _)) = self.outputs.iter().find(|(_, other)| *other == file) {
            return Err(CliError::SameFile {
                first,
                second: option,
                path: path.to_owned(),
            });
        }
        self.outputs.push((option, file));
        Ok(())
    }
}
