//! What columns of whole texts are taken for, and what is left to the caller.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::error::Result;
use crate::progress::Progress;
use crate::time::Timestamp;

fn read_with(text: &str, options: &LoadOptions) -> Result<Dataset> {
    load_bytes("x.csv", text.as_bytes(), options, &Progress::new())
}

fn read(text: &str) -> Dataset {
    read_with(text, &LoadOptions::default()).unwrap()
}

/// What was understood of something, with the reason.
fn told<'a>(data: &'a Dataset, what: &str) -> Vec<(&'a str, &'a str)> {
    let notes = data.report.understood.iter().filter(|u| u.what == what);
    notes.map(|u| (u.choice.as_str(), u.why.as_str())).collect()
}

fn warned(data: &Dataset) -> Vec<String> {
    data.report.warnings.iter().map(ToString::to_string).collect()
}

/// A line of each number.
fn lines(numbers: std::ops::Range<usize>, line: impl Fn(usize) -> String) -> String {
    numbers.map(line).collect()
}

/// Rows a second apart: `header`, then what `row` makes of each number.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    format!("{header}\n{}", lines(0..rows, |i| format!("{},{}\n", 1_767_225_600 + i, row(i))))
}

/// How many rows of the only series are good, of how many.
fn good(data: &Dataset) -> (usize, usize) {
    let ok = data.items[0].as_events().unwrap().ok().unwrap();
    (ok.iter().filter(|ok| **ok).count(), ok.len())
}

#[test]
fn nought_is_success_among_codes_of_grpc_and_of_exits() {
    let grpc = table("time,latency_ms,code", 200, |i| format!("5,{}", if i % 50 == 0 { 14 } else { 0 }));
    let d = read(&grpc);
    assert_eq!((good(&d), told(&d, "ok")[0].0), ((196, 200), "code: a code, 0 is good"));
    let exits =
        |name: &str| table(&format!("time,duration_ms,{name}"), 100, |i| format!("5,{}", u8::from(i % 10 == 0)));
    let d = read(&exits("exit_code"));
    assert_eq!(good(&d), (90, 100));
    // nothing shows what 0 is here
    for name in ["status", "result", "code"] {
        let d = read(&exits(name));
        assert!(d.items[0].as_events().is_none_or(|e| e.ok().is_none()), "{name}");
        let why = format!(
            "the numbers of {name} are no HTTP statuses, and 0 may be good or bad; --ok {name} takes 1 for good where there are but 0 \
             and 1, else 0"
        );
        assert_eq!(told(&d, "ok"), [("none", why.as_str())]);
        let d = read_with(&exits(name), &LoadOptions { ok: Some(name.into()), ..LoadOptions::default() }).unwrap();
        assert_eq!(good(&d), (10, 100), "{name}");
    }
    let states = table("time,duration_ms,status", 100, |i| format!("5,{}", if i % 10 == 0 { 137 } else { 0 }));
    assert_eq!(told(&read(&states), "ok")[0].0, "none");
    let d = read_with(&states, &LoadOptions { ok: Some("status".into()), ..LoadOptions::default() }).unwrap();
    assert_eq!(good(&d), (90, 100));
}

#[test]
fn nought_is_no_answer_among_statuses_of_http() {
    let d = read(&table("time,latency_ms,status", 10, |i| format!("5,{}", [200, 0, 404, 503, 200][i % 5])));
    assert_eq!((good(&d), told(&d, "ok")[0].0), ((6, 10), "status: an HTTP status, 500 and above and 0 are bad"));
    // words and flags are read as before
    let d = read(&table("time,latency_ms,status", 10, |i| format!("5,{}", ["ok", "error"][i % 2])));
    assert_eq!(good(&d), (5, 10));
    let d = read(&table("time,latency_ms,ok", 10, |i| format!("5,{}", i % 2)));
    assert_eq!(good(&d), (5, 10));
}

