//! A run as an address: what stands after `#` in a link to the page says what it shows, and the program of the desktop opens the same
//! links.
//!
//! ```text
//! #lesson=noise-peaks-first      a lesson
//! #s=AbC4f...                    a session
//! #lesson=stairs&embed           the plots and sliders alone, within another page
//! #lesson=stairs&check           the lesson, and whether its numbers hold
//! ```
//!
//! A session stands there as bytes in base64 with the alphabet for addresses and without padding: the format (1), four bytes that tell
//! whether anything was lost on the way (the lowest of the XXH3 of the text, lowest first), and the session's TOML, deflated. The
//! TOML holds the version of the program and the digest of the state at the end, as in a file.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use thiserror::Error;
use xxhash_rust::xxh3::xxh3_64;

use super::file::{Session, SessionError};

/// Where the page is to be found.
pub const PAGE: &str = "https://saddlescope.github.io/saddlescope/";
/// Format of sessions in links that is written, and the only one that is read.
const FORMAT: u8 = 1;
/// Bytes by which damage is seen.
const N_CHECK: usize = 4;
/// Longest link, in bytes. Browsers take more, what passes links on often does not.
pub const LONGEST_LINK: usize = 1 << 16;
/// Longest text of a session in a link: deflated texts may unpack to a thousand times their length.
const LONGEST_TEXT: u64 = 1 << 20;
/// Longest name of a lesson.
const LONGEST_NAME: usize = 64;
/// What stands for the name of a file in messages.
const NAME: &str = "the link";

/// What a link shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    /// Nothing but the program.
    Nothing,
    /// The lesson of this id.
    Lesson(String),
    /// A session.
    Session(Box<Session>),
}

/// A link that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// What it shows.
    pub shown: Shown,
    /// Whether the plots and the sliders are to be shown alone.
    pub embed: bool,
    /// Whether the numbers of the lesson are to be checked.
    pub check: bool,
}

/// Why there is no link. Each message is one line.
#[derive(Debug, Error)]
pub enum LinkError {
    /// It is too long.
    #[error(
        "{NAME}: {n_bytes} bytes long, more than the {LONGEST_LINK} of a link; a session file has no such bound"
    )]
    TooLong {
        /// Its length.
        n_bytes: usize,
    },
    /// Part of it is missing or was changed.
    #[error("{NAME}: damaged, or not all of it was copied")]
    Damaged,
    /// It is of another format.
    #[error("{NAME}: of format {format}; this program reads format {FORMAT}")]
    Format {
        /// Its format.
        format: u8,
    },
    /// It unpacks to far more than a session has.
    #[error("{NAME}: unpacks to more than {LONGEST_TEXT} bytes")]
    Unpacked,
    /// The session has samples in files.
    #[error(
        "{NAME}: the experiment takes its samples from files, which no link can carry; save the session instead"
    )]
    Samples,
    /// It names a lesson in a way that no lesson is called.
    #[error("{NAME}: no lesson can be called so")]
    Lesson,
    /// What it holds is no session.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl Link {
    /// Whether a text is meant as a link: an address, or what stands after `#` in one, that shows something.
    pub fn is_meant(text: &str) -> bool {
        parts(text).is_some_and(|mut parts| {
            parts.any(|part| part == "embed" || part.starts_with("s=") || part.starts_with("lesson="))
        })
    }

    /// Reads an address, or what stands after `#` in one; what is in it beside these keys is not looked at.
    ///
    /// # Errors
    /// [`LinkError`] for what is damaged, too long, or no session that a link may carry.
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        if text.len() > LONGEST_LINK {
            return Err(LinkError::TooLong { n_bytes: text.len() });
        }
        let mut link = Self {
            shown: Shown::Nothing,
            embed: false,
            check: false,
        };
        for part in parts(text).into_iter().flatten() {
            if part == "embed" {
                link.embed = true;
            } else if part == "check" {
                link.check = true;
            } else if let Some(code) = part.strip_prefix("s=") {
                link.shown = Shown::Session(Box::new(session(code)?));
            } else if let Some(name) = part.strip_prefix("lesson=") {
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(is_name) {
                    return Err(LinkError::Lesson);
                }
                link.shown = Shown::Lesson(name.to_owned());
            }
        }
        Ok(link)
    }
}

