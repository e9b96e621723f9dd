//! Small changes that make good input hostile.

use std::io::{Cursor, Read as _, Write as _};

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rand_xoshiro::Xoshiro256PlusPlus;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub(crate) type Generator = Xoshiro256PlusPlus;

/// Longest text that is made by repeating.
const LONGEST: usize = 1 << 16;

/// Numbers at which programs stumble.
const NUMBERS: [&str; 40] = [
    "0",
    "-0.0",
    "1",
    "-1",
    "2",
    "3",
    "4",
    "5",
    "7",
    "33",
    "63",
    "64",
    "65",
    "100",
    "1024",
    "1025",
    "65536",
    "65537",
    "1000000",
    "1000000000",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1e-5",
    "1e-300",
    "5e-324",
    "1e5",
    "1e6",
    "1e7",
    "1e15",
    "1e16",
    "1e300",
    "1e999",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "0.5",
    "1_000",
];

/// Words that mean something somewhere, or nothing anywhere.
const WORDS: [&str; 26] = [
    "true",
    "false",
    "\"\"",
    "[]",
    "{}",
    "[[]]",
    "\"sgd\"",
    "\"langevin\"",
    "\"gradient_flow\"",
    "\"random\"",
    "\"file\"",
    "\"dataset\"",
    "\"full\"",
    "\"epochs\"",
    "\"gaussian\"",
    "\"power\"",
    "\"aligned\"",
    "\"\u{202e}abc\"",
    "\"\\u0000\"",
    "1979-05-27",
    "[1, 2, 3]",
    "[4, 4, 4]",
    "\"isotropic\"",
    "seed",
    "'x.csv'",
    "\"\"\"a\nb\"\"\"",
];

/// A text with a few changes; `others` are texts that lines are taken from.
pub(crate) fn text(generator: &mut Generator, base: &str, others: &[&str]) -> Vec<u8> {
    let mut text = base.to_owned();
    for _ in 0..n_changes(generator) {
        text = match generator.random_range(0..12) {
            0..4 => with_token(generator, &text, is_of_number, &NUMBERS),
            4 => with_token(generator, &text, is_of_word, &WORDS),
            5 => with_token(generator, &text, is_of_number, &WORDS),
            6 | 7 => with_lines(generator, &text, others),
            8 => repeated(generator, &text),
            9 => cut(generator, &text),
            10 => bracketed(generator, &text),
            _ => {
                let bytes = bytes_once(generator, text.into_bytes());
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
    }
    let mut bytes = text.into_bytes();
    if generator.random_bool(0.05) {
        bytes = bytes_once(generator, bytes);
    }
    bytes
}

/// Bytes with a few changes.
pub(crate) fn bytes(generator: &mut Generator, base: &[u8]) -> Vec<u8> {
    let mut bytes = base.to_vec();
    for _ in 0..n_changes(generator) {
        bytes = bytes_once(generator, bytes);
    }
    bytes
}

fn n_changes(generator: &mut Generator) -> u32 {
    *[1, 1, 1, 2, 2, 3, 5].choose(generator).unwrap_or(&1)
}

fn bytes_once(generator: &mut Generator, mut bytes: Vec<u8>) -> Vec<u8> {
    if bytes.is_empty() {
        return vec![generator.random()];
    }
    let place = generator.random_range(0..bytes.len());
    let length = generator.random_range(1..=8.min(bytes.len() - place));
    match generator.random_range(0..7) {
        0 => bytes[place] ^= 1 << generator.random_range(0..8),
        1 => {
            bytes[place] = *[0, 1, 0x7f, 0x80, 0xff, b'\n', b'"', b',']
                .choose(generator)
                .unwrap_or(&0);
        }
        2 => drop(bytes.drain(place..place + length)),
        3 => {
            let new: Vec<u8> = (0..length).map(|_| generator.random()).collect();
            bytes.splice(place..place, new);
        }
        4 => {
            let copied = bytes[place..place + length].to_vec();
            let to = generator.random_range(0..=bytes.len());
            bytes.splice(to..to, copied);
        }
        5 => bytes.truncate(place),
        // A length or an offset.
        _ => bytes[place..place + length].fill(*[0, 0xff, 0x7f].choose(generator).unwrap_or(&0)),
    }
    bytes
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || ".+-eE".contains(c)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || "_\"'".contains(c)
}

/// Replaces a stretch of characters of a kind.
fn with_token(generator: &mut Generator, text: &str, is_inside: fn(char) -> bool, new: &[&str]) -> String {
    let mut tokens: Vec<std::ops::Range<usize>> = Vec::new();
    for (place, c) in text.char_indices().filter(|(_, c)| is_inside(*c)) {
        match tokens.last_mut() {
            Some(last) if last.end == place => last.end += c.len_utf8(),
            Some(_) | None => tokens.push(place..place + c.len_utf8()),
        }
    }
    let Some(token) = tokens.choose(generator) else {
        return text.to_owned();
    };
    let new = new.choose(generator).unwrap_or(&"");
    format!("{}{new}{}", &text[..token.start], &text[token.end..])
}

/// Takes a line out, doubles it, moves it, or takes one from elsewhere.
fn with_lines(generator: &mut Generator, text: &str, others: &[&str]) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let place = generator.random_range(0..lines.len());
    let to = generator.random_range(0..lines.len());
    match generator.random_range(0..4) {
        0 => drop(lines.remove(place)),
        1 => lines.insert(to, lines[place]),
        2 => lines.swap(place, to),
        _ => {
            let other: Vec<&str> = others
                .choose(generator)
                .map_or_else(Vec::new, |other| other.lines().collect());
            if let Some(line) = other.choose(generator) {
                lines.insert(to, line);
            }
        }
    }
    lines.join("\n") + "\n"
}

/// A place in the text between two characters.
fn boundary(generator: &mut Generator, text: &str) -> usize {
    let mut place = generator.random_range(0..=text.len());
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

fn repeated(generator: &mut Generator, text: &str) -> String {
    let (a, b) = (boundary(generator, text), boundary(generator, text));
    let (start, end) = (a.min(b), a.max(b));
    let part = &text[start..end];
    let times = generator.random_range(1..=(LONGEST / part.len().max(1)).clamp(1, 3000));
    format!("{}{}{}", &text[..end], part.repeat(times), &text[end..])
}

fn cut(generator: &mut Generator, text: &str) -> String {
    let place = boundary(generator, text);
    text[..place].to_owned()
}

/// Brackets around the value of a line.
fn bracketed(generator: &mut Generator, text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| line.contains('=')).collect();
    let Some(line) = lines.choose(generator) else {
        return text.to_owned();
    };
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    let depth = *[1, 2, 3, 70, 1000].choose(generator).unwrap_or(&1);
    let changed = match generator.random_range(0..3) {
        0 => format!("{key}={}{value}{}", "[".repeat(depth), "]".repeat(depth)),
        1 => format!("{key}={}{value}{}", "{a=".repeat(depth), "}".repeat(depth)),
        _ => format!("{}.{line}", vec!["a"; depth].join(".")),
    };
    text.replacen(line, &changed, 1)
}

/// An archive of arrays with changes inside, its checksums right.
pub(crate) fn archive(generator: &mut Generator, base: &[u8]) -> Vec<u8> {
    if generator.random_bool(0.4) {
        return bytes(generator, base);
    }
    changed_archive(generator, base).unwrap_or_else(|| base.to_vec())
}

fn changed_archive(generator: &mut Generator, base: &[u8]) -> Option<Vec<u8>> {
    let mut old = ZipArchive::new(Cursor::new(base)).ok()?;
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let chosen = generator.random_range(0..old.len());
    for index in 0..old.len() {
        let mut entry = old.by_index(index).ok()?;
        let mut name = entry.name().ok()?.into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).ok()?;
        if index == chosen {
            match generator.random_range(0..10) {
                0 => continue,
                1 => name.push('x'),
                2 => bytes = bytes_once(generator, bytes),
                3..5 => bytes = with_header(generator, &bytes),
                5 if name.starts_with("session") => bytes = with_session(generator, &bytes),
                _ => number_in(generator, &mut bytes),
            }
        }
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        new.start_file(name, stored).ok()?;
        new.write_all(&bytes).ok()?;
    }
    Some(new.finish().ok()?.into_inner())
}

