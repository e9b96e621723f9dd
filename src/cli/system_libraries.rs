//! System libraries that the window loads when it opens, and the Debian packages that bring them.

use std::process::Command;

/// A library and its package.
type Library = (&'static str, &'static str);

const X11: [Library; 6] = [
    ("libX11.so.6", "libx11-6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
];
const WAYLAND: [Library; 3] = [
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libwayland-egl.so.1", "libwayland-egl1"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
];
/// Either of them will do.
const GRAPHICS: [Library; 2] = [("libGL.so.1", "libgl1"), ("libEGL.so.1", "libegl1")];

/// Which kinds of display there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Display {
    x11: bool,
    wayland: bool,
}

impl Display {
    pub(super) const NONE: Self = Self {
        x11: false,
        wayland: false,
    };

    /// The displays that environment variables speak of; `is_set` says whether one is set and not empty.
    pub(super) fn of_environment(is_set: impl Fn(&str) -> bool) -> Self {
        Self {
            x11: is_set("DISPLAY"),
            wayland: is_set("WAYLAND_DISPLAY"),
        }
    }

    fn libraries(self) -> impl Iterator<Item = Library> {
        let x11 = X11.into_iter().filter(move |_| self.x11);
        x11.chain(WAYLAND.into_iter().filter(move |_| self.wayland))
    }
}

/// Packages of the libraries that the message names or, where it names none, that the loader does not know.
pub(super) fn missing_packages(
    message: &str,
    loader_cache: Option<&str>,
    display: Display,
) -> Vec<&'static str> {
    let all = X11.into_iter().chain(WAYLAND).chain(GRAPHICS);
    let named = all.filter(|(library, _)| message.contains(without_version(library)));
    let mut packages: Vec<&str> = named.map(|library| library.1).collect();
    if let (true, Some(cache)) = (packages.is_empty(), loader_cache) {
        let is_missing =
            |(library, _): &Library| !cache.lines().any(|line| line.trim_start().starts_with(library));
        packages.extend(display.libraries().filter(is_missing).map(|library| library.1));
        if GRAPHICS.iter().all(is_missing) {
            packages.extend(GRAPHICS.iter().map(|library| library.1));
        }
    }
    packages.sort_unstable();
    packages.dedup();
    packages
}

/// `libX11.so.6` is `libX11.so` in most messages.
fn without_version(library: &str) -> &str {
    library.split_inclusive(".so").next().unwrap_or(library)
}

/// What the loader knows and can still find: the output of `ldconfig -p`, where there is such a command, without the lines of
/// files that are gone.
pub(super) fn loader_cache() -> Option<String> {
    // Outside root's search path it has to be called by its full name.
    ["ldconfig", "/sbin/ldconfig"].iter().find_map(|command| {
        let output = Command::new(command).arg("-p").output().ok()?;
        output
            .status
            .success()
            .then(|| present(&String::from_utf8_lossy(&output.stdout)))
    })
}

/// The lines of the loader's list whose files are there and not empty.
fn present(list: &str) -> String {
    let is_there = |path: &str| std::fs::metadata(path.trim()).is_ok_and(|file| file.len() > 0);
    let lines = list.lines().filter(|line| {
        line.split_once("=> ")
            .is_none_or(|(_library, path)| is_there(path))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const X11_ONLY: Display = Display {
        x11: true,
        wayland: false,
    };

    #[test]
    fn a_named_library_decides() {
        let message = "Library libxkbcommon-x11.so could not be loaded.";
        assert_eq!(
            missing_packages(message, Some(""), X11_ONLY),
            ["libxkbcommon-x11-0"]
        );
        let message = "libX11.so.6: cannot open shared object file: No such file or directory";
        assert_eq!(missing_packages(message, None, X11_ONLY), ["libx11-6"]);
    }

    #[test]
    fn else_the_loader_is_asked() {
        let known = X11
            .iter()
            .filter(|library| library.1 != "libxi6")
            .map(|library| format!("\t{} (libc6,x86-64) => /lib/{}\n", library.0, library.0))
            .collect::<Vec<_>>()
            .concat();
        let with_egl = format!("{known}\tlibEGL.so.1 (libc6,x86-64) => /lib/libEGL.so.1\n");
        let message = "no connection";
        assert_eq!(missing_packages(message, Some(&with_egl), X11_ONLY), ["libxi6"]);
        assert_eq!(
            missing_packages(message, Some(&known), X11_ONLY),
            ["libegl1", "libgl1", "libxi6"]
        );
        assert!(missing_packages(message, None, X11_ONLY).is_empty());
    }

    #[test]
    fn files_that_are_gone_are_not_known() {
        let list = "2 libs found\n\tlibX.so.1 (libc6) => /nowhere/libX.so.1\n\tlibY.so (libc6) => Cargo.toml";
        assert_eq!(present(list), "2 libs found\n\tlibY.so (libc6) => Cargo.toml");
    }

    #[test]
    fn the_environment_tells_the_display() {
        assert_eq!(Display::of_environment(|_| false), Display::NONE);
        assert_eq!(Display::of_environment(|name| name == "DISPLAY"), X11_ONLY);
    }
}