/// The parts of what stands after `#`; nothing where no `#` begins a text or stands in an address.
fn parts(text: &str) -> Option<impl Iterator<Item = &str>> {
    let text = text.trim();
    let (before, after) = text.split_once('#')?;
    let is_address = before.is_empty() || before.contains("://");
    let is_one_word = !text.contains(char::is_whitespace);
    (is_address && is_one_word).then(|| after.split('&'))
}

/// What stands after an address to show a lesson, `#` included.
pub fn lesson_link(id: &str) -> String {
    format!("#lesson={id}")
}

/// What stands after an address to show a session, `#` included.
///
/// # Errors
/// [`LinkError::Samples`] and [`LinkError::TooLong`].
pub fn session_link(session: &Session) -> Result<String, LinkError> {
    let text = session.to_toml();
    // Its first line is for people.
    let text = text.split_once('\n').map_or(text.as_str(), |(_, rest)| rest);
    if has_sample_files(text) {
        return Err(LinkError::Samples);
    }
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing to memory never fails.
    let written = encoder.write_all(text.as_bytes());
    let deflated = written.and_then(|()| encoder.finish()).unwrap_or_default();
    let mut bytes = vec![FORMAT];
    bytes.extend(check(text));
    bytes.extend(deflated);
    let link = format!("#s={}", URL_SAFE_NO_PAD.encode(bytes));
    if link.len() > LONGEST_LINK {
        return Err(LinkError::TooLong { n_bytes: link.len() });
    }
    Ok(link)
}

fn check(text: &str) -> [u8; N_CHECK] {
    let [a, b, c, d, ..] = xxh3_64(text.as_bytes()).to_le_bytes();
    [a, b, c, d]
}

fn session(code: &str) -> Result<Session, LinkError> {
    let bytes = URL_SAFE_NO_PAD.decode(code).map_err(|_| LinkError::Damaged)?;
    let (format, rest) = bytes.split_first().ok_or(LinkError::Damaged)?;
    if *format != FORMAT {
        return Err(LinkError::Format { format: *format });
    }
    let (expected, deflated) = rest.split_at_checked(N_CHECK).ok_or(LinkError::Damaged)?;
    let mut text = Vec::new();
    let mut decoder = DeflateDecoder::new(deflated).take(LONGEST_TEXT + 1);
    decoder.read_to_end(&mut text).map_err(|_| LinkError::Damaged)?;
    if text.len() as u64 > LONGEST_TEXT {
        return Err(LinkError::Unpacked);
    }
    let text = String::from_utf8(text).map_err(|_| LinkError::Damaged)?;
    if check(&text) != *expected {
        return Err(LinkError::Damaged);
    }
    // Reading such a session would read whatever files a stranger names.
    if has_sample_files(&text) {
        return Err(LinkError::Samples);
    }
    Ok(Session::parse(&text, NAME)?)
}