/// One of the numbers of an array replaced.
fn number_in(generator: &mut Generator, bytes: &mut [u8]) {
    let n = bytes.len().saturating_sub(128) / 8;
    if n > 0 {
        let place = 128 + 8 * generator.random_range(0..n);
        let odd = [
            0.0,
            -0.0,
            -1.0,
            1.0,
            0.5,
            1e-300,
            1e6,
            1e300,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            5e-324,
        ];
        let number: f64 = *odd.choose(generator).unwrap_or(&0.0);
        bytes[place..place + 8].copy_from_slice(&number.to_le_bytes());
    }
}

/// The header of an array changed, its length right.
fn with_header(generator: &mut Generator, bytes: &[u8]) -> Vec<u8> {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        return bytes.to_vec();
    };
    let header = String::from_utf8_lossy(&bytes[10..end]).into_owned();
    let header = text(
        generator,
        &header,
        &[
            "('a', '<f8')",
            "[('a', [('b', '<f8')])]",
            "'|S99999999'",
            "(1, 2, 3)",
        ],
    );
    let mut new = b"\x93NUMPY\x01\x00".to_vec();
    new.extend((header.len() as u16).to_le_bytes());
    new.extend(header);
    new.extend(&bytes[end..]);
    new
}

/// The session in an archive changed, its length right.
fn with_session(generator: &mut Generator, bytes: &[u8]) -> Vec<u8> {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        return bytes.to_vec();
    };
    let session = text(generator, &String::from_utf8_lossy(&bytes[end + 1..]), &[]);
    let header = format!(
        "{{'descr': '|u1', 'fortran_order': False, 'shape': ({},), }}\n",
        session.len()
    );
    let mut new = b"\x93NUMPY\x01\x00".to_vec();
    new.extend((header.len() as u16).to_le_bytes());
    new.extend(header.as_bytes());
    new.extend(session);
    new
}
