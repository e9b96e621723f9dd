//! What lies over the window, with what has been typed into it.

use crate::figure::{FigurePanel, Paper};

/// What lies over the window.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Dialog {
    #[default]
    None,
    Palette(Search),
    Glossary,
    /// A name for the session is being typed.
    Save(String),
    /// The name of a file to be opened is being typed.
    Open(String),
    Export(ExportForm),
}

/// What has been typed into the command palette, and which of the actions found is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) typed: String,
    pub(crate) chosen: usize,
    /// Whether it has been drawn, and so has the keyboard.
    pub(crate) was_shown: bool,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportKind {
    Figure(FigurePanel),
    Csv,
    Npz,
    Bundle,
    Map(MapExport),
}

/// What can be written of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapExport {
    Figure,
    Table,
    /// The sweep file that computes it.
    Sweep,
}

/// An export as it is being asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ExportForm {
    pub(crate) kind: ExportKind,
    pub(crate) path: String,
    /// Steps between rows.
    pub(crate) every: u64,
    pub(crate) dark: bool,
    /// Width of a figure, and whether it has a title.
    pub(crate) paper: Paper,
}

impl ExportKind {
    /// All of them, with their names.
    pub(crate) fn all() -> Vec<(Self, &'static str)> {
        let figures = FigurePanel::all().map(|panel| (Self::Figure(panel), panel.title()));
        let data = [
            (Self::Csv, "data: CSV"),
            (Self::Npz, "data: NPZ"),
            (Self::Bundle, "bundle: session, data and figures (zip)"),
            (Self::Map(MapExport::Figure), "map: figure"),
            (
                Self::Map(MapExport::Table),
                "map: table of all measures (csv, npz, parquet)",
            ),
            (Self::Map(MapExport::Sweep), "map: its sweep file (toml)"),
        ];
        figures.chain(data).collect()
    }

    /// How its files end.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Figure(_) | Self::Map(MapExport::Figure) => "svg",
            Self::Csv | Self::Map(MapExport::Table) => "csv",
            Self::Map(MapExport::Sweep) => "toml",
            Self::Npz => "npz",
            Self::Bundle => "zip",
        }
    }
}
