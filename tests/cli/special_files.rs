//! Files that never end, that wait for ever, or that promise more than they hold: refused in one line at once.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::command::saddlescope;

/// Refused with exit code 2 and one line, well before a minute; gives the line.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::cargo_bin("saddlescope")
        .unwrap()
        .current_dir(folder)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .timeout(Duration::from_mins(1))
        .args(arguments)
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(
        message.starts_with("error: ") && message.lines().count() == 1,
        "{arguments:?}: {message}"
    );
    message
}

#[cfg(target_os = "linux")]
#[test]
fn pipes_and_devices_are_no_inputs() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    for name in ["pipe.toml", "pipe.csv", "pipe.npz", "pipe.parquet"] {
        let made = std::process::Command::new("mkfifo").arg(path.join(name)).status();
        assert!(made.unwrap().success());
    }
    for name in ["zero.toml", "zero.csv", "zero.npz"] {
        std::os::unix::fs::symlink("/dev/zero", path.join(name)).unwrap();
    }
    for kind in ["pipe", "zero"] {
        let at = |extension: &str| format!("{kind}.{extension}");
        let samples = format!(
            "data={{kind=\"file\",inputs=\"{}\",targets=\"y.csv\"}}",
            at("csv")
        );
        let sweep = path.join(format!("sweep-{kind}.toml"));
        fs::write(
            &sweep,
            format!(
                "steps = 9\nexperiment = \"{}\"\n[[axis]]\nkey = \"seed\"\nvalues = [1]\n",
                at("toml")
            ),
        )
        .unwrap();
        let cells = path.join(format!("cells-{kind}"));
        fs::create_dir(&cells).unwrap();
        std::os::unix::fs::symlink(path.join(at("toml")), cells.join("sweep.toml")).unwrap();
        let cells = cells.to_str().unwrap();
        for arguments in [
            vec!["run", "--steps", "9", "--experiment", &at("toml")],
            vec!["run", "--steps", "9", "--set", &samples],
            vec!["replay", &at("toml")],
            vec!["bundle", &at("toml"), "--out", "b"],
            vec!["plot", &at("npz"), "--out", "a.svg"],
            vec!["plot", &at("csv"), "--out", "a.svg"],
            vec!["sweep", &at("toml"), "--dry-run"],
            vec!["sweep", sweep.to_str().unwrap(), "--dry-run"],
            vec!["sweep", "--merge", cells, "--out", "t.csv"],
        ] {
            let message = refused(path, &arguments);
            assert!(
                message.contains("is a pipe or a device, not a regular file"),
                "{arguments:?}: {message}"
            );
        }
    }
    let message = refused(path, &["plot", "pipe.parquet", "--out", "a.svg"]);
    assert!(message.contains("pipe.parquet"), "{message}");
    // Every file of a folder of lessons is named.
    let listed = saddlescope(path, &["lessons", "--folder", "."]);
    assert_eq!(listed.status.code(), Some(2));
    let said = String::from_utf8(listed.stderr).unwrap();
    assert_eq!(said.matches("not a regular file").count(), 2, "{said}");
}

#[test]
fn a_wide_table_is_refused_by_its_header() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let names: Vec<String> = (0..1_000_000).map(|i| format!("c{i}")).collect();
    let row = vec!["1"; names.len()].join(",");
    fs::write(path.join("x.csv"), format!("{}\n{row}\n{row}\n", names.join(","))).unwrap();
    fs::write(path.join("y.csv"), "y\n1\n2\n").unwrap();
    let samples = "data={kind=\"file\",inputs=\"x.csv\",targets=\"y.csv\"}";
    let message = refused(path, &["run", "--steps", "9", "--set", samples]);
    assert!(
        message.contains("x.csv: line 1: 1000000 columns; at most 1024"),
        "{message}"
    );
}

