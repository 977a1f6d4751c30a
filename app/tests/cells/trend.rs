fn trend() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let item = &data.items[0];
    let (series, note) = tell::subject::as_series(item)?;
    let found = trend(&series, TrendMethod::Auto, 0.95)?;
    let mut shown = tell::trend::section(&series, &found, note.as_deref());

    let bucket = tell::subject::bucket(item, &series);
    let found = changes(&series, &ChangeOptions { bucket, ..ChangeOptions::default() })?;
    shown.blocks.extend(tell::changes::section(&series, &found, None).blocks);

    let options = ForecastOptions { limit: None, horizon: None, ..ForecastOptions::default() };
    let found = forecast(&series, &options)?;
    shown.blocks.extend(tell::forecast::section(&series, &found, None).blocks);

    let found = decompose(&series, &DecomposeOptions::default())?;
    shown.blocks.extend(tell::forecast_parts::decomposition_section(&series, &found, None).blocks);
    Ok(shown)
}
