//! The panels, one a file: each reads the [`State`](crate::app::state::State), draws itself, and answers with what was asked for.
//! None changes the state or computes a number.

mod banner;
mod beside;
mod card;
mod comparison;
mod equations;
mod event_table;
mod forms;
mod glossary;
mod headline;
mod icon;
mod kept_runs;
mod lesson;
mod map;
mod menu;
mod palette;
mod rail;
mod side;
mod stationary;
mod stationary_words;
mod transport;

pub(super) use banner::banner;
pub(super) use card::card;
pub(super) use forms::{export_form, open_form, save_form};
pub(super) use glossary::glossary;
pub(super) use headline::headline;
pub(super) use lesson::lesson_panel;
pub(super) use map::map_controls;
pub(super) use menu::menus;
pub(super) use palette::palette;
pub(super) use rail::rail;
pub(super) use side::side_panel;
pub(super) use stationary::stationary_panel;
pub(super) use transport::transport;
