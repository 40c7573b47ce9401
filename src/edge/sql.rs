//! SQLite of a Durable Object. Every method is synchronous: what happens between two awaits cannot be
//! interleaved with anything.

use serde_json::json;
use worker::{Result, SqlStorage, SqlStorageValue, State};

use super::log;

/// The object's SQLite.
pub(super) struct Sql(SqlStorage);

impl Sql {
    /// Opens it, making the tables that are missing; each statement may run again.
    pub(super) fn open(state: &State, tables: &[&str]) -> Self {
        let sql = state.storage().sql();
        for table in tables {
            if let Err(error) = sql.exec(table, None) {
                log::error("table_not_made", json!({ "error": error.to_string() }));
            }
        }
        Self(sql)
    }

    /// Runs a statement.
    pub(super) fn run(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<()> {
        self.0.exec(statement, values).map(|_| ())
    }

    /// The rows of a query, column by column.
    pub(super) fn rows(&self, query: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Row>> {
        self.0
            .exec(query, values)?
            .raw()
            .map(|row| row.map(|row| Row(row.into_iter())))
            .collect()
    }
}

/// One row: its columns are taken in the order of the query.
pub(super) struct Row(std::vec::IntoIter<SqlStorageValue>);

impl Row {
    /// The next column as text; `None` for NULL.
    pub(super) fn text(&mut self) -> Option<String> {
        match self.0.next() {
            Some(SqlStorageValue::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The next column as bytes; none for NULL.
    pub(super) fn bytes(&mut self) -> Vec<u8> {
        match self.0.next() {
            Some(SqlStorageValue::Blob(bytes)) => bytes,
            _ => Vec::new(),
        }
    }

    /// The next column as a whole number.
    pub(super) fn whole(&mut self) -> i64 {
        match self.0.next() {
            Some(SqlStorageValue::Integer(number)) => number,
            _ => 0,
        }
    }
}

/// Text parameters.
pub(super) fn texts(values: &[&str]) -> Vec<SqlStorageValue> {
    values
        .iter()
        .map(|text| SqlStorageValue::String((*text).to_owned()))
        .collect()
}

/// Integer parameters; SQLite's reach JavaScript as numbers, exact up to 2^53.
pub(super) fn integers(values: &[i64]) -> Result<Vec<SqlStorageValue>> {
    values
        .iter()
        .map(|value| SqlStorageValue::try_from_i64(*value))
        .collect()
}
