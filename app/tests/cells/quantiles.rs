fn quantiles() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let item = &data.items[0];
    let subject = tell::subject::subject(item)?;
    let nines = [Quantile::MEDIAN, Quantile::P90, Quantile::P99, Quantile::P999];
    let rows = tell::quantile::exact(&subject.values, &nines, &[Definition::Type7], &subject.scope)?;
    Ok(tell::quantile::section(&item.title(), &rows))
}
