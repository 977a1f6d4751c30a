fn windows() -> sre_stats::Result<sre_stats::prelude::Section> {
    use sre_stats::prelude::*;

    let data = load(&["tests/cells/requests.csv".into()], &LoadOptions::default(), &Progress::new())?;

    let objective: Objective = "99% of requests ok over 30d".parse()?;
    let fit = tell::fit::fit_of(&data, 0, &objective)?;
    let report = evaluate(&objective, fit.input(), &slo::Options::default())?;
    let rule = objective.rule().unwrap_or(Rule::AnyBad);
    let budget = Budget::new(objective.target, report.period.width);
    let accounting = account(&report.bad_time, &Ladder::default(), &rule, Some(&budget))?;
    Ok(tell::windows::section(&fit.item.title(), &accounting, Some(&budget)))
}
