fn distribution() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let item = &data.items[0];
    let subject = tell::subject::subject(item)?;
    Ok(tell::describe::section(&item.title(), &describe(&subject.values, &subject.scope)?))
}
