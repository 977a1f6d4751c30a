//! Files of histograms.

use sre_stats::histogram::{Layout, Sketch};
use sre_stats::load::{Format, Kind, LoadOptions, load_bytes};
use sre_stats::progress::Progress;

use super::{one, read, text};

/// What bpftrace printed of 400 reads of dd, and of two reads of each of six cats.
#[test]
fn bpftraces_histograms_have_their_keys() {
    let data = read("bpftrace/reads.txt");
    assert!(data.items.iter().all(|i| i.format == Format::Bpftrace && i.kind == Kind::Histogram));
    let counts: Vec<(String, f64)> = data.items.iter().map(|i| (i.title(), i.values()[0])).collect();
    assert_eq!(
        counts,
        [("bytes".to_owned(), 412.0), ("usecs{key=\"cat\"}".to_owned(), 12.0), ("usecs{key=\"dd\"}".to_owned(), 400.0)]
    );
}

/// What crates.io's `openhistogram` wrote, against the values that it was given.
#[test]
fn openhistograms_lines_hold_the_values_that_were_put_in() {
    let truth: Vec<Vec<f64>> = serde_json::from_str(&text("openhistogram/truth.json")).unwrap();
    for name in ["openhistogram/lines.json", "openhistogram/lines.b64"] {
        let data = read(name);
        let item = one(&data);
        assert_eq!((item.format, item.kind), (Format::OpenHistogram, Kind::Histogram), "{name}");
        let merged = item.as_histograms().unwrap().merged().unwrap();
        let all: Vec<f64> = truth.iter().flatten().copied().collect();
        assert_eq!(merged.count(), all.len() as u64);
        let sre_stats::histogram::AnySketch::LogLinear(h) = &merged else { panic!() };
        for bin in h.bins() {
            let inside = all.iter().filter(|v| **v >= bin.lower && **v < bin.upper).count() as u64;
            assert_eq!(bin.count, inside, "{name}: {bin:?}");
        }
    }
}

#[test]
fn interval_logs_and_lines_of_histograms_are_series() {
    let data = read("hdr/python.hlog");
    let item = one(&data);
    assert_eq!((item.kind, item.format, item.count()), (Kind::Histogram, Format::HdrLog, 3));
    assert_eq!(item.times()[0], 1_764_000_000 * 1_000_000_000);
    let truth: serde_json::Value = serde_json::from_str(&text("hdr/python.json")).unwrap();
    let merged = item.as_histograms().unwrap().merged().unwrap();
    assert_eq!(merged.count(), truth["log"]["count"].as_u64().unwrap_or_else(|| merged.count()));

    let lines = "{\"+10e-002\":1,\"+12e-002\":2}\n{\"+10e-002\":4}\n";
    let data = load_bytes("x", lines.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let merged = one(&data).as_histograms().unwrap().merged().unwrap();
    assert_eq!((merged.count(), one(&data).format), (7, Format::OpenHistogram));
    let tracer = "Attaching 1 probe...\n\n@usecs[read]:\n[2, 4)     3 |@@@    |\n[4, 8)     6 |@@@@@@@|\n\n@usecs[write]:\n[1K, 2K)   1 |@      |\n";
    let data = load_bytes("x", tracer.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let found: Vec<(String, f64)> = data.items.iter().map(|i| (i.title(), i.values()[0])).collect();
    assert_eq!(found, [("usecs{key=\"read\"}".to_owned(), 9.0), ("usecs{key=\"write\"}".to_owned(), 1.0)]);
    // the percentile distribution of HdrHistogram's own documentation, shortened
    let hgrm = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.000 0.000000000000          2           1.00\n       2.000 0.500000000000          5           2.00\n       9.000 1.000000000000          6\n#[Mean    =        2.500, StdDeviation   =        1.000]\n";
    let data = load_bytes("x", hgrm.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let sre_stats::histogram::AnySketch::Explicit(h) = &one(&data).as_histograms().unwrap().windows()[0].1 else {
        panic!()
    };
    assert_eq!((h.edges(), h.counts()), (&[1.0, 2.0, 9.0][..], &[2, 3, 1, 0][..]));
}

/// What npm's `@datadog/sketches-js` wrote, against its own quantiles; the others' form of the message is told from it.
#[test]
fn a_ddsketch_of_another_library_has_its_quantiles() {
    let data = read("ddsketch/js.pb");
    let item = one(&data);
    assert_eq!((item.kind, item.format, item.title().as_str()), (Kind::Histogram, Format::DdSketchPython, "ddsketch"));
    let truth: serde_json::Value = serde_json::from_str(&text("ddsketch/truth.json")).unwrap();
    let merged = item.as_histograms().unwrap().merged().unwrap();
    assert_eq!(merged.count(), truth["n"].as_u64().unwrap());
    let sre_stats::histogram::AnySketch::DdSketch(h) = &merged else { panic!() };
    for pair in truth["quantiles"].as_array().unwrap() {
        let (q, theirs) = (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap());
        let bins = h.bins();
        let wanted = (q * (merged.count() - 1) as f64) as u64;
        let mut before = 0;
        let bin = bins.iter().find(|bin| {
            before += bin.count;
            before > wanted
        });
        let bin = bin.unwrap();
        assert!(bin.lower <= theirs && theirs <= bin.upper, "{q}: {theirs} in {bin:?}");
    }
    let sketch = sre_stats::histogram::DdSketch::from_values(&[0.1, 0.2, 0.4], 0.02).unwrap();
    let data = load_bytes("x", &sketch.to_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    assert_eq!((one(&data).format, one(&data).count()), (Format::DdSketch, 1));
    let e = load_bytes("x", &sketch.to_bytes()[..14], &LoadOptions::default(), &Progress::new()).unwrap_err();
    assert!(e.to_string().starts_with('x'), "{e}");
}

/// `HdrHistogram`'s percentile distribution by its Python library, against the counts that it has itself.
#[test]
fn a_percentile_distribution_has_the_counts_of_its_library() {
    let data = read("hdr/python.hgrm");
    let item = one(&data);
    assert_eq!((item.kind, item.format), (Kind::Histogram, Format::HdrPercentiles));
    let truth: serde_json::Value = serde_json::from_str(&text("hdr/python.json")).unwrap();
    let merged = item.as_histograms().unwrap().merged().unwrap();
    assert_eq!(merged.count(), truth["total"].as_u64().unwrap());
    // at every edge of the text as many values lie as the library counted up to it
    let counts = truth["highest_equivalent_and_count"].as_array().unwrap();
    let up_to = |edge: f64| -> u64 {
        let below = counts.iter().filter(|pair| pair[0].as_f64().unwrap() <= edge);
        below.map(|pair| pair[1].as_u64().unwrap()).sum()
    };
    let sre_stats::histogram::AnySketch::Explicit(h) = &merged else { panic!() };
    let mut sum = 0;
    for (edge, count) in h.edges().iter().zip(h.counts()) {
        sum += count;
        assert_eq!(sum, up_to(*edge), "{edge}");
    }
}
