//! The actions that have a name: one table of names, keys and sentences for keys, menus and the command palette.

use eframe::egui::{Key, KeyboardShortcut, Modifiers, ThemePreference};

use super::action::{Action, FileAction, MapAction, Zoom};

/// An action with its name.
#[derive(Clone, Debug)]
pub(crate) struct Info {
    pub(crate) action: Action,
    pub(crate) name: &'static str,
    /// Keys that ask for it; the first is shown.
    pub(crate) keys: &'static [KeyboardShortcut],
    pub(crate) hint: &'static str,
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}
const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}
const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}
const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}
const fn info(
    action: Action,
    name: &'static str,
    keys: &'static [KeyboardShortcut],
    hint: &'static str,
) -> Info {
    Info {
        action,
        name,
        keys,
        hint,
    }
}

const fn frame(mode: usize, name: &'static str) -> Info {
    let hint = "Show the time in which the mode is learned; End shows all again.";
    info(Action::FrameMode(mode), name, &[], hint)
}

/// All actions, in the order of the palette.
pub(crate) const ALL: &[Info] = &[
    info(
        Action::PlayPause,
        "Play or pause",
        &[plain(Key::Space)],
        "Go on with the run, or halt it.",
    ),
    info(
        Action::Step(1),
        "Step 1",
        &[plain(Key::ArrowRight)],
        "Take one step, then halt.",
    ),
    info(Action::Step(10), "Step 10", &[], "Take ten steps, then halt."),
    info(
        Action::Step(100),
        "Step 100",
        &[shift(Key::ArrowRight)],
        "Take a hundred steps, then halt.",
    ),
    info(
        Action::LookBack(1),
        "Look back",
        &[plain(Key::ArrowLeft)],
        "Look at the recorded row before this one; the run itself stays where it is.",
    ),
    info(
        Action::LookBack(100),
        "Look back 100 rows",
        &[shift(Key::ArrowLeft)],
        "Look a hundred recorded rows back.",
    ),
    info(
        Action::ToStart,
        "Look at the start",
        &[plain(Key::Home)],
        "Look at step 0 of the run.",
    ),
    info(
        Action::ToLiveEnd,
        "To the live end",
        &[plain(Key::End)],
        "Follow the run again, with automatic axes.",
    ),
    info(
        Action::RewindHere,
        "Rewind to here",
        &[plain(Key::Backspace)],
        "Take the run back to the moment looked at; what came after stays as a kept run.",
    ),
    info(
        Action::Reset,
        "Reset, same seed",
        &[plain(Key::R)],
        "Start again from step 0 with the settings on the left and the same seed.",
    ),
    info(
        Action::NewSeed,
        "Reset, new seed",
        &[plain(Key::N)],
        "Start again with another seed.",
    ),
    info(
        Action::HaltWhenSettled,
        "Halt when settled: on or off",
        &[],
        "Halt a run by itself once every mode has settled and its histogram is full.",
    ),
    info(
        Action::KeepRun,
        "Keep this run as a kept run",
        &[plain(Key::G)],
        "Keep the curves of this run behind the next ones.",
    ),
    info(
        Action::ForgetKeptRuns,
        "Forget all kept runs",
        &[],
        "Remove every kept run.",
    ),
    info(
        Action::NextScale,
        "Linear, log or symlog axis",
        &[plain(Key::L)],
        "Switch the vertical axis of the plot under the pointer, or of the strengths.",
    ),
    info(
        Action::LogTime,
        "Logarithmic time axis",
        &[shift(Key::L)],
        "Switch the shared time axis between even and logarithmic.",
    ),
    info(
        Action::ToggleTheory,
        "Theory on or off",
        &[plain(Key::T)],
        "Draw or hide everything that theory predicts.",
    ),
    info(
        Action::ToggleSingularValues,
        "Singular values on or off",
        &[],
        "Draw or hide the student's own singular values.",
    ),
    info(
        Action::ToggleOwnNoise,
        "Noise of the student's own features",
        &[],
        "Show noise, its peaks and what is being learned along the student's own singular pairs, told without the teacher; or along the \
         teacher's modes.",
    ),
    info(
        Action::ToggleTeacher,
        "Hide the teacher",
        &[],
        "Hide all that only the teacher knows, strengths and names of the modes; or unveil it.",
    ),
    info(
        Action::Solo(0),
        "Solo mode 1",
        &[plain(Key::Num1)],
        "Draw mode 1 alone, or all modes again.",
    ),
    info(
        Action::Solo(1),
        "Solo mode 2",
        &[plain(Key::Num2)],
        "Draw mode 2 alone, or all modes again.",
    ),
    info(
        Action::Solo(2),
        "Solo mode 3",
        &[plain(Key::Num3)],
        "Draw mode 3 alone, or all modes again.",
    ),
    info(
        Action::Solo(3),
        "Solo mode 4",
        &[plain(Key::Num4)],
        "Draw mode 4 alone, or all modes again.",
    ),
    info(
        Action::Solo(4),
        "Solo mode 5",
        &[plain(Key::Num5)],
        "Draw mode 5 alone, or all modes again.",
    ),
    info(
        Action::Solo(5),
        "Solo mode 6",
        &[plain(Key::Num6)],
        "Draw mode 6 alone, or all modes again.",
    ),
    frame(0, "Frame mode 1"),
    frame(1, "Frame mode 2"),
    frame(2, "Frame mode 3"),
    frame(3, "Frame mode 4"),
    frame(4, "Frame mode 5"),
    frame(5, "Frame mode 6"),
    info(
        Action::PlaceCursor(0),
        "Place cursor A",
        &[plain(Key::A)],
        "Place the first cursor at the pointer, or at the moment looked at.",
    ),
    info(
        Action::PlaceCursor(1),
        "Place cursor B",
        &[plain(Key::B)],
        "Place the second cursor: the card then gives differences and slopes.",
    ),
    info(
        Action::ClearCursors,
        "Remove the cursors",
        &[plain(Key::Escape)],
        "Remove both cursors.",
    ),
    info(
        Action::Undo,
        "Undo",
        &[ctrl(Key::Z)],
        "Take back the last change of a setting; a drag is one change.",
    ),
    info(
        Action::Redo,
        "Redo",
        &[ctrl(Key::Y), ctrl_shift(Key::Z)],
        "Make the change again that was taken back.",
    ),
    info(
        Action::File(FileAction::AskSave),
        "Save session\u{2026}",
        &[ctrl(Key::S)],
        "Write experiment, seed and every change to a file that reproduces this run bit for bit.",
    ),
    info(
        Action::File(FileAction::AskOpen),
        "Open\u{2026}",
        &[ctrl(Key::O)],
        "Open a session, an experiment, a lesson, a recording (.npz), a bundle or a merged table of a sweep.",
    ),
    info(
        Action::File(FileAction::CopyLink),
        "Copy link",
        &[],
        "Put an address on the clipboard that shows this lesson or this run, bit for bit, in a browser or in this program.",
    ),
    info(
        Action::File(FileAction::CopySession),
        "Copy session as text",
        &[],
        "Put the session on the clipboard.",
    ),
    info(
        Action::File(FileAction::PasteSession),
        "Paste session or link",
        &[],
        "Open the session that stands on the clipboard, as text or as a link.",
    ),
    info(
        Action::File(FileAction::AskExport),
        "Export figures and data\u{2026}",
        &[ctrl(Key::E)],
        "Write figures (SVG, PNG), every recorded value (CSV, NPZ), or all of it with the session.",
    ),
    info(
        Action::NextLesson,
        "Next lesson",
        &[plain(Key::PageDown)],
        "Open the next lesson.",
    ),
    info(
        Action::PreviousLesson,
        "Previous lesson",
        &[plain(Key::PageUp)],
        "Open the lesson before this one.",
    ),
    info(
        Action::OpenInLab,
        "Open in the lab",
        &[],
        "Close the lesson and go on with its run in the full program.",
    ),
    info(
        Action::Map(MapAction::Toggle),
        "Map",
        &[plain(Key::M)],
        "Compute many runs over two parameters, with theory's boundaries; a click on a cell runs its settings.",
    ),
    info(
        Action::Map(MapAction::Preset(0)),
        "Map: learning rate and batch size",
        &[],
        "A map over \u{3b7} and B.",
    ),
    info(
        Action::Map(MapAction::Preset(1)),
        "Map: learning rate and label noise",
        &[],
        "A map over \u{3b7} and \u{3c3}.",
    ),
    info(
        Action::Map(MapAction::Preset(2)),
        "Map: start strength and learning rate",
        &[],
        "A map over the initial strength and \u{3b7}.",
    ),
    info(
        Action::Map(MapAction::Preset(3)),
        "Map: depth and start strength",
        &[],
        "A map over the number of layers and the initial strength.",
    ),
    info(
        Action::Map(MapAction::Back),
        "Map: back to the larger part",
        &[],
        "Show again what was shown before a rectangle was drawn (Backspace while the map is open).",
    ),
    info(
        Action::LectureView,
        "Lecture view",
        &[plain(Key::P), plain(Key::F11)],
        "Strengths, diffusion and events alone, with thick lines and large letters.",
    ),
    info(
        Action::Palette,
        "Command palette",
        &[ctrl(Key::K)],
        "Find any action by its name.",
    ),
    info(
        Action::Glossary,
        "Glossary",
        &[plain(Key::F1)],
        "Every symbol and term, and the equations in force with the present numbers.",
    ),
    info(
        Action::Theme(ThemePreference::Dark),
        "Dark theme",
        &[],
        "Light letters on a dark ground.",
    ),
    info(
        Action::Theme(ThemePreference::Light),
        "Light theme",
        &[],
        "Dark letters on a light ground.",
    ),
    info(
        Action::Theme(ThemePreference::System),
        "Theme of the system",
        &[],
        "Dark or light, as the rest of the desktop.",
    ),
    info(
        Action::HighContrast,
        "High contrast on or off",
        &[],
        "Pure black or white grounds and stronger lines, in the present theme.",
    ),
    info(
        Action::ReducedMotion,
        "Reduced motion on or off",
        &[],
        "No animations; the picture changes four times a second.",
    ),
    info(
        Action::Zoom(Zoom::Larger),
        "Larger",
        // On many keyboards the plus sign is that of another key with Shift.
        &[ctrl(Key::Plus), ctrl_shift(Key::Plus), ctrl(Key::Equals)],
        "Make everything larger, up to 250 %.",
    ),
    info(
        Action::Zoom(Zoom::Smaller),
        "Smaller",
        &[ctrl(Key::Minus)],
        "Make everything smaller, down to 75 %.",
    ),
    info(
        Action::Zoom(Zoom::Usual),
        "Usual size",
        &[ctrl(Key::Num0)],
        "Back to 100 %.",
    ),
];

/// How an action is called.
pub(crate) fn info_of(action: &Action) -> Option<&'static Info> {
    ALL.iter().find(|info| info.action == *action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_actions_share_a_key_or_a_name() {
        let keys: Vec<_> = ALL.iter().flat_map(|info| info.keys).collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[..i].contains(key), "{key:?}");
        }
        for (i, info) in ALL.iter().enumerate() {
            assert!(
                ALL[..i]
                    .iter()
                    .all(|other| other.name != info.name && other.action != info.action)
            );
            assert!(info.hint.ends_with('.'));
        }
    }
}
