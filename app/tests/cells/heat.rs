fn heat() -> sre_stats::Result<sre_stats::prelude::Figure> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let item = &data.items[0];
    let subject = tell::subject::subject(item)?;
    let events = Events::new(subject.identity, subject.times.into_owned(), subject.values.into_owned(), None, NanPolicy::Drop)?;
    let width = Span(events.window().width.0 / 200 + 1);
    let windows = HistogramSeries::from_events(&events, Grid::new(width, Span::ZERO)?)?;
    Ok(heat_figure(&windows, 40, &[Quantile::MEDIAN, Quantile::P90, Quantile::P99])?)
}
