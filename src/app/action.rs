//! Everything a person can ask for, by a key, a menu, a control or the command palette. Panels answer with an [`Action`]; the
//! window performs it.

use std::path::PathBuf;

use eframe::egui::ThemePreference;

use super::state::{Dialog, Draft, ExportForm, MapExport, Panels, Span, SpeedSetting, ViewSettings};
use crate::chart::{MapRange, PlotId};
use crate::dynamics::LiveParams;
use crate::observables::events::Moment;

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    PlayPause,
    /// Take so many steps.
    Step(u64),
    /// Limit the speed, or not.
    SetSpeed(SpeedSetting),
    /// Change the live parameters.
    SetLive(LiveParams),
    /// Change the settings that apply on reset.
    EditDraft(Box<Draft>),
    Reset,
    NewSeed,
    /// Start again from aligned, balanced weights with two modes, counted from 0, at these strengths.
    StartFrom([(usize, f64); 2]),
    /// Start again with this learning rate.
    ResetWithRate(f64),
    /// Take back the last change of a setting, and start again.
    UndoAndReset,
    /// Begin the histograms again, leaving out so many relaxation times.
    RestartStatistics(f64),

    /// Look at a moment of the run, or at its live end.
    Scrub(Option<Moment>),
    /// Look so many recorded rows back.
    LookBack(u32),
    ToStart,
    ToLiveEnd,
    /// Take the run back to the moment looked at.
    RewindHere,
    /// Take the run back to a step.
    RewindTo(u64),

    KeepRun,
    /// Show or hide a kept run.
    ShowKeptRun(u64, bool),
    /// Forget a kept run.
    ForgetKeptRun(u64),
    ForgetKeptRuns,

    /// Look at the run with these settings.
    Look(Box<ViewSettings>),
    /// How much of the run the live view shows.
    SetSpan(Span),
    /// Which side panels are open.
    SetPanels(Panels),
    /// Halt once every mode has settled, or not.
    HaltWhenSettled,
    NextScale,
    LogTime,
    ToggleTheory,
    ToggleSingularValues,
    /// The noise of the student's own pairs, or of the teacher's modes.
    ToggleOwnNoise,
    /// Hide what only the teacher knows, or show it.
    ToggleTeacher,
    /// Draw a mode, counted from 0, alone.
    Solo(usize),
    /// Show the time in which a mode, counted from 0, is learned.
    FrameMode(usize),
    /// Place cursor 0 or 1 at the pointer.
    PlaceCursor(usize),
    ClearCursors,
    /// A plot was clicked at a position across and a value upwards.
    Click(PlotId, f64, f64),

    Undo,
    Redo,

    /// Show what lies over the window, or nothing.
    Show(Dialog),
    File(FileAction),
    Map(MapAction),
    CloseNotice,

    /// Open a lesson, counted from 0 in the list.
    OpenLesson(usize),
    NextLesson,
    PreviousLesson,
    OpenInLab,
    /// Go on with the lesson, with a guess or without.
    Guess(Option<f64>),

    LectureView,
    Palette,
    Glossary,
    Theme(ThemePreference),
    HighContrast,
    ReducedMotion,
    Zoom(Zoom),
}

/// Size of everything in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Zoom {
    Larger,
    Smaller,
    Usual,
    /// A multiple of the usual size.
    Times(f32),
}

/// Something to be done on the map.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MapAction {
    /// Open it, or close it.
    Toggle,
    /// Show two usual axes, counted from 0.
    Preset(usize),
    /// Show a part of it.
    ZoomTo(MapRange, MapRange),
    /// Back to what was shown before a part.
    Back,
    /// Take the settings of a cell over into the lab and run them, with its own seed or the lab's.
    Load { place: (usize, usize), with_seed: bool },
}

/// Something to be done with files.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FileAction {
    /// Ask where to save the session.
    AskSave,
    /// Ask which file to open.
    AskOpen,
    /// Ask what to export, and where to.
    AskExport,
    /// Ask where to write something of the map.
    AskMapExport(MapExport),
    /// Save the session there.
    SaveTo(PathBuf),
    /// Open a file.
    Open(PathBuf),
    Export(ExportForm),
    /// Put a link to the open lesson or to the run on the clipboard.
    CopyLink,
    CopySession,
    PasteSession,
    /// Go on with the session of the last time, or not.
    AnswerOffer(bool),
    CancelJob,
}
