//! One record a line.

use sre_stats::load::Format;

use crate::run::run;
use crate::target::{recorded, table, texts};

pub(crate) const RECORDS: &[&str] = &[
    "{\"time\":\"2026-01-01T00:00:00Z\",\"latency_ms\":1}\n",
    "\"a\":{\"b\":{\"c\":1}}",
    "[1,2]",
    "\\u00e9",
    "\\ud83d\\ude00",
    "\"\"",
    "null",
    "true",
    "1e309",
    "{",
    "}",
    "\n",
    "level=info ",
    "duration=12.5ms",
    "ts=2026-01-01T00:00:00.5+01:00",
    "msg=\"a \\\" b\"",
    "=",
    "\"GET / HTTP/1.1\"",
    "[25/Nov/2026:13:57:20 +0000]",
    "\"-\"",
    "01JDJ0000000000000000000AB",
    "0.004",
];

#[test]
fn json_lines() {
    let mut seeds = vec![recorded("nginx/json.log", 1500)];
    seeds.extend(texts(&[
        "{\"ts\":1767225600.5,\"a\":{\"service\":\"x\"},\"duration\":\"12ms\",\"ok\":true}\n{\"ts\":1767225601,\"a\":{\"service\":\"y\"},\"duration\":\"1.5s\",\"ok\":false,\"more\":[1,{\"b\":2}]}\n",
    ]));
    run(&table("json-lines", Format::JsonLines, seeds, RECORDS));
}

#[test]
fn access_log() {
    let seeds =
        vec![recorded("nginx/combined.log", 1200), recorded("nginx/timed.log", 1200), recorded("access.log", 1200)];
    run(&table("access-log", Format::AccessLog, seeds, RECORDS));
}

#[test]
fn logfmt() {
    run(&table("logfmt", Format::Logfmt, vec![recorded("nginx/logfmt.log", 1500)], RECORDS));
}

#[test]
fn ulid_log() {
    run(&table("ulid-log", Format::UlidLog, vec![recorded("ulid/service.log", 1500)], RECORDS));
}
