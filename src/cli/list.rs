//! Lists of what a warehouse holds, as tables that go through the same exports as figures.

use super::console::Console;
use super::error::{CliError, Exit};
use super::options::Sink;
use super::recorded::Recorded;
use super::target::Exported;
use crate::answer::ResultTable;
use crate::disclosure::{Cell, Numbers, Policy, ResultColumn, Unit, Values, release};
use crate::document::Labels;
use crate::export::{Format, Locale};
use crate::pipeline::answer::provenance;
use crate::render::{Language, Look};
use crate::warehouse::{Snapshot, Warehouse};

/// A list, and what it is of.
pub(super) struct List<'a> {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// What it lists, for reading.
    pub(super) text: String,
    /// The same in columns.
    pub(super) columns: Vec<ResultColumn>,
    /// The state that it is of.
    pub(super) snapshot: &'a Snapshot,
    /// The command that lists the same, without how it is written.
    pub(super) command: Recorded,
}

impl List<'_> {
    /// Writes the list; a table for reading has the layout of its own.
    pub(super) fn write(
        mut self,
        sink: &Sink,
        locale: Locale,
        warehouse: &Warehouse,
        console: &mut Console,
    ) -> Result<Exit, CliError> {
        if sink.format == Format::Table {
            if let Some(place) = sink.file() {
                self.command.written(sink.format, Language::default(), locale, Some(place.name()));
                self.text.extend(["\ncommand: ", &self.command.text(), "\n"]);
            }
            sink.put_text(&self.text, console)?;
            return Ok(Exit::Done);
        }
        let title = Labels { en: self.title.to_owned(), ..Labels::default() };
        let result = ResultTable::list(self.name, title, Labels::default(), self.columns)?;
        let table = &release(result, Policy::Internal);
        let (language, dictionary) = (Language::default(), warehouse.dictionary());
        let look = Look { language, dictionary, fit_terminal: false };
        let (provenance, command) = (provenance(self.snapshot), self.command);
        Exported { table, provenance, command, look, locale, drawing: None, wide: None }
            .write(sink, console)?;
        Ok(Exit::Done)
    }
}

/// A column of texts.
pub(super) fn texts<T>(name: &str, of: &[T], text: impl Fn(&T) -> Option<String>) -> ResultColumn {
    ResultColumn { name: name.to_owned(), values: Values::Text(of.iter().map(text).collect()) }
}

/// A column of whole numbers.
pub(super) fn counts<T>(name: &str, of: &[T], count: impl Fn(&T) -> Option<u64>) -> ResultColumn {
    let number = |it: &T| count(it).map(i128::from);
    numbers(name, Unit::Count, 0, of.iter().map(number))
}

/// A column of euros, from cents.
pub(super) fn euros<T>(name: &str, of: &[T], cents: impl Fn(&T) -> Option<i128>) -> ResultColumn {
    numbers(name, Unit::Euros, 2, of.iter().map(cents))
}

fn numbers(
    name: &str,
    unit: Unit,
    decimals: u8,
    numbers: impl Iterator<Item = Option<i128>>,
) -> ResultColumn {
    // A list has no number where its row is of nothing that is counted.
    let cells = numbers.map(|it| it.map_or(Cell::NotApplicable, Cell::Value)).collect();
    let values = Values::Numbers(Numbers { unit, decimals, cells });
    ResultColumn { name: name.to_owned(), values }
}
