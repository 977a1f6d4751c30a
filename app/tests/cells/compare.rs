fn compare() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let (a, b) = (tell::subject::subject(&data.items[0])?, tell::subject::subject(&data.items[0])?);
    let found = compare(&a.values, &b.values, &Scope::untimed(a.scope.unit.clone()), &CompareOptions::default())?;
    Ok(tell::compare::section("two series", &found, &[], None))
}
