//! Files of histograms.

use sre_stats::histogram::{DdDialect, DdSketch};
use sre_stats::load::Format;

use crate::run::run;
use crate::target::{recorded, target, texts};

#[test]
fn hdr_log() {
    let seeds = vec![
        recorded("hdr/python.hlog", usize::MAX),
        recorded("hdr/js.base64", usize::MAX),
        recorded("hdr/python.base64", usize::MAX),
    ];
    let tokens = &[
        "#[StartTime: 1441812279.474 (seconds since epoch)]\n",
        "#[BaseTime: 0]\n",
        "Tag=a,",
        "HISTFAAAA",
        "AAAA",
        "//8=",
        "0.127,1.007,2.769,",
        "\"StartTimestamp\",\"Interval_Length\"\n",
        "1e300,",
        "-1,",
        "\n",
    ];
    run(&target("hdr-log", Format::HdrLog, seeds, tokens));
}

#[test]
fn hdr_percentiles() {
    let seeds = texts(&[
        "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.023 0.000000000000          1           1.00\n       2.047 0.500000000000         50           2.00\n       8.191 1.000000000000        100            inf\n#[Mean    =        1.500, StdDeviation   =        0.500]\n#[Max     =        8.191, Total count    =          100]\n#[Buckets =            6, SubBuckets     =         2048]\n",
    ]);
    let tokens = &[
        "0.5",
        "1.000000000000",
        "inf",
        "#[Mean    =",
        "#[Max     =",
        "#[Buckets =",
        "99999999999999999999",
        "-1",
        "\n",
    ];
    run(&target("hdr-percentiles", Format::HdrPercentiles, seeds, tokens));
}

#[test]
fn openhistogram() {
    let seeds = vec![recorded("openhistogram/lines.json", usize::MAX), recorded("openhistogram/lines.b64", usize::MAX)];
    let tokens = &[
        "\"+12e-003\":1",
        "{\"-10e+127\":18446744073709551615}",
        "\"1.2e-2\":",
        "{",
        "}",
        "AAAA",
        "//8=",
        "AAMK",
        "\n",
    ];
    run(&target("openhistogram", Format::OpenHistogram, seeds, tokens));
}

#[test]
fn bpftrace() {
    let tokens = &[
        "@a:\n",
        "@usecs[1, read]:\n",
        "[1K, 2K)               10 |@@@@|\n",
        "[8E, 16E)",
        "(..., 0)",
        "[0]",
        "[100, ...)",
        "|",
        "-1",
        "\n\n",
    ];
    run(&target("bpftrace", Format::Bpftrace, vec![recorded("bpftrace/reads.txt", usize::MAX)], tokens));
}

#[test]
fn dtrace() {
    let seeds = texts(&[
        "  read\n           value  ------------- Distribution ------------- count\n              -1 |                                         0\n               0 |@@@@                                     10\n               1 |@@@@@@@@                                 20\n               2 |                                         0\n",
    ]);
    let tokens = &[
        "value  ------------- Distribution ------------- count\n",
        " < 0 |",
        " >= 100 |",
        "9223372036854775807 |@ 1\n",
        "-1 | 1\n",
        "\n\n",
        "|",
        "  write\n",
    ];
    run(&target("dtrace", Format::Dtrace, seeds, tokens));
}

#[test]
fn ddsketch() {
    let sketch = DdSketch::from_values(&[0.1, 0.2, 0.25, -3.0, 0.0], 0.01).unwrap();
    let python = sketch.to_bytes_for(DdDialect::Python);
    run(&target("ddsketch", Format::DdSketch, vec![sketch.to_bytes(), python], &["\u{12}", "\u{1a}", "!"]));
}
