//! Delimited text, databases and tables of histograms.

use std::sync::PoisonError;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sre_stats::load::{Format, LoadOptions, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::time::Span;

use crate::fuzz::mutate::mutated_file;
use crate::run::{ONE, ask, run};
use crate::target::{recorded, table, target, texts};

pub(crate) const CSV: &[&str] = &[
    "time",
    "timestamp",
    "latency_ms",
    "value",
    ",,,,",
    "\"\"",
    "\"a\nb\"",
    "2026-10-25T02:30:00",
    "2026-03-08 02:30:00",
    "1767225600000",
    "1767225600",
    "1.234.567,89",
    "1,234,567.89",
    "NaN",
    "+Inf",
    "null",
    "N/A",
    "12ms",
    "3 s",
    "true",
    "200",
    "503",
    "\u{feff}",
    ";;",
    "\t\t",
    "||",
    "http_requests_total{code=\"200\"}",
    "count",
    "le=\"+Inf\"",
    "synthetic",
];

#[test]
fn csv() {
    let mut seeds = vec![recorded("requests.csv", 2000)];
    seeds.extend(texts(&[
        "time,service,status,latency_ms\n2026-01-01T00:00:00Z,cart,200,12\n2026-01-01T00:00:01Z,cart,503,80\n",
        "time;Dauer (ms);Dienst\n2026-10-25 02:30:00;1.234,5;a\n2026-10-25 02:30:01;99,25;\"b;c\"\n",
        "\"Time\",\"cpu{host=\"\"a\"\"}\",\"cpu{host=\"\"b\"\"}\"\n1767225600000,0.5,\n1767225615000,0.75,NaN\n",
        "ts\tname\tvalue\n1767225600\tcpu\t1\n1767225600\tmem\t2e9\n1767225660\tcpu\t\"3\"\n",
        "time,total,bad\n2026-01-01T00:00:00+02:00,100,3\n2026-01-01T00:01:00+02:00,\"1,000\",0\n",
        "\u{feff}time|value\r\n1|2\r\n2|3\r\n",
    ]));
    let mut csv = table("csv", Format::Csv, seeds, CSV);
    csv.options.push(LoadOptions { bad: Some("3".into()), total: Some("2".into()), ..LoadOptions::default() });
    run(&csv);
}

/// Expressions and names of the caller, not of the file.
#[test]
fn options() {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = b"time,service,status,latency_ms\n2026-01-01T00:00:00Z,cart,200,12\n2026-01-01T00:00:01Z,cart,503,80\n";
    let seeds = texts(&["service == \"cart\" && status < 500", "latency_ms>=1e3&&time ~ 2026", "1 != 'a b'", "status"]);
    let tokens = &["==", "!=", "<=", ">=", "<", ">", "~", "&&", "\"", "'", "1e400", "service", " "];
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for _ in 0..600 {
        let word = String::from_utf8_lossy(&mutated_file(&seeds, tokens, &mut rng)).into_owned();
        for options in [
            LoadOptions { filter: Some(word.clone()), ..LoadOptions::default() },
            LoadOptions { value: Some(word.clone()), by: vec![word.clone()], ..LoadOptions::default() },
            LoadOptions { tz: Some(word.clone()), time: Some(word.clone()), ..LoadOptions::default() },
        ] {
            if let Ok(data) = load_bytes("input", text, &options, &Progress::new()) {
                ask(&data);
            }
        }
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite() {
    let tokens = &[
        "CREATE TABLE requests(time,route)",
        "SQLite format 3\0",
        "sqlite_master",
        "CREATE VIEW v AS SELECT",
        "table",
        "\0\0\0\x01",
    ];
    let mut target = table("sqlite", Format::Sqlite, vec![recorded("sqlite/requests.db", usize::MAX)], tokens);
    target.options.push(LoadOptions { table: Some("requests".into()), ..LoadOptions::default() });
    run(&target);
}

#[test]
fn histogram_table() {
    let mut data =
        load_bytes("seed", &recorded("requests.csv", 3000), &LoadOptions::default(), &Progress::new()).unwrap();
    let mut seeds = texts(&[
        "width,series,window_start,schema,bin,count,service\n60,a,1767225600,log-linear,1290,2,x\n60,\"a\",1767225660,log-linear,0,7,\n",
    ]);
    data.make_histograms("exp:5".parse().unwrap(), Span::MINUTE).unwrap();
    let mut text = Vec::new();
    data.write_histogram_table(&mut text).unwrap();
    seeds.push(text);
    let mut table = target(
        "histogram-table",
        Format::HistogramTable,
        seeds,
        &[
            "log-linear",
            "exp:5",
            "exp:20",
            "exp:-4",
            "hdr:3",
            "ddsketch:0.01",
            "explicit:0.1,0.5",
            "9223372036854775807",
            "-9223372036854775808",
            "18446744073709551615",
            "2026-01-01T00:00:00Z",
            "unit",
            "1e9",
            "0.000000001",
            "\"\"",
        ],
    );
    table.counted = true;
    run(&table);
}
