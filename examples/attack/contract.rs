//! What every case must keep, however hostile it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Longest line of an error, in bytes.
const LONGEST_LINE: usize = 4000;
/// Most resident memory of a case that asks for none.
pub(crate) const MOST_MEMORY: u64 = 512 << 20;
/// Most resident memory of a replica that is asked for. The program itself refuses what the machine has no memory for.
const MOST_OF_A_REPLICA: u64 = 16 << 10;

/// Most resident memory of a case with these arguments.
pub(crate) fn most_memory(arguments: &[String]) -> u64 {
    let mut rest = arguments.iter().skip_while(|argument| *argument != "--replicas");
    let n_replicas: u64 = rest.nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
    MOST_MEMORY + MOST_OF_A_REPLICA * n_replicas.min(1 << 16)
}

/// How a case ended.
pub(crate) struct Outcome {
    pub(crate) exit_code: u8,
    /// What would be printed.
    pub(crate) message: Option<String>,
}

/// Names, lengths and contents of the files of a folder.
pub(crate) type Listing = BTreeMap<String, Vec<u8>>;

pub(crate) fn listing(folder: &Path) -> Listing {
    let mut all = Listing::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            if path.is_dir() {
                all.insert(name + "/", Vec::new());
                folders.push(path);
            } else {
                all.insert(name, fs::read(&path).unwrap_or_default());
            }
        }
    }
    all
}

/// What is broken, if anything.
pub(crate) fn broken(outcome: &Outcome, before: &Listing, after: &Listing) -> Option<String> {
    let code = outcome.exit_code;
    if ![0, 2, 3, 4, 5, 6, 130].contains(&code) {
        return Some(format!("exit code {code}: {:?}", outcome.message));
    }
    match (&outcome.message, code) {
        (None, 0) => {}
        (Some(message), 1..) => {
            if message.trim().is_empty() || message.contains(['\n', '\r']) || message.len() > LONGEST_LINE {
                return Some(format!("not one line: {message:?}"));
            }
            if ["panicked", "unwrap()", "RUST_BACKTRACE", "thread '"]
                .iter()
                .any(|word| message.contains(word))
            {
                return Some(format!("words of a panic: {message}"));
            }
        }
        (message, code) => return Some(format!("exit code {code} with {message:?}")),
    }
    for name in after.keys() {
        if name.contains(".saddlescope-") {
            return Some(format!("left behind: {name}"));
        }
    }
    // Inputs are never touched; a damaged autosave is renamed, which the caller allows for.
    for (name, contents) in before {
        match after.get(name) {
            Some(now) if now == contents => {}
            Some(_) if code == 0 => {}
            Some(_) => return Some(format!("{name} was changed")),
            None => return Some(format!("{name} is gone")),
        }
    }
    if code == 2 {
        let new: Vec<&String> = after.keys().filter(|name| !before.contains_key(*name)).collect();
        // A sweep that is refused at a cell has its directory already.
        if let Some(name) = new.iter().find(|name| !name.starts_with("cells")) {
            return Some(format!("refused, but {name} was written"));
        }
    }
    None
}
