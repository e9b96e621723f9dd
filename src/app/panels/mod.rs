//! The panels, one a file: each reads the [`State`](crate::app::state::State), draws itself, and answers with what was asked for.
//! None changes the state or computes a number.

mod banner;
mod beside;
mod card;
mod controls;
mod event_table;
mod forms;
mod glossary;
mod headline;
mod kept_runs;
mod lesson;
mod lesson_picker;
mod map;
mod menu;
mod palette;
mod schedule;
mod side;
mod stationary;
mod transport;

pub(super) use banner::banner;
pub(super) use card::card;
pub(super) use controls::controls;
pub(super) use forms::{export_form, open_form, save_form};
pub(super) use glossary::glossary;
pub(super) use headline::headline;
pub(super) use lesson::lesson_panel;
pub(super) use lesson_picker::lesson_picker;
pub(super) use map::map_controls;
pub(super) use menu::menus;
pub(super) use palette::palette;
pub(super) use side::side_panel;
pub(super) use stationary::stationary_panel;
pub(super) use transport::transport;
