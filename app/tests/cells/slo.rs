fn slo() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let objective: Objective = "99% of requests ok over 30d".parse()?;
    let fit = tell::fit::fit_of(&data, 0, &objective)?;
    let report = evaluate(&objective, fit.input(), &slo::Options::default())?;
    Ok(tell::slo::section(&fit.item.title(), &report, &fit.good_means(&objective)))
}
