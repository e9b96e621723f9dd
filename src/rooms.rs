//! The order of the rooms, as a test: each uses those above it only, and no files import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the bottom up; those of one line do not use each other.
const FLOORS: &[&[&str]] = &[
    &["platform"],
    &["budget", "files", "format", "memory", "panics", "whole_number"],
    &["stats", "random", "palette"],
    &["products"],
    &["theory"],
    &["model"],
    &["dynamics"],
    &["observables"],
    &["experiment"],
    &["simulation"],
    &["history", "session"],
    &["chart"],
    &["lessons", "sweep", "worker"],
    &["figure"],
    &["app"],
    &["cli"],
];

/// A module: names from the root, as in `chart`, `picture`.
type Module = Vec<String>;

struct Source {
    modules: BTreeMap<Module, Vec<Import>>,
}

/// A path that a file names, and whether it only hands the name on to others.
#[derive(Clone)]
struct Import {
    path: Vec<String>,
    is_reexport: bool,
}

impl Source {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        collect(&root, &mut files);
        let mut modules = BTreeMap::new();
        for file in files {
            let module = module_of(&root, &file);
            let is_test = module.last().is_some_and(|name| name == "tests");
            if is_test || module == ["main"] || module == ["page"] || module == ["rooms"] {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap_or_default();
            let imports = imports(&code(&text), &module);
            modules.insert(module, imports);
        }
        Self { modules }
    }

    /// The module in which what a path names is defined; names handed on are followed.
    fn home(&self, path: &[String], depth: usize) -> Option<Module> {
        let longest = (0..=path.len())
            .rev()
            .find(|&n| self.modules.contains_key(&path[..n]))?;
        let module = path[..longest].to_vec();
        let Some(name) = path.get(longest) else {
            return Some(module);
        };
        let handed_on = self.modules[&module]
            .iter()
            .find(|import| import.is_reexport && import.path.last() == Some(name) && depth < 8);
        match handed_on {
            Some(import) => self.home(&import.path, depth + 1),
            None => Some(module),
        }
    }

    /// Which other modules each module uses.
    fn uses(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        self.modules
            .iter()
            .map(|(module, imports)| {
                let used = imports
                    .iter()
                    .filter(|import| !import.is_reexport)
                    .filter_map(|import| self.home(&import.path, 0))
                    .filter(|used| used != module && !used.is_empty());
                (module, used.collect())
            })
            .collect()
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn module_of(root: &Path, file: &Path) -> Module {
    let relative = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let mut module: Module = relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|name| name == "mod" || name == "lib") {
        module.pop();
    }
    module
}

/// The text without comments and without its tests, which stand at the end.
fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\n").unwrap_or(text.len());
    let lines = text[..tests]
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn imports(code: &str, module: &Module) -> Vec<Import> {
    let mut imports = Vec::new();
    for statement in code.split(';') {
        let Some(start) = statement.rfind("use ").filter(|&start| {
            let before = &statement[..start];
            let line = before.rsplit('\n').next().unwrap_or(before).trim();
            line.is_empty() || line.starts_with("pub")
        }) else {
            continue;
        };
        let line = statement[..start].rsplit('\n').next().unwrap_or_default();
        let is_reexport = line.trim().starts_with("pub");
        for path in expand(statement[start + 4..].trim()) {
            if let Some(path) = absolute(&path, module) {
                imports.push(Import { path, is_reexport });
            }
        }
    }
    // Paths written out in the midst of code.
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .unwrap_or(rest.len());
        if let Some(path) = absolute(rest[..end].trim_end_matches(':'), module)
            && !path.is_empty()
            && !imports.iter().any(|import| import.path.starts_with(&path))
        {
            imports.push(Import {
                path,
                is_reexport: false,
            });
        }
    }
    imports
}

