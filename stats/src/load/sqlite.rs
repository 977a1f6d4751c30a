//! A table of an `SQLite` database (feature `sqlite`), read as a table of text is: the same guesses, the same warnings.
//!
//! The file is opened read-only and as one that nobody changes, so that no lock is taken and nothing is written beside it; what lies in a
//! write-ahead log beside it is not read, and that is said. Nothing that the database itself defines is trusted: functions with side
//! effects do not run, and a field longer than 16 MB is refused. In warnings `line` is the row, counted from 1.
//!
//! Sources: “Database File Format”, “Uniform Resource Identifiers” (`immutable`), “Defense Against The Dark Arts” of sqlite.org.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::Cursor;
use std::path::Path;

use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, Statement};

use crate::error::{Error, Position, Result};
use crate::load::assemble::{Collector, partition};
use crate::load::classify::{Plan, Sample, classify};
use crate::load::csv::{Rows, mostly_blank};
use crate::load::dataset::Dataset;
use crate::load::guess;
use crate::load::histogram_table;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::store::Condenser;
use crate::progress::Progress;

/// Rows looked at to decide what the columns are.
const SAMPLE_ROWS: usize = 2000;
/// More fields than these are not looked at: of wide tables fewer rows, though never fewer than four.
const SAMPLE_FIELDS: usize = 1 << 19;
/// Rows taken as one piece.
const PIECE: usize = 1 << 16;
/// So many bytes of fields end a sample or a piece before it has all its rows.
const MOST_BYTES: usize = 64 << 20;
/// The longest field that is read, in bytes.
const LONGEST: i32 = 16 << 20;
/// More tables than this are not listed.
const MOST_LISTED: usize = 20;
/// Steps of `SQLite`'s machine between two looks at whether the work was cancelled.
const STEPS: i32 = 100_000;

/// A database.
pub(crate) enum Bytes<'a> {
    /// A file, read where it lies.
    File(&'a Path),
    /// All bytes.
    Memory(Vec<u8>),
}

/// Reads a table of a database to a data set, one of histograms into what takes several.
pub(crate) fn read(
    name: &str,
    bytes: Bytes<'_>,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let size = match &bytes {
        Bytes::File(path) => std::fs::metadata(path).map_err(|e| Error::io(e, name))?.len(),
        Bytes::Memory(bytes) => bytes.len() as u64,
    };
    if let Bytes::File(path) = &bytes {
        tell_what_lies_beside(path, name, &mut report);
    }
    progress.stage("reading", size);
    let database =
        Database { connection: open(bytes, progress).map_err(|e| failed(&e, name, progress))?, name, progress };
    let table = database.choose(options, &mut report)?;
    let data = database.table(&table, size, options, report, into)?;
    progress.advance(size);
    Ok(data)
}

struct Database<'a> {
    connection: Connection,
    name: &'a str,
    progress: &'a Progress,
}

fn open(bytes: Bytes<'_>, progress: &Progress) -> rusqlite::Result<Connection> {
    let mut connection = match bytes {
        Bytes::File(path) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(address(path), flags)?
        }
        Bytes::Memory(mut bytes) => {
            // a database in memory has no write-ahead log: bytes 18 and 19 say whether it wants one
            if let Some(mode) = bytes.get_mut(18..20) {
                mode.fill(1);
            }
            let mut connection = Connection::open_in_memory()?;
            let length = bytes.len();
            connection.deserialize_read_exact("main", Cursor::new(bytes), length, true)?;
            connection
        }
    };
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA query_only=ON;")?;
    let watched = progress.clone();
    connection.progress_handler(STEPS, Some(move || watched.is_cancelled()))?;
    Ok(connection)
}

/// The address of a file that is not changed while it is read.
fn address(path: &Path) -> String {
    let mut out = String::from(if path.is_absolute() { "file://" } else { "file:./" });
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out + "?mode=ro&immutable=1"
}

/// Changes that a program has not yet put into the file are in a file beside it.
fn tell_what_lies_beside(path: &Path, name: &str, report: &mut LoadReport) {
    for (ending, what) in [("-wal", "write-ahead log"), ("-journal", "journal of an unfinished change")] {
        let mut beside = OsString::from(path.as_os_str());
        beside.push(ending);
        if std::fs::metadata(&beside).is_ok_and(|m| m.len() > 0) {
            let message = format!(
                "a {what} lies beside the database, and the changes in it are not read; let the program that writes it end, or copy the \
                 database with “sqlite3 {name} '.backup copy.db'”"
            );
            report.warn(WarningKind::Skipped, message, Position::in_file(name), 1);
        }
    }
}

