//! A person's lesson files: what is read, and every way of being wrong, each told in one line with file, line and key.

use std::fs;
use std::path::{Path, PathBuf};

use saddlescope::dynamics::LiveParams;
use saddlescope::lessons::{CaptionEvent, CaptionTime, LONGEST_LESSON, Lesson, builtin, load_folder};
use tempfile::TempDir;

/// Files of `tests/data/bad_lessons` and what the message must name.
const BAD: &[(&str, &[&str])] = &[
    (
        "caption_after_the_end",
        &["line 29", "caption[2].at.step = 101", "end_step = 100"],
    ),
    ("caption_empty", &["line 26", "caption[1].text = 0 characters"]),
    (
        "caption_event_unknown",
        &["line 25", "caption[1].at.event", "party", "learned"],
    ),
    (
        "caption_mode_too_high",
        &["line 25", "caption[1].at.mode = 3", "from 1 to 2"],
    ),
    (
        "caption_mode_zero",
        &["line 25", "caption[1].at.mode = 0", "from 1 to 2"],
    ),
    ("caption_twice_timed", &["line 25", "caption[1].at", "not both"]),
    (
        "change_after_the_end",
        &["line 17", "change[0].step = 500", "end_step = 100"],
    ),
    ("change_infinite", &["line 18", "live.label_noise_std = inf"]),
    ("change_of_nothing", &["change[0]", "anew"]),
    (
        "check_kind_unknown",
        &["line 41", "check[0].kind", "beauty", "half_time"],
    ),
    (
        "check_mode_of_whole_run",
        &["line 42", "check[0].mode = 1", "left out"],
    ),
    (
        "check_of_no_kept_run",
        &["line 45", "check[0].of = shallow", "deep"],
    ),
    (
        "check_samples_missing",
        &["line 45", "check[0].experiment", "data.inputs is missing"],
    ),
    (
        "check_without_expectation",
        &["line 40", "check[0]", "tolerance", "at_least"],
    ),
    ("check_without_mode", &["line 40", "check[0]", "mode"]),
    (
        "companions_too_many",
        &["line 13", "companions.replicas = 1000000000", "at most 65536"],
    ),
    ("empty_caption_time", &["line 25", "caption[1].at", "step = N"]),
    ("expected_nan", &["line 43", "check[0].expected = NaN", "finite"]),
    ("id_with_blank", &["line 1", "id = \"a probe\"", "letters"]),
    (
        "kept_run_key_unknown",
        &["line 14", "kept_run[0].experiment", "network.width"],
    ),
    (
        "kept_run_value",
        &[
            "line 14",
            "kept_run[0].experiment",
            "teacher.strengths",
            "at most 1",
        ],
    ),
    ("label_noise_nan", &["line 10", "live.label_noise_std = NaN"]),
    (
        "missing_caption_time",
        &["line 24", "caption[1]", "missing field `at`"],
    ),
    ("missing_id", &["line 1", "missing field `id`"]),
    ("tolerance_negative", &["line 44", "check[0].tolerance = -1"]),
    ("two_captions", &["line 20", "2 captions", "3 to 6"]),
    ("unclosed", &["line 8"]),
    ("unknown_key", &["line 6", "speed", "expected one of"]),
    (
        "unknown_key_in_caption",
        &["line 27", "caption[1].colour", "unknown field"],
    ),
    (
        "unknown_key_in_experiment",
        &["line 9", "experiment.teacher.size", "strengths"],
    ),
    ("value_nan", &["line 37", "guess.answer = NaN"]),
    ("wrong_type", &["line 4", "end_step", "late", "whole number"]),
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn good() -> String {
    fs::read_to_string(folder("lessons/good.toml")).unwrap()
}

#[test]
fn a_lesson_is_read_as_written() {
    let lesson = Lesson::parse(&good(), "good.toml").unwrap();
    assert_eq!(
        (lesson.id.as_str(), lesson.number, lesson.end_step),
        ("probe", 1, 100)
    );
    assert!(!lesson.beyond_the_paper);
    assert_eq!(lesson.experiment.teacher.strengths, [2.0, 1.0]);
    assert_eq!(lesson.kept_runs[0].experiment.network.hidden, [4, 4]);
    assert_eq!(lesson.kept_runs[0].experiment.teacher, lesson.experiment.teacher);
    assert_eq!((lesson.captions.len(), lesson.checks.len()), (3, 1));
    let second = CaptionTime::Event {
        event: CaptionEvent::Peak,
        mode: Some(1),
        n_learned: None,
    };
    assert_eq!(lesson.captions[1].at, second);
    let live = LiveParams {
        label_noise_std: 0.5,
        ..LiveParams::default()
    };
    assert_eq!((lesson.changes[0].step, lesson.changes[0].live), (50, live));
}

#[test]
fn every_bad_file_gives_one_message_and_the_others_load() {
    let directory = TempDir::new().unwrap();
    fs::copy(folder("lessons/good.toml"), directory.path().join("good.toml")).unwrap();
    for entry in fs::read_dir(folder("bad_lessons")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, directory.path().join(path.file_name().unwrap())).unwrap();
    }
    let (lessons, errors) = load_folder(directory.path());
    assert_eq!(lessons.len(), 1);
    assert_eq!(errors.len(), BAD.len(), "a file is in no test: {errors:#?}");
    for ((name, words), error) in BAD.iter().zip(&errors) {
        let message = error.to_string();
        assert!(message.contains(&format!("{name}.toml: ")), "{name}: {message}");
        assert!(
            !message.contains('\n') && message.len() < 1000,
            "{name}: {message}"
        );
        for word in *words {
            assert!(message.contains(word), "{name}: no {word:?} in {message}");
        }
    }
}