/// Two samples of two dimensions whose map has the singular values sqrt 2 and 1, which was told to be zero.
#[test]
fn samples_of_low_rank_are_learned_from() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("x.csv"), "a,b\n1,1\n1,0\n").unwrap();
    fs::write(path.join("y.csv"), "c,d,e\n1,1,1\n0,1,0\n").unwrap();
    let output = saddlescope(
        path,
        &[
            "run",
            "--steps",
            "9",
            "--set",
            "data={kind='file',inputs='x.csv',targets='y.csv'}",
            "--set",
            "network={d_in=2,d_out=3,hidden=[]}",
        ],
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An archive like `from` with one array changed.
fn with_array(from: &Path, to: &Path, array: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    let mut old = zip::ZipArchive::new(fs::File::open(from).unwrap()).unwrap();
    let mut new = ZipWriter::new(fs::File::create(to).unwrap());
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        let name = entry.name().unwrap().into_owned();
        if name == format!("{array}.npy") {
            bytes = change(bytes);
        }
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        new.start_file(name, stored).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap();
}

/// The array with its last number replaced.
fn ending_with(number: f64) -> impl Fn(Vec<u8>) -> Vec<u8> {
    move |mut bytes| {
        let place = bytes.len() - 8;
        bytes[place..].copy_from_slice(&number.to_le_bytes());
        bytes
    }
}

#[test]
fn an_archive_that_is_no_recording_is_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let run = saddlescope(path, &["run", "--steps", "100", "--out", "z.npz"]);
    assert_eq!(run.status.code(), Some(0));
    let npz = path.join("z.npz");
    let nested = |_| {
        let text = format!(
            "{{'descr': {}'<f8'{}, 'fortran_order': False, 'shape': (101,), }}\n",
            "[('a', ".repeat(40),
            ")]".repeat(40)
        );
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.as_bytes());
        bytes
    };
    let endless = |_| b"\x93NUMPY\x02\x00\xff\xff\xff\xff{'descr'".to_vec();
    let middle = |number: f64| {
        move |mut bytes: Vec<u8>| {
            let place = bytes.len() - 8 * 50;
            bytes[place..place + 8].copy_from_slice(&number.to_le_bytes());
            bytes
        }
    };
    let case = |array: &str, change: &dyn Fn(Vec<u8>) -> Vec<u8>, words: &str| {
        with_array(&npz, &path.join("changed.npz"), array, change);
        let message = refused(path, &["plot", "changed.npz", "--out", "a.svg"]);
        assert!(
            message.contains(&format!("array {array}: ")) && message.contains(words),
            "{message}"
        );
        assert!(!path.join("a.svg").exists());
    };
    case("time", &middle(1e6), "must not fall");
    case("time", &ending_with(-1.0), "must not fall");
    case("time", &ending_with(f64::NAN), "NaN");
    case("loss", &ending_with(f64::INFINITY), "row 101: inf");
    case("strength", &ending_with(f64::NAN), "row 101: NaN");
    case("final_w1", &ending_with(f64::NAN), "NaN");
    case("step", &nested, "plain array");
    case("session", &nested, "plain array");
    case("diffusion", &endless, "too long");
    // A single row far in the future is drawn all the same, and at once.
    with_array(&npz, &path.join("far.npz"), "time", ending_with(1e300));
    for name in ["far.svg", "far.png", "far.pdf"] {
        let drawn = saddlescope(path, &["plot", "far.npz", "--out", name]);
        assert_eq!(
            drawn.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&drawn.stderr)
        );
        assert!(fs::metadata(path.join(name)).unwrap().len() < 1 << 20);
    }
}

/// What the attack (examples/attack) found, in its smallest form.
#[test]
fn what_an_attack_has_found_is_refused() {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/attack");
    let folder = TempDir::new().unwrap();
    for entry in fs::read_dir(found).unwrap() {
        let file = entry.unwrap().path();
        let message = refused(folder.path(), &["plot", file.to_str().unwrap(), "--out", "a.svg"]);
        assert!(message.contains("damaged"), "{message}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// As many changes as a session of the first version could hold: what `replay` writes, `plot` reads.
#[test]
fn fifty_thousand_changes_are_replayed_and_drawn() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let mut text = "format = 1\nversion = \"0.1.0\"\n[experiment]\n[end]\nstep = 50001\n".to_owned();
    for step in 0..50_000 {
        let learning_rate = ["0.0051234567890123", "0.0050123456789012"][step % 2];
        write!(text, "[[intervention]]\nstep={step}\nlearning_rate={learning_rate}\nbatch_size=32\nlabel_noise_std=0.0\n").unwrap();
    }
    fs::write(path.join("s.toml"), text).unwrap();
    let replayed = saddlescope(path, &["replay", "s.toml", "--out", "z.npz"]);
    assert_eq!(
        replayed.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&replayed.stderr)
    );
    let drawn = saddlescope(path, &["plot", "z.npz", "--out", "a.svg"]);
    assert_eq!(
        drawn.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&drawn.stderr)
    );
}

/// A limit on the address space stands for a small machine: what does not fit is refused before it is allocated.
#[cfg(target_os = "linux")]
#[test]
fn what_does_not_fit_into_memory_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let wide = format!(
        "network={{d_in=1024,d_out=1024,hidden=[{}]}}",
        ["1024"; 31].join(",")
    );
    let text = format!(
        "format = 1\nversion = \"0.1.0\"\n[experiment]\nengine = \"gradient_flow\"\n{}\n[end]\nstep = 3\n",
        wide.replacen('=', " = ", 1)
    );
    fs::write(path.join("s.toml"), text).unwrap();
    let rows: String = (0..1_000_000).map(|_| "1,1,1,1,1,1,1,1\n").collect();
    fs::write(path.join("x.csv"), format!("a,b,c,d,e,f,g,h\n{rows}")).unwrap();
    let samples = "data={kind='file',inputs='x.csv',targets='x.csv'}";
    let limited = |arguments: &[&str]| {
        let output = std::process::Command::new("bash")
            .current_dir(path)
            .args(["-c", "ulimit -v 500000; exec \"$@\"", "bash"])
            .arg(assert_cmd::cargo::cargo_bin("saddlescope"))
            .args(arguments)
            .output()
            .unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(
            message.contains("memory") && message.lines().count() == 1,
            "{arguments:?}: {message}"
        );
    };
    limited(&["run", "--steps", "3", "--set", &wide]);
    limited(&[
        "run",
        "--steps",
        "3",
        "--set",
        "engine=gradient_flow",
        "--set",
        &wide,
    ]);
    limited(&["run", "--steps", "3", "--replicas", "1e6"]);
    limited(&["run", "--steps", "3", "--set", samples]);
    limited(&["replay", "s.toml"]);
    limited(&["bundle", "s.toml", "--out", "b"]);
    let sweep = format!(
        "steps = 9\n[experiment]\n{}\n[[axis]]\nkey = \"seed\"\nvalues = [1]\n",
        wide.replacen('=', " = ", 1)
    );
    fs::write(path.join("sweep.toml"), sweep).unwrap();
    limited(&["sweep", "sweep.toml", "--out", "cells"]);
}