/// What `SQLite` says, as an error of this crate.
fn failed(error: &rusqlite::Error, name: &str, progress: &Progress) -> Error {
    if progress.is_cancelled() {
        return Error::cancelled();
    }
    Error::parse(format!("this SQLite database cannot be read: {error}"))
        .in_file(name)
        .hint("it may be damaged or encrypted: copy it again, or try “sqlite3 FILE .recover”")
}

/// A name as a query has it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Database<'_> {
    fn failed(&self, error: &rusqlite::Error) -> Error {
        failed(error, self.name, self.progress)
    }

    /// The names of all tables, then of all views.
    fn tables(&self) -> rusqlite::Result<(Vec<String>, Vec<String>)> {
        // what has no root page is a virtual table, whose content is not in it
        let query = "SELECT name, type = 'table' FROM sqlite_schema WHERE (type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' \
                     ESCAPE '\\') OR type = 'view' ORDER BY name LIMIT 10000";
        let mut statement = self.connection.prepare(query)?;
        let mut rows = statement.query([])?;
        let (mut tables, mut views) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let list = if row.get(1)? { &mut tables } else { &mut views };
            list.push(row.get::<_, String>(0)?);
        }
        Ok((tables, views))
    }

    /// The table that is wanted, or the only one.
    fn choose(&self, options: &LoadOptions, report: &mut LoadReport) -> Result<String> {
        let (tables, views) = self.tables().map_err(|e| self.failed(&e))?;
        let all: Vec<&str> = tables.iter().chain(&views).map(String::as_str).collect();
        let listed = || {
            let shown = all.iter().take(MOST_LISTED).copied().collect::<Vec<_>>().join(", ");
            let more = all.len().saturating_sub(MOST_LISTED);
            if more > 0 { format!("{shown} and {more} more") } else { shown }
        };
        let Some(wanted) = &options.table else {
            return match (tables.as_slice(), views.as_slice()) {
                ([only], _) => {
                    report.understand("table", only.clone(), "it is the only one");
                    Ok(only.clone())
                }
                ([], [only]) => {
                    report.understand("table", only.clone(), "it is the only view, and there is no table");
                    Ok(only.clone())
                }
                ([], []) => Err(Error::empty("this SQLite database holds no table")
                    .in_file(self.name)
                    .hint("is it the right file?")),
                _ => Err(Error::argument(format!("this SQLite database holds several tables: {}", listed()))
                    .in_file(self.name)
                    .hint("choose one with --table NAME")),
            };
        };
        if let Some(found) =
            all.iter().find(|t| *t == wanted).or_else(|| all.iter().find(|t| t.eq_ignore_ascii_case(wanted)))
        {
            report.understand("table", (*found).to_owned(), "--table");
            return Ok((*found).to_owned());
        }
        let near = guess::nearest(wanted, all.iter().copied());
        let error = Error::argument(format!("there is no table “{wanted}”; there are {}", listed())).in_file(self.name);
        Err(error
            .hint(near.map_or_else(|| "choose one with --table NAME".to_owned(), |n| format!("did you mean “{n}”?"))))
    }

    /// Reads a table.
    fn table(
        &self,
        table: &str,
        size: u64,
        options: &LoadOptions,
        mut report: LoadReport,
        into: &mut Condenser,
    ) -> Result<Dataset> {
        let wrap = |e: &rusqlite::Error| self.failed(e);
        let mut statement =
            self.connection.prepare(&format!("SELECT * FROM {}", quoted(table))).map_err(|e| wrap(&e))?;
        let names = self.names(table, statement.column_count())?;
        if histogram_table::has_columns(&names) {
            let mut data = self.histograms(&mut statement, names, size, options, into)?;
            report.absorb(std::mem::take(&mut data.report));
            data.report = report;
            return Ok(data);
        }
        let sample = self.sample(&mut statement, names)?;
        if sample.lines.is_empty() {
            return Err(Error::empty(format!("the table “{table}” holds no rows")).in_file(self.name));
        }
        let plan = classify(&sample, options, self.name, &mut report)?;
        let (collector, rows) = self.collect(&mut statement, &plan, size, &mut report)?;
        report.rows = rows;
        report.files.push(FileRead { name: self.name.to_owned(), format: Format::Sqlite, bytes: size, rows });
        collector.finish(&plan, self.name, Format::Sqlite, report)
    }

    /// The names of a table's columns; asked as values, since a damaged one need not be text.
    fn names(&self, table: &str, columns: usize) -> Result<Vec<String>> {
        let visible = "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid";
        let mut statement = self.connection.prepare(visible).map_err(|e| self.failed(&e))?;
        let mut rows = statement.query([table]).map_err(|e| self.failed(&e))?;
        let mut names = Vec::with_capacity(columns);
        while let Some(row) = rows.next().map_err(|e| self.failed(&e))? {
            names.push(field(row, 0).map_or_else(String::new, |name| String::from_utf8_lossy(&name).into_owned()));
        }
        if names.len() == columns {
            return Ok(names);
        }
        let message = format!("the table “{table}” gives {columns} columns and names {}", names.len());
        Err(Error::parse(message)
            .in_file(self.name)
            .hint("is the database damaged? sqlite3 FILE 'PRAGMA integrity_check'"))
    }

    /// The first rows, as text.
    fn sample(&self, statement: &mut Statement<'_>, names: Vec<String>) -> Result<Sample> {
        let mut sample = Sample { columns: vec![Vec::new(); names.len()], names, ..Sample::default() };
        let mut rows = statement.query([]).map_err(|e| self.failed(&e))?;
        let mut bytes = 0;
        // a field that is not there takes as much as one that is
        let most = (SAMPLE_FIELDS / sample.names.len().max(1)).clamp(4, SAMPLE_ROWS);
        while sample.lines.len() < most && bytes < MOST_BYTES {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                // the rows before it are kept, which is told when all are read
                Err(_) if !sample.lines.is_empty() && !self.progress.is_cancelled() => break,
                Err(e) => return Err(self.failed(&e)),
            };
            for (i, column) in sample.columns.iter_mut().enumerate() {
                let field = field(row, i).map_or_else(Vec::new, Cow::into_owned);
                bytes += field.len();
                column.push(field);
            }
            sample.lines.push(sample.lines.len() as u64 + 1);
        }
        Ok(sample)
    }

    /// All rows, piece by piece; where the database breaks off, those before.
    fn collect(
        &self,
        statement: &mut Statement<'_>,
        plan: &Plan,
        size: u64,
        report: &mut LoadReport,
    ) -> Result<(Collector, u64)> {
        let mut collector = Collector::counting(0, None);
        let mut wanted: Vec<usize> = plan.wanted.iter().map(|w| w.source).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut rows = statement.query([]).map_err(|e| self.failed(&e))?;
        let (mut count, mut read) = (0_u64, 0_u64);
        // the first row that lacks a third of its columns
        let mut short = None;
        let mut more = true;
        while more {
            self.progress.check()?;
            // no more rows are to be expected than the file has room for
            let room = usize::try_from(size).unwrap_or(usize::MAX);
            let mut piece = Rows::new(plan, room.min(plan.width * 8 * PIECE));
            let (mut in_piece, mut bytes) = (0, 0);
            while in_piece < PIECE && bytes < MOST_BYTES {
                let row = match rows.next() {
                    Ok(Some(row)) => row,
                    Ok(None) => {
                        more = false;
                        break;
                    }
                    Err(e) if count > 0 && !self.progress.is_cancelled() => {
                        let message =
                            format!("the database breaks off after {} ({e}); they are kept", counted(count, "row"));
                        report.warn(
                            WarningKind::Truncated,
                            message,
                            Position::in_file(self.name).at_line(count + 1),
                            1,
                        );
                        more = false;
                        break;
                    }
                    Err(e) => return Err(self.failed(&e)),
                };
                let mut fields: Vec<Option<Cow<'_, [u8]>>> = vec![None; plan.width];
                for &i in &wanted {
                    if let Some(cell) = fields.get_mut(i) {
                        *cell = field(row, i);
                        bytes += cell.as_ref().map_or(0, |f| f.len());
                    }
                }
                in_piece += 1;
                count += 1;
                // a null takes a byte of the file, and a column that was added after its row takes none
                plan.blanks.allow(size.max(read + bytes as u64));
                let lacks = |i: &&usize| fields.get(**i).is_none_or(Option::is_none);
                if short.is_none() && wanted.iter().filter(lacks).count() * 3 >= wanted.len() {
                    short = Some(count);
                }
                piece.record(&fields, in_piece as u64);
                if plan.blanks.too_many() {
                    return Err(mostly_blank(plan, self.name, short.unwrap_or(count)));
                }
            }
            read += bytes as u64;
            collector.add(partition(piece.finish(in_piece as u64), plan)?, plan, self.name)?;
        }
        Ok((collector, count))
    }

    /// A table of histograms is read as one.
    fn histograms(
        &self,
        statement: &mut Statement<'_>,
        names: Vec<String>,
        bytes: u64,
        options: &LoadOptions,
        into: &mut Condenser,
    ) -> Result<Dataset> {
        let width = names.len();
        let mut rows = statement.query([]).map_err(|e| self.failed(&e))?;
        let mut number = 0;
        let mut fields = std::iter::from_fn(|| match rows.next() {
            Ok(Some(row)) => {
                number += 1;
                Some(Ok((number, (0..width).map(|i| field(row, i).map_or_else(Vec::new, Cow::into_owned)).collect())))
            }
            Ok(None) => None,
            Err(e) => Some(Err(self.failed(&e))),
        });
        let rows = histogram_table::Rows { names, fields: &mut fields, format: Format::Sqlite, bytes };
        histogram_table::take_rows(rows, self.name, options, into)
    }
}

