fn series() -> sre_stats::Result<sre_stats::prelude::Figure> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let item = &data.items[0];
    let (series, _) = tell::subject::as_series(item)?;
    Ok(series_figure(&[&series], 1200)?)
}
