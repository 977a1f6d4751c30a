//! What sysstat, procps and `/proc` say of a machine.

use sre_stats::load::Format;

use crate::run::run;
use crate::target::{recorded, target};

const SYSTEM: &[&str] = &[
    "Linux 6.1.0 (host) \t11/25/26 \t_x86_64_\t(2 CPU)\n",
    "12:00:01 AM",
    "13:00:01",
    "CPU",
    "%user",
    "all",
    "Average:",
    "LINUX-RESTART",
    "RESTART",
    "procs -----------memory----------",
    " r  b   swpd",
    "UTC",
    "2026-11-25 13:00:01",
    "Device",
    "sda",
    "# hostname;interval;timestamp;CPU;%user\n",
    ";",
    "\n\n",
    "-nan",
    "1,5",
    "99999999999999999999",
    "==> /proc/stat <==\n",
    "==> /proc/meminfo <==\n",
    "cpu  1 2 3",
    "kB",
    "2026-01-01T00:00:00Z\n",
];

#[test]
fn sysstat() {
    let files = ["sar.txt", "sar-qr.txt", "sadf.csv", "sadf-cpu.csv", "iostat.txt", "iostat-x.txt"];
    let seeds = files.iter().map(|file| recorded(&format!("sysstat/{file}"), usize::MAX)).collect();
    run(&target("sysstat", Format::Sysstat, seeds, SYSTEM));
}

#[test]
fn vmstat() {
    let seeds = vec![recorded("procps/vmstat.txt", usize::MAX), recorded("procps/vmstat-t.txt", usize::MAX)];
    run(&target("vmstat", Format::Vmstat, seeds, SYSTEM));
}

#[test]
fn proc_snapshots() {
    run(&target("proc-snapshots", Format::ProcSnapshots, vec![recorded("proc/snapshots.txt", usize::MAX)], SYSTEM));
}

#[test]
fn sadf_json() {
    let tokens = &[
        "\"statistics\":[",
        "\"timestamp\":{\"date\":\"2026-01-01\",\"time\":\"00:00:00\",\"utc\":1,\"interval\":1}",
        "\"cpu-load\":[{\"cpu\":\"all\",\"user\":1}]",
        "{",
        "}",
        "[",
        "]",
        "null",
        "1e999",
        "\"\"",
        ",",
    ];
    run(&target("sadf-json", Format::SadfJson, vec![recorded("sysstat/sadf.json", usize::MAX)], tokens));
}