#[test]
fn numbers_that_begin_with_nought_are_not_grouped() {
    let d = read("time,v\n1767225600,\"0,123\"\n1767225601,\"0,124\"\n1767225602,\"-0,125\"\n");
    assert_eq!(d.items[0].values(), [0.123, 0.124, -0.125]);
    let d = read("time;a;b\n1767225600;1,50;0.12\n1767225601;1,51;0.123\n1767225602;1,52;0.5\n");
    assert_eq!(d.items[1].values(), [0.12, 0.123, 0.5]);
}

/// What dots group is told by each column of its own, and only columns of numbers are asked.
#[test]
fn a_decimal_comma_changes_no_column_of_times_text_or_decimals() {
    let d = read("Fecha;latencia_ms\n13/3/2026, 13:05:00;1,50\n13/3/2026, 13:05:01;1,51\n");
    // 2026-03-13T13:05:00Z
    assert_eq!((d.items[0].times()[0], d.items[0].values()), (1_773_407_100_000_000_000, &[1.5, 1.51][..]));
    let row = |i: usize| format!("{};1.204.31{};1,5{i}\n", 1_767_225_600 + i, i % 2);
    let d = read(&format!("time;version;lat_ms\n{}", lines(0..8, row)));
    let titles: Vec<String> = d.items.iter().map(Item::title).collect();
    assert_eq!(titles, ["lat_ms{version=\"1.204.310\"}", "lat_ms{version=\"1.204.311\"}"]);
    // a dot that groups nothing is a decimal one in its whole column
    let d = read("time;a;b\n1767225600;1,50;1.234\n1767225601;1,51;1.5\n1767225602;1,52;2.345\n");
    assert_eq!(d.items[1].values(), [1.234, 1.5, 2.345]);
    let d = read("time;a;b\n1767225600;1,50;1.234\n1767225601;1,51;7\n1767225602;1,52;2.345\n");
    assert_eq!(d.items[1].values(), [1234.0, 7.0, 2345.0]);
}

#[test]
fn the_column_that_names_the_series_is_never_left_out() {
    let names =
        |d: &Dataset| d.items.iter().map(|i| i.identity.name.clone()).collect::<std::collections::BTreeSet<_>>();
    let wide: Vec<String> = (0..32).map(|i| format!("l{i}")).collect();
    let d = read(&table(&format!("time,{},metric,value", wide.join(",")), 40, |i| {
        format!("{}{},{}", "a,".repeat(32), ["mem", "cpu"][i % 2], 1000 * (i % 2) + i)
    }));
    assert_eq!((names(&d).len(), d.items.len()), (2, 2));
    assert!(d.items[0].values().iter().all(|v| *v > 1000.0));
    // 90 metrics of 3 hosts, and 101 metrics: more series than a guess may make by labels
    let d = read(&table("time,metric,host,value", 5400, |i| format!("m{},h{},{i}", i / 3 % 90, i % 3)));
    assert_eq!((names(&d).len(), d.items.len(), warned(&d)), (90, 270, vec![]));
    let d = read(&table("time,metric,value", 2020, |i| format!("m{},{i}", i % 101)));
    assert_eq!(names(&d).len(), 101);
    // names of visitors, each once, name no series
    let d = read(&table("time,name,value", 300, |i| format!("n{i},{i}.5")));
    assert_eq!((d.items.len(), d.items[0].title()), (1, "value".to_owned()));
}

#[test]
fn times_rise_and_measures_of_their_size_do_not() {
    let rows = lines(0..8, |i| format!("{},{}\n", 1_900_000_000 - 10_000_000 * i, 1_767_225_600 + 60 * i));
    let d = read(&format!("memory,at\n{rows}"));
    assert_eq!(d.items[0].identity.name, "memory");
    assert_eq!(d.items[0].times()[1], 1_767_225_660_000_000_000);
    // series one after the other: times fall once a series
    let rows = lines(0..9, |i| format!("{},{}\n", 1_900_000_000 - i % 2, 1_767_225_600 + 60 * (i % 3)));
    assert_eq!(read(&format!("memory,at\n{rows}")).items[0].identity.name, "memory");
}

