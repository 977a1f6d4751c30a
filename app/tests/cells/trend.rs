fn trend() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let item = &data.items[0];
    let (series, note) = tell::subject::as_series(item)?;
    let found = trend(&series, TrendMethod::Auto, 0.95)?;
    Ok(tell::trend::section(&series, &found, note.as_deref()))
}
