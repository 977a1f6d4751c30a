//! Rust that makes in a notebook what a view shows. Its tests compile and run it.

use crate::gui::choices::Against;
use crate::gui::derive::Origin;
use crate::gui::session::asks_a_server;
use crate::gui::state::State;
use crate::gui::view::View;

/// The cells of the view that commands are about, blank lines between them; `None` where the data came from no file, or for
/// what takes more than one file or series to say.
pub fn cells(state: &State) -> Option<String> {
    let document = state.document.as_ref().filter(|d| !d.paths.is_empty())?;
    // a debug string is a string of Rust: quotes, backslashes and control characters are escaped
    let files: Vec<String> = document.paths.iter().map(|p| format!("{:?}.into()", p.display().to_string())).collect();
    let read = format!(
        "use sre_stats::prelude::*;\n\nlet data = load(&[{}], &{}, &Progress::new())?;\n",
        files.join(", "),
        document.origin.reading.cell(server(&document.origin).as_deref())
    );
    let item = format!("let item = &data.items[{}];", state.choices.item);
    let objective = format!("let objective: Objective = {:?}.parse()?;", state.objective_text());
    let subject = format!("{item}\nlet subject = tell::subject::subject(item)?;");
    let odd = state.choices.anomalies;
    let shown = match state.view {
        View::Understood => "tell::inspect::section(&data)".to_owned(),
        View::Series if odd => format!(
            "{item}\nlet (series, note) = tell::subject::as_series(item)?;\n\
             let found = anomalies(&series, &AnomalyOptions::default())?;\n\
             tell::forecast_parts::anomalies_section(&series, &found, note.as_deref())"
        ),
        View::Series => {
            format!("{item}\nlet (series, _) = tell::subject::as_series(item)?;\nseries_figure(&[&series], 1200)?")
        }
        View::Distribution => {
            format!("{subject}\ntell::describe::section(&item.title(), &describe(&subject.values, &subject.scope)?)")
        }
        View::Heat => format!(
            "{subject}\nlet events = Events::new(subject.identity, subject.times.into_owned(), subject.values.into_owned(), None, \
             NanPolicy::Drop)?;\nlet width = Span(events.window().width.0 / 200 + 1);\n\
             let windows = HistogramSeries::from_events(&events, Grid::new(width, Span::ZERO)?)?;\n\
             heat_figure(&windows, 40, &[Quantile::MEDIAN, Quantile::P90, Quantile::P99])?"
        ),
        View::Quantiles => format!(
            "{subject}\nlet nines = [Quantile::MEDIAN, Quantile::P90, Quantile::P99, Quantile::P999];\n\
             let rows = tell::quantile::exact(&subject.values, &nines, &[Definition::Type7], &subject.scope)?;\n\
             tell::quantile::section(&item.title(), &rows)"
        ),
        View::Windows => windows(state, &objective),
        View::Slo => format!(
            "{objective}\nlet fit = tell::fit::fit_of(&data, {}, &objective)?;\n\
             let report = evaluate(&objective, fit.input(), &slo::Options::default())?;\n\
             tell::slo::section(&fit.item.title(), &report, &fit.good_means(&objective))",
            state.choices.item
        ),
        View::Trend => {
            let limit = match state.choices.limit.trim() {
                "" => "None".to_owned(),
                text => {
                    format!("Some({text:?}.parse::<sre_stats::forecast::Limit>()?.in_unit(&series.identity().unit)?)")
                }
            };
            let horizon =
                state.choices.ahead.map_or_else(|| "None".to_owned(), |s| format!("Some({:?}.parse()?)", s.compact()));
            format!(
                "{item}\nlet (series, note) = tell::subject::as_series(item)?;\n\
                 let found = trend(&series, TrendMethod::Auto, 0.95)?;\n\
                 let mut shown = tell::trend::section(&series, &found, note.as_deref());\n\n\
                 let bucket = tell::subject::bucket(item, &series);\n\
                 let found = changes(&series, &ChangeOptions {{ bucket, ..ChangeOptions::default() }})?;\n\
                 shown.blocks.extend(tell::changes::section(&series, &found, None).blocks);\n\n\
                 let options = ForecastOptions {{ limit: {limit}, horizon: {horizon}, ..ForecastOptions::default() }};\n\
                 let found = forecast(&series, &options)?;\n\
                 shown.blocks.extend(tell::forecast::section(&series, &found, None).blocks);\n\n\
                 let found = decompose(&series, &DecomposeOptions::default())?;\n\
                 shown.blocks.extend(tell::forecast_parts::decomposition_section(&series, &found, None).blocks);\n\
                 shown"
            )
        }
        View::Correlate => {
            let against = if state.choices.only {
                format!("Some(tell::subject::as_series(&data.items[{}])?.0.identity().title())", state.choices.item)
            } else {
                "None".to_owned()
            };
            format!(
                "let told: Vec<Series> = data.items.iter().filter_map(|i| Some(tell::subject::as_series(i).ok()?.0.into_owned())).collect();\n\
                 let found = correlate(&told, &CorrelateOptions {{ against: {against}, ..CorrelateOptions::default() }})?;\n\
                 tell::correlate::section(&told, &found, &[])"
            )
        }
        View::Compare => {
            let Against::Series(other) = state.choices.against else { return None };
            format!(
                "let (a, b) = (tell::subject::subject(&data.items[{other}])?, tell::subject::subject(&data.items[{}])?);\n\
                 let found = compare(&a.values, &b.values, &Scope::untimed(a.scope.unit.clone()), &CompareOptions::default())?;\n\
                 tell::compare::section(\"two series\", &found, &[], None)",
                state.choices.item
            )
        }
    };
    Some(format!("{read}\n{shown}\n"))
}

/// What buckets of every width charge, by the rule chosen.
fn windows(state: &State, objective: &str) -> String {
    let rule = state.choices.rule.map_or_else(
        || "let rule = objective.rule().unwrap_or(Rule::AnyBad);".to_owned(),
        |r| format!("let rule: Rule = {:?}.parse()?;", r.to_string()),
    );
    format!(
        "{objective}\nlet fit = tell::fit::fit_of(&data, {}, &objective)?;\n\
         let report = evaluate(&objective, fit.input(), &slo::Options::default())?;\n{rule}\n\
         let budget = Budget::new(objective.target, report.period.width);\n\
         let accounting = account(&report.bad_time, &Ladder::default(), &rule, Some(&budget))?;\n\
         tell::windows::section(&fit.item.title(), &accounting, Some(&budget))",
        state.choices.item
    )
}

/// How a server among the data is asked, where it is asked with more than an address.
fn server(origin: &Origin) -> Option<String> {
    if let Some(name) = &origin.token_env {
        return Some(format!("ServerOptions {{ token_env: Some({name:?}.into()), ..ServerOptions::default() }}"));
    }
    let asked = origin.paths.iter().any(|path| asks_a_server(path)) && !origin.of_session;
    asked.then(|| "ServerOptions::from_environment()".to_owned())
}
