//! What is chosen of a table and how its bins add up, against sums by hand.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::load::load_bytes;

const HEADER: &str = "series,window_start,width,schema,bin,count\n";

fn read(rows: &str, options: &LoadOptions) -> Result<Dataset> {
    load_bytes("t.csv", format!("{HEADER}{rows}").as_bytes(), options, &Progress::new())
}

#[test]
fn a_name_with_a_comma_goes_before_its_parts() {
    let of = |rows: &str, value: &str| {
        let data = read(rows, &LoadOptions { value: Some(value.into()), ..LoadOptions::default() }).unwrap();
        let left = data.report.understood.iter().find(|u| u.what == "where").map(|u| u.choice.clone());
        (data.items.iter().map(|item| item.identity.name.clone()).collect::<Vec<_>>(), left)
    };
    let (whole, part) = ("\"p,q\",0,60,log-linear,11532,7\n", "p,0,60,log-linear,11532,7\n");
    let left = |rows: &str| Some(format!("{rows} left out"));
    assert_eq!(of(&format!("{whole}{part}{part}"), "p,q"), (vec!["p,q".to_owned()], left("2 rows")));
    assert_eq!(of(&format!("{part}{whole}"), " p,q "), (vec!["p,q".to_owned()], left("1 row")));
    // without such a series the parts are meant
    assert_eq!(of(&format!("{part}r,0,60,log-linear,11532,7\n"), "p, q"), (vec!["p".to_owned()], left("1 row")));
    assert_eq!(of(&format!("{part}{whole}"), "p"), (vec!["p".to_owned()], left("1 row")));
    // nor is one meant that is not in the range
    let late = LoadOptions { value: Some("p,q".into()), to: Some(crate::time::Timestamp(1)), ..LoadOptions::default() };
    let data = read(&format!("{part}{}", whole.replace(",0,", ",120,")), &late).unwrap();
    assert_eq!(data.items.iter().map(|item| item.identity.name.as_str()).collect::<Vec<_>>(), ["p"]);
}

#[test]
fn counts_that_do_not_fit_name_the_window() {
    let most = format!("l,0,60,log-linear,11532,{}\n", u64::MAX);
    for rows in [
        // beside each other, apart, in two bins, and in a window that was closed between
        format!("{most}l,0,60,log-linear,11532,1\n"),
        format!("{most}l,0,60,log-linear,11533,0\nl,0,60,log-linear,11532,1\n"),
        format!("{most}l,0,60,log-linear,11533,1\n"),
        format!("{most}l,60,60,log-linear,11532,1\nl,0,60,log-linear,11532,1\n"),
    ] {
        let message = read(&rows, &LoadOptions::default()).unwrap_err().to_string();
        assert!(message.contains("“l”") && message.contains("1970-01-01T00:00:00Z"), "{message}");
    }
    assert_eq!(read(&most, &LoadOptions::default()).unwrap().items.len(), 1);
}

/// Bins of one window that alternate take no more memory than its bins do.
#[test]
fn the_bins_of_a_window_add_up_as_they_come() {
    let names: Vec<String> = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    let options = LoadOptions::default();
    let places = Places::of(&names, "t").unwrap();
    let choice = Choice::of(&options, &names, &places, "t").unwrap();
    let mut builder = Builder::new(&names, &places, choice, &options);
    let series = builder.key(&[b"l".to_vec()]).unwrap();
    let schema = builder.schema("log-linear");
    let edges = 5000;
    for i in 0..20_000_u64 {
        // two bins, then many
        let bin = 10_000 + (if i < 10_000 { i % 2 } else { i % edges }) as i64;
        builder.add(series, Cell { start: 0, width: 1, schema, bin, count: i }).unwrap();
        let most = if i < 10_000 { MOST_OPEN } else { 2 * edges as usize };
        assert!(builder.bins.len() <= most, "{i}: {}", builder.bins.len());
    }
    let table = builder.finish("t", Format::HistogramTable, 0, LoadReport::default()).unwrap();
    assert_eq!((table.rows(), table.count()), (edges, (0..20_000).sum()));
}
