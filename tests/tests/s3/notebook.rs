//! What the cells of a notebook read of a bucket.

use sre_stats::prelude::*;
use std::path::Path;

use crate::moto::{Process, process};
use crate::size;

/// A cell: one service's histograms, then a quantile, an objective and another threshold, windows of another width.
fn cells(place: &str) -> Result<(usize, Vec<String>)> {
    let data = read_where(place, "service=service-07", &[])?;
    let item = &data.items[0];
    let histograms = item.as_histograms().ok_or_else(|| Error::argument("no histograms"))?;
    let mut told = Vec::new();
    let whole = histograms.merged()?;
    let scope = Scope::untimed(item.identity.unit.clone());
    told.push(format!("{:?}", whole.quantiles(&[Quantile::MEDIAN, Quantile::P99], &scope)?));
    for objective in ["99% of requests < 50ms over 1d", "99% of requests < 80ms over 1d"] {
        let objective: Objective = objective.parse()?;
        let fit = tell::fit::fit_of(&data, 0, &objective)?;
        let report = evaluate(&objective, fit.input(), &slo::Options::default())?;
        told.push(format!("{:?}", tell::slo::section(&fit.item.title(), &report, &fit.good_means(&objective))));
    }
    let subject = tell::inspect::section(&data);
    assert!(!subject.blocks.is_empty());
    Ok((histograms.windows().len(), told))
}

#[test]
fn a_cell_reads_a_prefix_as_it_reads_a_folder_and_no_more_than_it_asks_for() {
    let folder = match process("notebook::a_cell_reads_a_prefix_as_it_reads_a_folder_and_no_more_than_it_asks_for") {
        Process::Own(folder) => folder,
        Process::Other(fetched) => {
            let whole: u64 = (0..3).map(|day| size(&format!("histograms/day={day}/part-0.parquet"))).sum();
            // three of sixty row groups, twice the tables of contents
            assert!(fetched > 0 && fetched < whole / 3, "{fetched} of {whole}");
            return;
        }
    };
    let far = cells("s3://lake/histograms/").unwrap();
    assert_eq!(far.0, 1440);
    assert_eq!(far, cells(&folder.join("histograms").display().to_string()).unwrap());

    // the long form, with a range of time
    let options = LoadOptions {
        filter: Some("service=service-03".into()),
        from: Some("2026-01-02T06:00:00Z".parse().unwrap()),
        to: Some("2026-01-02T07:00:00Z".parse().unwrap()),
        server: ServerOptions::from_environment(),
        ..LoadOptions::default()
    };
    let of = |place: &Path| load(&[place.to_path_buf()], &options, &Progress::new()).unwrap();
    let (far, near) = (of(Path::new("s3://lake/histograms/")), of(&folder.join("histograms")));
    let windows = |data: &Dataset| data.items[0].as_histograms().unwrap().windows().to_vec();
    assert_eq!(windows(&far).len(), 60);
    assert_eq!(windows(&far), windows(&near));
    let groups = far.report.understood.iter().find(|note| note.what == "row groups").unwrap();
    assert!(groups.choice.starts_with("1 of 60 row groups read"), "{groups:?}");

    // no keys go to a bucket that nobody asked for by hand: moto's server has no answer to a request without a signature
    let unsigned = LoadOptions { server: ServerOptions::default(), ..options };
    let why = load(&["s3://lake/histograms/".into()], &unsigned, &Progress::new()).unwrap_err().to_string();
    assert!(why.contains("s3://lake/histograms/") && why.contains("500"), "{why}");
}