/// 50 hosts of 2500 columns are 125 000 series, though but 50 groups of rows.
#[test]
fn series_are_groups_times_columns() {
    let columns: Vec<String> = (0..2500).map(|i| format!("c{i}")).collect();
    let text = table(&format!("time,host,{}", columns.join(",")), 100, |i| format!("h{}{}", i % 50, ",1".repeat(2500)));
    let e = read_with(&text, &LoadOptions::default()).unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv: the table falls into more than 100000 series; choose columns with --value, or split it by columns with fewer values \
         with --by"
    );
    let few = LoadOptions { value: Some("c1,c7".into()), ..LoadOptions::default() };
    assert_eq!(read_with(&text, &few).unwrap().items.len(), 100);
}

#[test]
fn a_kind_by_a_name_is_told_as_such() {
    let d =
        read(&table("time,metric,value", 40, |i| format!("{},{}", ["requests_total", "cpu"][i % 2], i * (i % 2) % 7)));
    let kinds = told(&d, "kind");
    assert!(kinds.contains(&("requests_total: counter", "its name")), "{kinds:?}");
}

#[test]
fn days_that_are_months_too_need_no_order() {
    let rows = lines(0..2100, |i| format!("3/3/2026 {:02}:{:02}:00,{i}\n", i / 60 % 24, i % 60));
    let day = format!("time,v\n{}", &rows[..rows.len() / 2]);
    let d = read(&day[..=day.rfind('\n').unwrap()]);
    // 2026-03-03T00:00:00Z
    assert_eq!(d.items[0].times()[0], 1_772_496_000_000_000_000);
    assert_eq!(told(&d, "time")[0].0, "time, date and time, day and month alike, as in 3/3/2026 00:00:00");
    // one that differs, beyond the first rows, is told and not guessed
    let d = read(&format!("time,v\n{rows}4/3/2026 00:00:00,1\n"));
    assert!(warned(&d)[0].contains("first “4/3/2026 00:00:00”"), "{:?}", warned(&d));
    // rows further down do not tell the order
    let rows = "03/10/2026 00:00,1\n".repeat(2100);
    let e = read_with(&format!("time,v\n{rows}03/13/2026 00:00,1\n"), &LoadOptions::default()).unwrap_err();
    assert!(e.to_string().contains("and no field of the first 2000 rows is above 12"), "{e}");
    // the field that is told is one that no order reads
    let rows = lines(0..40, |i| format!("{},1\n", if i % 5 == 4 { "junk" } else { "13/03/2026 13:00" }));
    let options = LoadOptions { time: Some("when".into()), ..LoadOptions::default() };
    let e = read_with(&format!("when,v\n{rows}"), &options).unwrap_err();
    assert!(e.to_string().starts_with("x.csv, line 6, column when: “junk” is not a time"), "{e}");
}

#[test]
fn fields_that_short_rows_lack_are_told() {
    let mut text = table("time,latency_ms,ok", 20, |i| format!("{},true", 5 + i % 3));
    text += "1767225620\n1767225621,5\n,,true\n1767225622,7,true,more\n";
    let d = read(&text);
    let told = warned(&d);
    for want in [
        "x.csv, line 22: 3 rows had another number of fields than the header, first 1 field instead of 3",
        "x.csv, line 22, column ok: 2 fields are neither good nor bad, first “”, and counted as bad",
        "x.csv, line 22, column latency_ms: 2 fields are blank and were left out; blank is not 0",
        "x.csv, line 24, column time: 1 row without a time was left out",
    ] {
        assert!(told.iter().any(|w| w == want), "{want} in {told:?}");
    }
    let d = read_with("v,time\n1,1767225600\n2\n3,1767225601\n", &LoadOptions::default()).unwrap();
    assert!(warned(&d).contains(&"x.csv, line 3, column time: 1 row without a time was left out".to_owned()));
}