/// A field as text; nothing for a null.
fn field<'a>(row: &'a Row<'_>, i: usize) -> Option<Cow<'a, [u8]>> {
    Some(match row.get_ref(i).ok()? {
        ValueRef::Null => return None,
        ValueRef::Integer(v) => Cow::Owned(v.to_string().into_bytes()),
        ValueRef::Real(v) => Cow::Owned(v.to_string().into_bytes()),
        ValueRef::Text(text) => Cow::Borrowed(text),
        ValueRef::Blob(bytes) => Cow::Owned(format!("a blob of {}", counted(bytes.len() as u64, "byte")).into_bytes()),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::load::{Kind, load, load_bytes, load_packed};

    fn bytes(script: &str) -> Vec<u8> {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(script).unwrap();
        connection.serialize("main").unwrap().to_vec()
    }

    fn read(script: &str, options: &LoadOptions) -> Result<Dataset> {
        load_bytes("x.db", &bytes(script), options, &Progress::new())
    }

    const REQUESTS: &str = "CREATE TABLE requests(ts TEXT, service TEXT, status INTEGER, latency_ms REAL);
        INSERT INTO requests VALUES ('2026-01-01 00:00:00', 'cart', 200, 12.5), ('2026-01-01 00:00:01', 'cart', 503, 80),
            ('2026-01-01 00:00:02', 'home', 200, NULL), ('2026-01-01 00:00:03', 'home', 200, 'slow'),
            ('2026-01-01 00:00:03', 'home', 200, 7.25), ('2026-01-01 00:00:04', 'home', 200, 7.5);";

    #[test]
    fn a_table_is_read_as_text_would_be() {
        let csv = b"ts,service,status,latency_ms\n2026-01-01 00:00:00,cart,200,12.5\n2026-01-01 00:00:01,cart,503,80\n\
            2026-01-01 00:00:02,home,200,7.25\n2026-01-01 00:00:04,home,200,7.5\n";
        let want = load_bytes("x.csv", csv, &LoadOptions::default(), &Progress::new()).unwrap();
        let script = "CREATE TABLE r(ts TEXT, service TEXT, status INTEGER, latency_ms REAL); INSERT INTO r VALUES
            ('2026-01-01 00:00:00', 'cart', 200, 12.5), ('2026-01-01 00:00:01', 'cart', 503, 80),
            ('2026-01-01 00:00:02', 'home', 200, 7.25), ('2026-01-01 00:00:04', 'home', 200, 7.5);";
        let data = read(script, &LoadOptions::default()).unwrap();
        assert_eq!(data.items.len(), 2);
        for (a, b) in data.items.iter().zip(&want.items) {
            assert_eq!((a.title(), a.kind, &a.data), (b.title(), b.kind, &b.data));
            assert_eq!((a.format, a.kind), (Format::Sqlite, Kind::Events));
        }
    }

    #[test]
    fn nulls_and_words_among_numbers_are_told_with_their_row() {
        // two words in six fields are the wrong column
        let value = LoadOptions { value: Some("latency_ms".into()), ..LoadOptions::default() };
        let e = read(&REQUESTS.replace("7.25", "'gone'"), &value).unwrap_err();
        assert!(e.to_string().contains("slow") && e.position().unwrap().line == Some(4), "{e}");
        let more =
            (0..20).map(|i| format!("('2026-01-01 00:01:{i:02}', 'home', 200, 1.5)")).collect::<Vec<_>>().join(",");
        let data = read(&format!("{REQUESTS} INSERT INTO requests VALUES {more};"), &LoadOptions::default()).unwrap();
        let kinds: Vec<(WarningKind, Option<u64>)> =
            data.report.warnings.iter().map(|w| (w.kind, w.position.line)).collect();
        assert!(
            kinds.contains(&(WarningKind::Blank, Some(3))) && kinds.contains(&(WarningKind::NotANumber, Some(4))),
            "{kinds:?}"
        );
    }

    #[test]
    fn of_several_tables_one_is_chosen() {
        let script = format!(
            "{REQUESTS} CREATE TABLE \"other \"\"one\"\"\"(t INTEGER, v REAL); CREATE VIEW good AS SELECT * FROM
            requests WHERE typeof(latency_ms) = 'real' AND status < 500;
            INSERT INTO \"other \"\"one\"\"\" VALUES (1767225600, 1.5), (1767225660, 2.5);"
        );
        let e = read(&script, &LoadOptions::default()).unwrap_err().to_string();
        assert!(e.contains("other \"one\", requests, good") && e.contains("--table"), "{e}");
        let of = |table: &str| LoadOptions { table: Some(table.into()), ..LoadOptions::default() };
        let data = read(&script, &of("other \"one\"")).unwrap();
        assert_eq!((data.items[0].values(), data.items[0].times()[1]), (&[1.5, 2.5][..], 1_767_225_660_000_000_000));
        assert_eq!(read(&script, &of("GOOD")).unwrap().report.rows, 3);
        let e = read(&script, &of("request")).unwrap_err().to_string();
        assert!(e.contains("did you mean “requests”"), "{e}");
        let e = load_bytes("x.csv", b"time,v\n0,1\n", &of("x"), &Progress::new()).unwrap_err().to_string();
        assert!(e.contains("--table"), "{e}");
        let e = read("PRAGMA user_version=1;", &LoadOptions::default()).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Empty);
    }

    #[test]
    fn one_view_alone_is_read() {
        let view = "CREATE VIEW good AS SELECT 1767225600 AS time, 1.5 AS value UNION ALL SELECT 1767225660, 2.5;";
        let data = read(view, &LoadOptions::default()).unwrap();
        assert_eq!(data.items[0].values(), [1.5, 2.5]);
        assert_eq!(
            (data.report.understood[0].choice.as_str(), data.report.understood[0].what.as_str()),
            ("good", "table")
        );
        let e = read(&format!("{view} CREATE VIEW w AS SELECT 1;"), &LoadOptions::default()).unwrap_err().to_string();
        assert!(e.contains("several tables: good, w"), "{e}");
    }

    #[test]
    fn what_keeps_the_first_row_from_being_read_is_told() {
        // the absolute value of the least integer is none
        let first = "CREATE VIEW v AS SELECT abs(-9223372036854775807 - 1) AS time, 1.5 AS value;";
        let e = read(first, &LoadOptions::default()).unwrap_err();
        assert!(e.kind() == ErrorKind::Parse && e.to_string().contains("overflow"), "{e}");
        // rows before it are kept
        let script = "CREATE TABLE t(i INTEGER); INSERT INTO t VALUES (-3), (-2), (-9223372036854775808), (-1);
            CREATE VIEW v AS SELECT 1767225600 + abs(i) AS time, 1.5 AS value FROM t;";
        let data = read(script, &LoadOptions { table: Some("v".into()), ..LoadOptions::default() }).unwrap();
        assert_eq!(data.items[0].values(), [1.5, 1.5]);
        let cut = data.report.warnings.iter().find(|w| w.kind == WarningKind::Truncated).unwrap();
        assert!(cut.message.contains("overflow") && cut.position.line == Some(3), "{cut:?}");
    }

    #[test]
    fn a_table_of_histograms_is_one() {
        let script = "CREATE TABLE h(series TEXT, window_start INTEGER, width REAL, schema TEXT, bin INTEGER, count INTEGER);
            INSERT INTO h VALUES ('latency', 1767225600, 60, 'le:0.1,0.3', 1, 5), ('latency', 1767225600, 60, 'le:0.1,0.3', 2, 7);";
        let data = read(script, &LoadOptions::default()).unwrap();
        assert_eq!((data.items[0].kind, data.items[0].values()), (Kind::Histogram, &[12.0][..]));
        assert_eq!((data.report.rows, data.report.understood[0].choice.as_str()), (2, "h"));
        // packed like any other
        let path = std::env::temp_dir().join(format!("sre-stats-packed-{}.db", std::process::id()));
        std::fs::write(&path, bytes(script)).unwrap();
        let read = load_packed(std::slice::from_ref(&path), &LoadOptions::default(), &Progress::new());
        std::fs::remove_file(&path).unwrap();
        let (data, table) = read.unwrap();
        assert_eq!((data.items.len(), table.windows(), table.count(), data.report.rows), (0, 1, 12, 2));
        assert_eq!(table.identities()[0].name, "latency");
    }

    /// Columns that were added to rows that were there take no byte of the file.
    #[test]
    fn columns_that_no_row_has_are_refused_before_they_fill_the_memory() {
        let mut script =
            "CREATE TABLE t(time INTEGER, load REAL); WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n
            WHERE i < 1499) INSERT INTO t SELECT 1767225600 + i, i + 0.5 FROM n;"
                .to_owned();
        script.extend((0..500).map(|i| format!("ALTER TABLE t ADD COLUMN c{i} REAL;")));
        // one value makes each a column of numbers
        let sets: Vec<String> = (0..500).map(|i| format!("c{i} = 1.5")).collect();
        script += &format!("UPDATE t SET {} WHERE time < 1767225603;", sets.join(","));
        let e = read(&script, &LoadOptions::default()).unwrap_err();
        // the first three rows have all
        assert!(e.to_string().contains("--value") && e.position().unwrap().line == Some(4), "{e}");
        // half a million fields and one for two bytes of the file
        let most = (1 << 19) + bytes(&script).len() / 2;
        let few = |rows: usize| read(&script.replace("1499", &rows.to_string()), &LoadOptions::default());
        assert!(few(most / 500 - 20).is_ok() && few(most / 500 + 20).is_err());
        // where each null was written, it may stand
        let some = LoadOptions { value: Some("load,c0,c1".into()), ..LoadOptions::default() };
        assert_eq!(read(&script, &some).unwrap().report.rows, 1500);
        let dense = script.replace("UPDATE t", "UPDATE t SET c0 = NULL; UPDATE t");
        assert!(read(&dense, &LoadOptions::default()).is_ok());
    }

    #[test]
    fn long_fields_end_a_sample_early() {
        let script = "CREATE TABLE t(time INTEGER, v REAL, long TEXT AS (hex(zeroblob(8000000))));
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19)
            INSERT INTO t(time, v) SELECT i * 60, i + 0.5 FROM n;";
        let progress = Progress::new();
        let connection = open(Bytes::Memory(bytes(script)), &progress).unwrap();
        let database = Database { connection, name: "x", progress: &progress };
        let mut statement = database.connection.prepare("SELECT * FROM t").unwrap();
        let sample = database.sample(&mut statement, vec!["time".into(), "v".into(), "long".into()]).unwrap();
        // five of 16 MB are more than 64 MiB
        assert_eq!(sample.lines.len(), 5);
    }

    /// As sqlite3 leaves it while a program writes: what the log holds is not read, and that is said.
    #[test]
    fn a_log_beside_the_file_is_told() {
        let folder = std::env::temp_dir().join(format!("sre stats%sqlite-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a b?.db");
        let writer = Connection::open(&path).unwrap();
        writer.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE t(time INTEGER, v REAL); INSERT INTO t VALUES (0, 1.5), (60, 2.5);
            PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
        let paths = [path];
        let data = load(&paths, &LoadOptions::default(), &Progress::new()).unwrap();
        assert!(data.report.warnings.is_empty(), "{:?}", data.report.warnings);
        writer.execute_batch("INSERT INTO t VALUES (120, 3.5);").unwrap();
        let data = load(&paths, &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.items[0].values(), [1.5, 2.5]);
        assert!(
            data.report
                .warnings
                .iter()
                .any(|w| w.kind == WarningKind::Skipped && w.message.contains("write-ahead log"))
        );
        // the same bytes in memory
        let bytes = std::fs::read(&paths[0]).unwrap();
        let data = load_bytes("x", &bytes, &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.items[0].values(), [1.5, 2.5]);
        drop(writer);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