/// Whether the text of a session names files of samples. A text that is no TOML names none.
fn has_sample_files(text: &str) -> bool {
    let table: toml::Table = text.parse().unwrap_or_default();
    let kind = |table: &toml::Table| {
        let data = table.get("experiment")?.get("data")?;
        Some(data.get("kind")?.as_str()? == "file")
    };
    kind(&table).unwrap_or(false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::experiment::{DataKind, Experiment};
    use crate::simulation::Simulation;

    fn some() -> Session {
        let mut simulation = Simulation::new(&Experiment::default()).unwrap();
        simulation.advance_to(300);
        let mut live = *simulation.live();
        live.learning_rate *= 0.3;
        simulation.set_live(live).unwrap();
        simulation.advance_to(400);
        Session::of(&simulation)
    }

    fn of_text(text: &str) -> String {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        let bytes = [vec![FORMAT], check(text).to_vec(), encoder.finish().unwrap()].concat();
        format!("#s={}", URL_SAFE_NO_PAD.encode(bytes))
    }

    fn refusal(link: &str) -> String {
        let said = Link::parse(link).unwrap_err().to_string();
        assert!(!said.contains('\n') && said.len() < 500, "{said}");
        said
    }

    #[test]
    fn a_session_comes_back_whole_and_replays_to_its_digest() {
        let session = some();
        let link = session_link(&session).unwrap();
        assert!(link.len() < 2000, "{}", link.len());
        assert!(link.is_ascii() && !link.contains(char::is_whitespace));
        for text in [link.clone(), format!(" {PAGE}{link}\n"), format!("{link}&embed")] {
            assert!(Link::is_meant(&text));
            let read = Link::parse(&text).unwrap();
            assert_eq!(read.embed, text.ends_with("embed"));
            assert_eq!(read.shown, Shown::Session(Box::new(session.clone())));
        }
        let Shown::Session(read) = Link::parse(&link).unwrap().shown else {
            unreachable!()
        };
        let replayed = Session::of(&read.replay().unwrap());
        assert_eq!(replayed.end.digest, session.end.digest);
    }

    #[test]
    fn lessons_are_named() {
        let link = Link::parse("https://example.org/page/#lesson=noise-peaks-first&embed").unwrap();
        assert_eq!(link.shown, Shown::Lesson("noise-peaks-first".to_owned()));
        assert!(link.embed);
        assert_eq!(
            Link::parse(&lesson_link("a")).unwrap().shown,
            Shown::Lesson("a".to_owned())
        );
        for name in ["", "../../etc/passwd", "a b", "<script>", &"a".repeat(65)] {
            assert!(refusal(&format!("#lesson={name}").replace(' ', "%20")).contains("lesson"));
        }
    }

    #[test]
    fn other_texts_are_no_links() {
        let session = some().to_toml();
        for text in [
            "",
            "#",
            "a#s=b",
            "file.toml",
            "# a title\ns=1",
            "https://example.org/",
            &session,
        ] {
            assert!(!Link::is_meant(text), "{text}");
        }
    }

    /// One byte after the other is left out or changed. Of all changes one in 2^32 would pass the check; the seed is fixed by the text.
    #[test]
    fn whatever_is_lost_or_changed_is_seen() {
        let link = session_link(&some()).unwrap();
        for n in "#s=".len()..link.len() {
            Link::parse(&link[..n]).unwrap_err();
            let mut changed = link.clone().into_bytes();
            changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The bits beyond the last byte are refused by the decoder.
            Link::parse(&changed).unwrap_err();
        }
        assert!(refusal("#s=").contains("damaged"));
        assert!(refusal("#s=%%%").contains("damaged"));
        let other = URL_SAFE_NO_PAD.encode([2, 0, 0, 0, 0, 0]);
        assert!(refusal(&format!("#s={other}")).contains("format 2"));
    }

    #[test]
    fn hostile_links_are_refused_before_they_do_harm() {
        // Two megabytes of spaces in two kilobytes.
        let bomb = of_text(&" ".repeat(2 << 20));
        assert!(bomb.len() < 4000);
        assert!(refusal(&bomb).contains("unpacks"));
        let long = format!("#s={}", "A".repeat(LONGEST_LINK));
        assert!(refusal(&long).contains("bytes long"));
        assert!(refusal(&of_text("format = 1")).contains("the link"));
        assert!(refusal(&of_text(&"[".repeat(100_000))).contains("the link"));
        assert!(refusal(&of_text(&format!("a = {}", "[".repeat(100_000)))).contains("the link"));
        let huge = some().to_toml().replace("d_in = 4", "d_in = 9000000000");
        assert!(refusal(&of_text(&huge)).contains("d_in"));
        let files = some().to_toml().replace("kind = \"online\"", "kind = \"file\"");
        assert!(
            refusal(&of_text(&files)).contains("samples from files"),
            "{files}"
        );
    }

    #[test]
    fn samples_in_files_are_not_carried() {
        let mut session = some();
        session.experiment.data.kind = DataKind::File;
        assert!(matches!(session_link(&session), Err(LinkError::Samples)));
    }
}
