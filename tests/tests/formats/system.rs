//! What sysstat, procps and `/proc` say.

use sre_stats::load::{Format, Kind, LoadOptions, WarningKind, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;

use super::{at, find, has, number, read, read_with, text};

#[test]
fn sysstat_says_the_same_in_each_of_its_formats() {
    let data = read("sysstat/sadf.csv");
    let user = find(&data, "%nice{cpu=\"all\", host=\"vm\"}");
    let rows = text("sysstat/sadf.csv");
    let rows: Vec<Vec<&str>> = rows.lines().skip(1).map(|l| l.split(';').collect()).collect();
    assert_eq!(user.values(), rows.iter().map(|r| number(r[5])).collect::<Vec<_>>());
    assert_eq!((user.times()[0], &user.identity.unit), (at("2026-11-25T13:58:04Z"), &Unit::Percent));
    assert_eq!(user.step(), Some(Span::SECOND));
    let sar = read("sysstat/sar.txt");
    let same = find(&sar, "%nice{cpu=\"all\", host=\"vm\"}");
    assert_eq!((same.times(), same.values()), (user.times(), user.values()));
    let cpus = read("sysstat/sadf-cpu.csv");
    assert_eq!(cpus.find("%idle").len(), 3);
    let more = read("sysstat/sar-qr.txt");
    // the load of the first line of its second part
    assert_eq!(find(&more, "ldavg-1{host=\"vm\"}").values()[0], 3.48);
    assert_eq!(find(&more, "kbmemfree{host=\"vm\"}").values().len(), 6);

    let iostat = read("sysstat/iostat.txt");
    let busy = find(&iostat, "tps{device=\"vda\", host=\"vm\"}");
    let lines = text("sysstat/iostat.txt");
    let tps: Vec<f64> =
        lines.lines().filter(|l| l.starts_with("vda")).map(|l| number(l.split_whitespace().nth(1).unwrap())).collect();
    // the first report is the average since the machine started
    assert_eq!(busy.values(), &tps[1..]);
    assert_eq!(busy.times()[0], at("2026-11-25T13:58:06Z"));
    assert!(has(&iostat, WarningKind::Skipped));
    assert_eq!(read("sysstat/iostat-x.txt").find("%util").len(), 1);
}

#[test]
fn vmstat_has_times_with_t_and_steps_without() {
    let data = read("procps/vmstat-t.txt");
    let free = find(&data, "free");
    let lines = text("procps/vmstat-t.txt");
    let column: Vec<f64> = lines.lines().skip(2).map(|l| number(l.split_whitespace().nth(3).unwrap())).collect();
    assert_eq!(free.values(), &column[1..]);
    assert_eq!(free.times()[0], at("2026-11-25T13:58:09Z"));
    let options = LoadOptions { step: Some(Span::from_secs(5)), from: Some(Timestamp(0)), ..LoadOptions::default() };
    let data = read_with("procps/vmstat.txt", &options);
    assert_eq!(find(&data, "us").times()[..2], [0, 5_000_000_000]);
    assert!(has(&data, WarningKind::NoTime) && has(&data, WarningKind::Skipped));
}

#[test]
fn snapshots_of_proc_are_counters_and_gauges() {
    let data = read("proc/snapshots.txt");
    let all = text("proc/snapshots.txt");
    let field = |start: &str, i: usize| -> Vec<f64> {
        all.lines().filter(|l| l.starts_with(start)).map(|l| number(l.split_whitespace().nth(i).unwrap())).collect()
    };
    let idle = find(&data, "cpu_seconds_total{cpu=\"0\", mode=\"idle\"}");
    let want: Vec<f64> = field("cpu0 ", 4).iter().map(|t| t / 100.0).collect();
    assert_eq!((idle.kind, idle.format, &idle.identity.unit), (Kind::Counter, Format::ProcSnapshots, &Unit::Second));
    assert!(idle.values().iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-6) && want.len() == 4);
    let switches = find(&data, "context_switches_total");
    assert_eq!((switches.kind, switches.values()), (Kind::Counter, &field("ctxt ", 1)[..]));
    let free = find(&data, "memory_MemFree_bytes");
    let want: Vec<f64> = field("MemFree:", 1).iter().map(|kb| kb * 1024.0).collect();
    assert_eq!((free.kind, free.values(), &free.identity.unit), (Kind::Gauge, &want[..], &Unit::Byte));
    let load: Vec<f64> = all
        .lines()
        .filter(|l| l.split_whitespace().count() == 5 && l.contains('/') && !l.starts_with('='))
        .map(|l| number(l.split_whitespace().next().unwrap()))
        .collect();
    assert_eq!(find(&data, "load1").values(), load);
    let vda: Vec<f64> = all
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>())
        .filter(|w| w.get(2) == Some(&"vda"))
        .map(|w| number(w[5]) * 512.0)
        .collect();
    assert_eq!(find(&data, "disk_read_bytes_total{device=\"vda\"}").values(), vda);
    let eth0: Vec<f64> = all
        .lines()
        .filter(|l| l.trim_start().starts_with("eth0:"))
        .map(|l| number(l.split_whitespace().nth(9).unwrap()))
        .collect();
    assert_eq!(find(&data, "network_transmit_bytes_total{device=\"eth0\"}").values(), eth0);
    let first = all.lines().next().unwrap();
    assert_eq!(switches.times()[0], at(first));
    assert!(data.report.warnings.is_empty(), "{:?}", data.report.warnings);
    // half a line at the end is no number
    let cut = all.trim_end().rsplit_once(' ').unwrap().0;
    let data = load_bytes("cut", cut.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    assert!(has(&data, WarningKind::Truncated) && find(&data, "load1").values().len() == 3);
}

#[test]
fn sadf_says_in_json_what_was_recorded() {
    let data = read("sysstat/sadf.json");
    let json: serde_json::Value = serde_json::from_str(&text("sysstat/sadf.json")).unwrap();
    let reports = json["sysstat"]["hosts"][0]["statistics"].as_array().unwrap();
    let user: Vec<f64> = reports.iter().map(|r| r["cpu-load"][1]["user"].as_f64().unwrap()).collect();
    let item = find(&data, "cpu-load.user{cpu=\"0\", host=\"vm\"}");
    assert_eq!((item.values(), item.format, &item.identity.unit), (&user[..], Format::SadfJson, &Unit::Percent));
    let first = &reports[0]["timestamp"];
    let time = format!("{}T{}Z", first["date"].as_str().unwrap(), first["time"].as_str().unwrap());
    assert_eq!(item.times()[0], at(&time));
    let received: Vec<f64> = reports.iter().map(|r| r["network"]["net-dev"][0]["rxpck"].as_f64().unwrap()).collect();
    assert_eq!(find(&data, "network.net-dev.rxpck{host=\"vm\", iface=\"lo\"}").values(), received);
    let text = text("sysstat/sadf.json");
    let cut = &text[..text.len() * 2 / 3];
    let data = load_bytes("cut", cut.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let warning = data.report.warnings.iter().find(|w| w.kind == WarningKind::Truncated).unwrap();
    assert_eq!(warning.position.line, Some(cut.matches('\n').count() as u64 + 1));
    let kept = find(&data, "cpu-load.user{cpu=\"0\", host=\"vm\"}").values().len();
    assert!(kept > 0 && kept < user.len());
}
