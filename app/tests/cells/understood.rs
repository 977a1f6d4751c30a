fn understood() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    Ok(tell::inspect::section(&data))
}