/// Every path of a `use` with braces.
fn expand(tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap_or(tree).trim();
        return vec![name.trim_end_matches("::self").to_owned()];
    };
    let (prefix, inner) = (&tree[..open], tree[open + 1..].trim_end().trim_end_matches('}'));
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (i, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let parts = parts
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty());
    parts
        .flat_map(|part| expand(&format!("{prefix}{part}")))
        .collect()
}

/// The path from the root; nothing where it leads to another crate.
fn absolute(path: &str, module: &Module) -> Option<Vec<String>> {
    let mut names = path
        .split("::")
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .peekable();
    let mut place = match names.peek().copied()? {
        "crate" => {
            names.next();
            Vec::new()
        }
        "self" => {
            names.next();
            module.clone()
        }
        // `super`, a child of this module, or another crate.
        _ => module.clone(),
    };
    let is_local = path.starts_with("crate") || path.starts_with("self") || path.starts_with("super");
    while names.peek() == Some(&"super") {
        names.next();
        place.pop();
    }
    place.extend(names.map(str::to_owned));
    (is_local || is_child(&place)).then_some(place)
}

fn is_child(path: &[String]) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    (1..=path.len()).any(|n| {
        let file: PathBuf = path[..n].iter().collect();
        n + 1 >= path.len() && (root.join(&file).with_extension("rs").is_file() || root.join(&file).is_dir())
    })
}

fn floor(module: &Module) -> Option<usize> {
    let room = module.first()?;
    FLOORS.iter().position(|rooms| rooms.contains(&room.as_str()))
}

#[test]
fn every_room_uses_those_below_it_only() {
    let source = Source::read();
    let mut wrong = Vec::new();
    for (module, used) in source.uses() {
        if module.is_empty() {
            continue;
        }
        for other in used {
            let is_below = match (floor(module), floor(&other)) {
                (Some(own), Some(theirs)) => theirs < own || module.first() == other.first(),
                (None, _) | (_, None) => false,
            };
            if !is_below {
                wrong.push(format!("{} uses {}", module.join("::"), other.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let source = Source::read();
    let uses = source.uses();
    // Whatever uses nothing that is left over is taken away; circles remain, and what leads to them.
    let mut left: BTreeSet<Module> = uses.keys().map(|module| (*module).clone()).collect();
    loop {
        let free: Vec<Module> = left
            .iter()
            .filter(|module| uses[module].iter().all(|used| !left.contains(used)))
            .cloned()
            .collect();
        if free.is_empty() {
            break;
        }
        for module in free {
            left.remove(&module);
        }
    }
    // And whatever nothing uses that is left over.
    loop {
        let unused: Vec<Module> = left
            .iter()
            .filter(|module| !left.iter().any(|other| uses[other].contains(*module)))
            .cloned()
            .collect();
        if unused.is_empty() {
            break;
        }
        for module in unused {
            left.remove(&module);
        }
    }
    let edges = left.iter().map(|module| {
        let used = uses[module].intersection(&left).map(|used| used.join("::"));
        format!("{} -> {}", module.join("::"), used.collect::<Vec<_>>().join(", "))
    });
    assert!(left.is_empty(), "{}", edges.collect::<Vec<_>>().join("\n"));
}

/// What differs between the desktop and a page; headless rooms that no page has may use the system as they like.
#[test]
fn one_room_has_the_two_sides() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let own = [
        "target_arch",
        "time::Instant",
        "time::{Duration, Instant",
        "thread::Builder",
        "use std::fs",
        "SystemTime::now",
    ];
    let mut wrong = Vec::new();
    for file in files {
        let module = module_of(&root, &file);
        let room = module.first().map_or("", String::as_str);
        if ["platform", "cli", "sweep", "rooms"].contains(&room) {
            continue;
        }
        let text = code(&fs::read_to_string(&file).unwrap_or_default());
        let found = own.iter().filter(|name| text.contains(**name));
        wrong.extend(found.map(|name| format!("{} has {name}", module.join("::"))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