#[test]
fn noise_huge_files_and_duplicates_are_refused() {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("a.toml", good().as_bytes());
    write(
        "b.toml",
        good().replace("number = 1\n", "number = 2\n").as_bytes(),
    );
    write("c.toml", good().replace("\"probe\"", "\"other\"").as_bytes());
    write("d.toml", &[0x7f, b'E', b'L', b'F', 0xff, 0xfe, 0]);
    write("e.toml", &vec![b'#'; LONGEST_LESSON + 1]);
    write("f.txt", b"no lesson, and not asked for");
    // Not random, but no better: a linear congruential generator.
    let mut state = 1_u32;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b' ' + (state >> 24) as u8 % 95
    });
    write("g.toml", &noise.take(100_000).collect::<Vec<u8>>());
    let (lessons, errors) = load_folder(directory.path());
    assert_eq!(lessons.len(), 1);
    let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let expected = [
        "id = \"probe\" is taken by",
        "number = 1 is taken by",
        "not a text file in UTF-8",
        "too long for a lesson",
        "line 1: ",
    ];
    assert_eq!(messages.len(), expected.len(), "{messages:#?}");
    for (message, words) in messages.iter().zip(expected) {
        assert!(message.contains(words), "{message}");
    }
    let (none, errors) = load_folder(&directory.path().join("missing"));
    assert!(none.is_empty() && errors.len() == 1 && errors[0].to_string().contains("cannot be read"));
}

#[test]
fn paths_of_samples_start_at_the_folder_of_the_lesson() {
    let directory = TempDir::new().unwrap();
    for name in ["x.csv", "y.csv"] {
        fs::copy(folder("samples").join(name), directory.path().join(name)).unwrap();
    }
    let data = "data = { kind = \"file\", inputs = \"x.csv\", targets = \"y.csv\" }\nnetwork = { d_in = 2, d_out = 3 }";
    let text = good().replace("teacher.strengths = [2.0, 1.0]", data);
    fs::write(directory.path().join("a.toml"), text).unwrap();
    let (lessons, errors) = load_folder(directory.path());
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(lessons[0].experiment.data.n_samples, 4);
}

#[test]
fn shipped_lessons_load_from_their_folder_too() {
    let (lessons, errors) = load_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lessons"));
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(lessons, builtin());
}

/// The names of the first version still open: [beside] for companions, [[ghost]] for kept runs.
#[test]
fn lessons_of_the_first_version_still_open() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/lessons");
    let text = fs::read_to_string(folder.join("03-depth.toml")).unwrap();
    assert!(text.contains("[companions]") && text.contains("[[kept_run]]"));
    let older = text
        .replace("[companions]", "[beside]")
        .replace("[[kept_run]]", "[[ghost]]");
    assert_eq!(
        Lesson::parse(&older, "older.toml").unwrap(),
        Lesson::parse(&text, "03-depth.toml").unwrap()
    );
}
