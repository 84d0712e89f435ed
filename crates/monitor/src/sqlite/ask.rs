//! Questions in SQL: one statement that reads the documented views, and takes no more than it may.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};
use serde::Serialize;
use serde_json::Value;

use super::open::{self, SqliteStore};
use super::sqltext;
use crate::Error;
use crate::view::VIEWS;

/// What one query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// How long it may take. Default: one second.
    pub time: Duration,
    /// Rows of the answer; what is more is left out. Default: 1000.
    pub rows: usize,
    /// Bytes of the answer's values; what is more is left out. Default: 4 MiB.
    pub bytes: usize,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { time: Duration::from_secs(1), rows: 1000, bytes: 4 << 20 }
    }
}

/// What came of a query.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answers {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows: a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more rows than the limits let through.
    pub truncated: bool,
}

/// A statement is no longer than this.
const LONGEST: i32 = 64 << 10;
/// No value is larger, whatever functions make of it.
const LARGEST: i32 = 1 << 20;
/// Steps of SQLite's machine between two looks at the clock: well under a millisecond.
const STEPS: i32 = 2000;

impl SqliteStore {
    /// Answers one `SELECT` over the documented [`VIEWS`](crate::VIEWS), and nothing else: the tables behind them are
    /// not to be had, nor anything that changes, attaches or configures. Parameters are given by their names, with the
    /// colon. A value that JSON has no form for, a blob, is given as hexadecimal digits.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// let store = plimsoll_monitor::SqliteStore::open(folder.path().join("monitor.db"))?;
    /// let sql = "SELECT digest, critical FROM images WHERE severity = :level";
    /// let found = store.query(sql, &[(":level", "critical".into())], &Default::default())?;
    /// assert_eq!((found.columns, found.rows.len()), (vec!["digest".to_owned(), "critical".to_owned()], 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Query`] says what is wrong with the statement, [`Error::QueryTime`] that it took too long; the store
    /// can't be read.
    pub fn query(
        &self,
        sql: &str,
        parameters: &[(&str, Value)],
        limits: &QueryLimits,
    ) -> Result<Answers, Error> {
        let _turn = self.ask_turns.take();
        let kept = self.askers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut asker = match kept {
            Some(asker) => asker,
            None => Asker::open(self.path())?,
        };
        let refused = sqltext::refused(sql, is_view, |name| {
            let name = name.to_ascii_lowercase();
            name.starts_with("sqlite_") || asker.tables.contains(&name)
        });
        let out = match refused {
            Some(why) => Err(rusqlite::Error::ToSqlConversionFailure(why.into())),
            None => asker.ask(sql, parameters, limits),
        };
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        if askers.len() < open::READERS {
            askers.push(asker);
        }
        drop(askers);
        out.map_err(|e| match e.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => Error::QueryTime(limits.time),
            Some(
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy,
            ) => Error::database(self.path(), e),
            _ => Error::Query(words(&e)),
        })
    }
}

/// What SQLite says, without its codes.
fn words(e: &rusqlite::Error) -> String {
    match e {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::ToSqlConversionFailure(why) => why.to_string(),
        other => other.to_string(),
    }
}

fn is_view(name: &str) -> bool {
    VIEWS.iter().any(|view| view.name.eq_ignore_ascii_case(name))
}

/// A connection that answers queries and nothing else.
pub(super) struct Asker {
    connection: Connection,
    /// What is not to be named.
    tables: HashSet<String>,
}

impl Asker {
    fn open(path: &std::path::Path) -> Result<Self, Error> {
        let mut connection = open::reader(path)?;
        let failed = |e| Error::database(path, e);
        open::check(&connection, path)?;
        let limits = [
            (Limit::SQLITE_LIMIT_LENGTH, LARGEST),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, LONGEST),
            (Limit::SQLITE_LIMIT_COLUMN, 200),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
            (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ];
        for (limit, value) in limits {
            connection.set_limit(limit, value).map_err(failed)?;
        }
        // A column that there is none of is a mistake, and no text; and nothing that is written may do harm.
        for config in [DbConfig::SQLITE_DBCONFIG_DQS_DML, DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER] {
            connection.set_db_config(config, false).map_err(failed)?;
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(failed)?;
        let tables = (|| {
            let mut select =
                connection.prepare("SELECT lower(name) FROM sqlite_schema WHERE type = 'table'")?;
            select.query_map([], |row| row.get(0))?.collect::<Result<HashSet<String>, _>>()
        })();
        let tables = tables.map_err(failed)?;
        connection.authorizer(Some(|context: AuthContext<'_>| permit(&context))).map_err(failed)?;
        Ok(Self { connection, tables })
    }

    fn ask(
        &mut self,
        sql: &str,
        parameters: &[(&str, Value)],
        limits: &QueryLimits,
    ) -> rusqlite::Result<Answers> {
        let start = Instant::now();
        let time = limits.time;
        self.connection.progress_handler(STEPS, Some(move || start.elapsed() > time))?;
        let out = self.rows(sql, parameters, limits);
        self.connection.progress_handler(0, None::<fn() -> bool>)?;
        out
    }

    fn rows(
        &self,
        sql: &str,
        parameters: &[(&str, Value)],
        limits: &QueryLimits,
    ) -> rusqlite::Result<Answers> {
        let mut statement = self.connection.prepare_cached(sql)?;
        for (name, value) in parameters {
            // A name that the statement does not have is no mistake: questions are asked with what may be needed.
            let Some(index) = statement.parameter_index(name)? else { continue };
            match value {
                Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null)?,
                Value::Bool(value) => statement.raw_bind_parameter(index, value)?,
                Value::Number(number) => match number.as_i64() {
                    Some(whole) => statement.raw_bind_parameter(index, whole)?,
                    None => statement.raw_bind_parameter(index, number.as_f64())?,
                },
                Value::String(text) => statement.raw_bind_parameter(index, text)?,
                other => statement.raw_bind_parameter(index, other.to_string())?,
            }
        }
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut answers = Answers { columns, ..Answers::default() };
        let count = answers.columns.len();
        let mut left = limits.bytes;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let mut values = Vec::with_capacity(count);
            let mut size = 16;
            for column in 0..count {
                let value = match row.get_ref(column)? {
                    ValueRef::Null => Value::Null,
                    ValueRef::Integer(whole) => whole.into(),
                    ValueRef::Real(real) => real.into(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                    ValueRef::Blob(bytes) => {
                        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
                    }
                };
                size += value.as_str().map_or(8, str::len);
                values.push(value);
            }
            if answers.rows.len() >= limits.rows || size > left {
                answers.truncated = true;
                break;
            }
            left -= size;
            answers.rows.push(values);
        }
        Ok(answers)
    }
}

/// What a statement may do, as SQLite asks while it prepares it. Tables are read through a view, or not at all.
fn permit(context: &AuthContext<'_>) -> Authorization {
    let allowed = match context.action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Read { table_name, column_name } => {
            // Without a column only that there are rows, and SQLite does not say who asks.
            column_name.is_empty()
                || is_view(table_name)
                || context.accessor.is_some_and(is_view)
                || matches!(table_name, "json_each" | "json_tree")
        }
        AuthAction::Function { function_name } => {
            !function_name.starts_with("sqlite_") && function_name != "load_extension"
        }
        _ => false,
    };
    if allowed { Authorization::Allow } else { Authorization::Deny }
}