/// What a row that is left out holds is nobody's concern.
#[test]
fn rows_that_are_left_out_spoil_no_column() {
    let rows =
        |junk: usize| table("time,kind,v", 40, |i| if i % junk == 0 { format!("b,x{i}") } else { format!("a,{i}") });
    let with =
        |filter: &str| LoadOptions { value: Some("v".into()), filter: Some(filter.into()), ..LoadOptions::default() };
    for (junk, left) in [(2, 20), (3, 26)] {
        let d = read_with(&rows(junk), &with("kind == a")).unwrap();
        assert_eq!((d.items[0].count(), warned(&d)), (left, vec![]), "one in {junk}");
    }
    let most = table("time,kind,v", 40, |i| if i % 4 > 0 { format!("b,x{i}") } else { format!("a,{i}") });
    assert_eq!(read_with(&most, &with("kind == a")).unwrap().items[0].count(), 10);
    let e = read_with(&rows(2), &with("kind != c")).unwrap_err();
    assert_eq!(
        e.to_string(),
        "x.csv, line 2, column v: “x0” is not a number, nor are 20 of 40 fields; choose another column with --value"
    );
    // outside the range as well
    let late = LoadOptions {
        value: Some("v".into()),
        from: Some(Timestamp(1_767_225_620_000_000_000)),
        ..LoadOptions::default()
    };
    let early = table("time,v", 40, |i| if i < 18 { format!("x{i}") } else { i.to_string() });
    assert_eq!(
        (read_with(&early, &late).unwrap().items[0].count(), warned(&read_with(&early, &late).unwrap())),
        (20, vec![])
    );
    let untimed = table("time,kind,v", 40, |i| format!("a,{i}")) + &"soon,b,1\n".repeat(8);
    let d = read_with(&untimed, &with("kind == a")).unwrap();
    assert_eq!((warned(&d), told(&d, "where")[1].0), (vec![], "8 rows left out"));
    // a column that only conditions read
    let text = table("time,status,latency_ms", 30, |i| format!("{},5", ["200", "503", "timeout"][i % 3]));
    let d = read_with(&text, &LoadOptions { filter: Some("status >= 500".into()), ..LoadOptions::default() }).unwrap();
    assert_eq!(d.items[0].count(), 10);
    assert!(warned(&d)[0].contains("10 fields are not a number, first “timeout”"), "{:?}", warned(&d));
}

/// A header of 1800 columns, some whole rows, and then rows of one field, so that more is missing than the text may stand for.
#[test]
fn rows_that_are_too_short_are_refused_at_any_number_of_threads() {
    let columns: Vec<String> = (0..1800).map(|i| format!("c{i}")).collect();
    let whole = |from: usize, rows: usize| -> String {
        lines(from..from + rows, |i| format!("{}{}\n", 1_767_225_600 + i, ",1".repeat(1800)))
    };
    let short = lines(10..500, |i| format!("{}\n", 1_767_225_600 + i));
    let text = format!("time,{}\n{}{short}{}", columns.join(","), whole(0, 10), whole(500, 220));
    let mut told = Vec::new();
    for (threads, chunk_bytes) in [(1, 0), (2, 0), (16, 0), (2, 5000), (3, 64 << 20)] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let options = LoadOptions { chunk_bytes, ..LoadOptions::default() };
        told.push(pool.install(|| read_with(&text, &options)).unwrap_err().to_string());
    }
    told.dedup();
    assert_eq!(
        told,
        [
            "x.csv, line 12: rows from here on lack many of the 1801 columns: more fields than their text may stand for; choose columns with \
          --value and --by, or write rows with all their fields"
        ]
    );
    // after as much text as stands for them they are read, and told
    let text = format!("time,{}\n{}{short}", columns.join(","), whole(500, 300));
    assert_eq!(read(&text).items.len(), 1800);
}

/// What splits rows does not pool series of different names.
#[test]
fn by_splits_the_series_of_a_long_table_and_pools_none() {
    let text = table("time,metric,host,value", 40, |i| format!("{},h{},{i}", ["cpu", "mem"][i % 2], i / 2 % 2));
    let by = LoadOptions { by: vec!["host".into()], ..LoadOptions::default() };
    let titles: Vec<String> = read_with(&text, &by).unwrap().items.iter().map(crate::load::Item::title).collect();
    assert_eq!(titles, ["cpu{host=\"h0\"}", "cpu{host=\"h1\"}", "mem{host=\"h0\"}", "mem{host=\"h1\"}"]);
}
