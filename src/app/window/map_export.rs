//! The map written: as a figure, as a table, and as the sweep file that a cluster computes larger.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Window;
use super::background::Done;
use super::export::check_target;
use crate::app::state::{ExportForm, MapExport};
use crate::chart::Look;
use crate::figure::{Figure, Sheet};
use crate::files::write_whole;
use crate::palette::Ground;
use crate::sweep::{Collected, Sweep, TableFormat, write_table};

impl Window {
    /// Writes something of the map.
    pub(super) fn export_map(&mut self, export: MapExport, form: &ExportForm) {
        let path = PathBuf::from(form.path.trim());
        self.files.remember_folder(&path);
        let begun = check_target(&self.state.run.experiment, &path).and_then(|()| match export {
            MapExport::Figure => self.map_figure(path, form.dark),
            MapExport::Table => self.map_table(path),
            MapExport::Sweep => self.map_sweep(path),
        });
        if let Err(trouble) = begun {
            self.complain(trouble);
        }
    }

    fn map_figure(&mut self, path: PathBuf, dark: bool) -> Result<(), String> {
        Figure::check_name(&path).map_err(|error| error.to_string())?;
        let settings = &self.state.view.settings.map;
        let Some((table, false)) = self.state.map.shown(settings) else {
            return Err("there is no map yet".to_owned());
        };
        let theory = { self.state.map.theory() }.filter(|_| self.state.view.settings.shown.theory);
        let mode = settings.view.mode.saturating_sub(1);
        let room = Sheet::room_of_map();
        let picture = crate::chart::map(&table.sheet(&settings.view.measure, mode, theory, room), room);
        // The words are those of the cells' own sweep, whatever the lab has now.
        let sweep = match self.state.map.opened_of(settings) {
            Some(opened) => opened.table.sweep(),
            None => self.map.survey().map(|survey| survey.sweep().clone()),
        };
        let (title, caption) = sweep.as_ref().map(Sweep::figure_words).unwrap_or_default();
        let sheet = Sheet::of_picture(picture, title, caption);
        let look = Look::on_paper(if dark { Ground::Dark } else { Ground::Light });
        self.write_map(path, move |path| {
            sheet.paint(&look).write(path).map_err(|error| error.to_string())
        });
        Ok(())
    }

    fn map_table(&mut self, path: PathBuf) -> Result<(), String> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().to_lowercase());
        let format = { extension.as_deref() }
            .and_then(TableFormat::of_extension)
            .ok_or("the name of a table must end in .csv, .npz or .parquet")?;
        let settings = &self.state.view.settings.map;
        if self.state.map.opened_of(settings).is_some() {
            return Err("this map is a table already: copy its file".to_owned());
        }
        let (Some(survey), Some(table)) = (self.map.survey(), self.state.map.table()) else {
            return Err("there is no map yet".to_owned());
        };
        let collected = Collected {
            sweep: survey.sweep().clone(),
            rows: self.map.rows(table),
        };
        self.write_map(path, move |path| {
            let written = write_whole(path, |file| write_table(&collected, format, file));
            written.map_err(|error| error.to_string())
        });
        Ok(())
    }

    fn map_sweep(&mut self, path: PathBuf) -> Result<(), String> {
        let settings = &self.state.view.settings.map;
        let opened = self
            .state
            .map
            .opened_of(settings)
            .map(|opened| opened.table.sweep());
        let sweep = match (opened, self.map.survey()) {
            (Some(Some(sweep)), _) => sweep.to_toml(),
            (Some(None), _) => return Err("this table does not hold its sweep".to_owned()),
            (None, Some(survey)) => survey.sweep().to_toml(),
            (None, None) => return Err("there is no map yet".to_owned()),
        };
        self.write_map(path, move |path| {
            let written = write_whole(path, |file| file.write_all(sweep.as_bytes()));
            written.map_err(|error| error.to_string())
        });
        Ok(())
    }

    fn write_map(&mut self, path: PathBuf, write: impl FnOnce(&Path) -> Result<(), String> + Send + 'static) {
        self.start(format!("writing {}", path.display()), move |_| {
            write(&path)?;
            Ok(Done::Written(format!("wrote {}", path.display())))
        });
    }
}
