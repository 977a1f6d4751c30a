fn correlate() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/pair.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let told: Vec<Series> = data.items.iter().filter_map(|i| Some(tell::subject::as_series(i).ok()?.0.into_owned())).collect();
    let found = correlate(&told, &CorrelateOptions { against: None, ..CorrelateOptions::default() })?;
    Ok(tell::correlate::section(&told, &found, &[]))
}
