//! Checkers of chapter 8, on alerts that hold.

use super::{Marked, close};
use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::slo::alert::{BurnRateRule, Theory, theory};
use crate::slo::rules::Documents;
use crate::time::Span;

const MINUTE_S: f64 = 60.0;
const THIRTY_DAYS: Span = Span::from_secs(30 * 86_400);

/// The rule of all exercises: 14.4 times the budget of 99.9 %, over an hour and over five minutes.
fn rule() -> Result<BurnRateRule> {
    "14.4x over 1h and 5m page".parse()
}

fn said(error_ratio: f64) -> Result<Theory> {
    theory(&rule()?, Quantile::P999, THIRTY_DAYS, &[error_ratio])
}

/// The objective is 99.9 % over 30 days, the rule 14.4 times its budget over 1 h and 5 min. From now on one request in ten fails. After
/// how many minutes does the rule fire?
///
/// # Errors
/// None for this rule.
pub fn detection(minutes: f64) -> Result<Marked> {
    let rule = rule()?;
    let [tenth, everything] = [0.1, 1.0].map(|e| Ok::<_, Error>(seconds(said(e)?.at.first(), |t| &t.time_to_detect)));
    let (exact, all) = (tenth?, everything?);
    let is = |s: f64| close(minutes * MINUTE_S, s);
    let unburnt = rule.long.as_secs_f64() * Quantile::P999.complement() / 0.1;
    Ok(if is(exact) {
        Marked::right(
            "The long window need not be filled: it fires once the errors in it are enough for its whole length.",
        )
    } else if is(rule.long.as_secs_f64()) || is(rule.short.as_secs_f64()) {
        Marked::wrong(
            "That is the length of a window. It does not have to be full: how many errors must be in it, and how soon are they there?",
        )
    } else if is(all) {
        Marked::wrong("So it would be if every request failed. Only one in ten does.")
    } else if is(unburnt) {
        Marked::wrong("So soon the hour's window is over the budget itself. The rule waits for a multiple of it.")
    } else if minutes * MINUTE_S < exact {
        Marked::wrong(
            "By then the mean error ratio of the last hour is not over the threshold yet. Which share of an hour must the failing time be?",
        )
    } else {
        Marked::wrong(
            "By then it has fired. The threshold is factor × budget; which share of an hour at one error in ten makes that?",
        )
    })
}

/// Everything failed for an hour, and now nothing fails any more. After how many minutes does the rule of [`detection`] stop firing?
///
/// # Errors
/// None for this rule.
pub fn reset(minutes: f64) -> Result<Marked> {
    let rule = rule()?;
    let exact = seconds(said(1.0)?.at.first(), |t| &t.time_to_reset);
    let is = |s: f64| close(minutes * MINUTE_S, s);
    let long = rule.long.as_secs_f64() * (1.0 - rule.threshold(Quantile::P999)?.value());
    Ok(if is(exact) {
        Marked::right("The short window is what makes it stop; the long one would have kept it for nearly an hour.")
    } else if is(long) || is(rule.long.as_secs_f64()) {
        Marked::wrong(
            "So long the long window stays over the threshold. But both windows must be over it for the rule to fire.",
        )
    } else if is(rule.short.as_secs_f64()) {
        Marked::wrong(
            "Nearly: by then the short window holds no error at all. But it is under the threshold a little before that.",
        )
    } else if is(exact * 0.1) || minutes <= 0.0 {
        Marked::wrong("At the end of the outage the short window is full of errors; they must leave it first.")
    } else {
        Marked::wrong("Which of the two windows forgets first, and how many errors may it still hold?")
    })
}

/// How many requests must the hour's window hold at least, so that a single failed one does not fire the rule of [`detection`]?
///
/// # Errors
/// None for this rule.
pub fn quiet_night(requests: f64) -> Result<Marked> {
    let exact = said(1.0)?.low_traffic.safe_requests as f64;
    let budget = Quantile::P999.complement();
    Ok(if requests == exact {
        Marked::right(
            "One failure of so many is just not over the threshold. With fewer, one user's mistake calls somebody.",
        )
    } else if close(requests, 1.0 / budget) {
        Marked::wrong("That many hold one failure within the budget. The rule allows a multiple of the budget.")
    } else if requests.fract() != 0.0 {
        Marked::wrong("That is the quotient; requests are whole. In which direction must it be rounded to be safe?")
    } else if requests == exact - 1.0 {
        Marked::wrong("One failure of that many is over the threshold, if only by a hair.")
    } else if requests > exact {
        Marked::wrong("That is enough, but fewer are too: one failure over how many requests is just at the threshold?")
    } else {
        Marked::wrong("One failure of that many is over the threshold: compare 1/n with factor × budget.")
    })
}

/// The looser the objective, the greater its budget. What is the highest objective, in percent, for which a factor of 14.4 can never
/// fire, whatever happens?
///
/// # Errors
/// None for this rule.
pub fn out_of_reach(percent: f64) -> Result<Marked> {
    let rule = rule()?;
    let budget = 100.0 - percent;
    let edge = 100.0 / rule.factor;
    Ok(if close(budget, edge) {
        Marked::right("There the threshold is an error ratio of one, and no error ratio is more than that.")
    } else if close(percent, edge) {
        Marked::wrong("That is the budget, as a share of all requests. The objective is what is left.")
    } else if !(0.0..100.0).contains(&percent) {
        Marked::wrong("An objective lies between 0 and 100 %.")
    } else if budget > edge {
        Marked::wrong(
            "There it cannot fire, but neither can it at some stricter objectives. When does factor × budget reach 1?",
        )
    } else {
        Marked::wrong("There it can: factor × budget is below 1, so that an outage of everything is over it.")
    })
}

/// Four documents in Markdown: is an alert with these allowed to exist?
///
/// # Errors
/// Never; what is wrong with the documents is the mark.
pub fn documents(markdown: &str) -> Result<Marked> {
    let documents = match Documents::from_markdown(markdown) {
        Ok(documents) => documents,
        Err(error) => return Ok(Marked::wrong(format!("It may not: {error}."))),
    };
    let texts = [&documents.explanation, &documents.impact, &documents.remediation, &documents.escalation];
    let twins = (1..texts.len()).any(|i| texts[..i].contains(&texts[i]));
    let words = |text: &str| text.split_whitespace().count();
    Ok(if twins {
        Marked::wrong("Two of the four texts are the same. Each answers a question of its own.")
    } else if let Some(short) = texts.iter().find(|text| words(text) < 4) {
        Marked::wrong(format!("“{short}” helps nobody who was woken by it. Write a sentence."))
    } else {
        Marked::right("Whoever is woken knows what it means, what it costs, what to do and whom to call.")
    })
}

fn seconds<T>(at: Option<&T>, of: impl Fn(&T) -> &Option<crate::estimate::Estimate>) -> f64 {
    at.and_then(|t| of(t).as_ref()).map_or(f64::NAN, |e| e.value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::marked::check;
    use super::*;

    #[test]
    fn one_in_ten_fails() {
        let mark = |m| detection(m).unwrap();
        let mistakes = [
            (mark(60.0), "length of a window"),
            (mark(5.0), "length of a window"),
            (mark(0.864), "every request failed"),
            (mark(0.6), "a multiple of it"),
            (mark(3.0), "not over the threshold yet"),
            (mark(20.0), "has fired"),
            (mark(f64::NAN), "has fired"),
        ];
        // 60 min × 14.4 × 0.001 / 0.1
        check(&mark(8.64), &mistakes, &["8.6", "0.0144", "1.44"]);
    }

    #[test]
    fn the_short_window_forgets() {
        let mark = |m| reset(m).unwrap();
        let mistakes = [
            (mark(60.0), "both windows"),
            (mark(59.136), "both windows"),
            (mark(5.0), "Nearly"),
            (mark(0.0), "must leave it first"),
            (mark(30.0), "forgets first"),
            (mark(f64::NAN), "forgets first"),
        ];
        // 5 min × (1 − 0.0144)
        check(&mark(4.928), &mistakes, &["4.9", "0.0144"]);
    }

    #[test]
    fn a_night_with_few_requests() {
        let mark = |n| quiet_night(n).unwrap();
        let mistakes = [
            (mark(1000.0), "multiple of the budget"),
            (mark(69.444), "direction"),
            (mark(69.0), "by a hair"),
            (mark(200.0), "fewer are too"),
            (mark(10.0), "compare 1/n"),
            (mark(f64::NAN), "quotient"),
        ];
        // exact: 1/70 ≤ 0.0144 < 1/69
        check(&mark(70.0), &mistakes, &["70", "69.4"]);
    }

    #[test]
    fn an_objective_out_of_reach() {
        let mark = |p| out_of_reach(p).unwrap();
        let mistakes = [
            (mark(6.944), "what is left"),
            (mark(90.0), "stricter objectives"),
            (mark(99.0), "There it can"),
            (mark(100.0), "between 0 and 100"),
            (mark(f64::NAN), "between 0 and 100"),
        ];
        // 1 − 1/14.4
        check(&mark(93.06), &mistakes, &["93", "6.94"]);
    }

    #[test]
    fn an_alert_without_its_documents() {
        let text = |remedy: &str, last: &str| {
            format!(
                "# Explanation\nCheckouts fail for some customers.\n# Impact\nAbout 300 € of orders a minute.\n\
                 # Remediation\n{remedy}\n# Escalation\n{last}\n"
            )
        };
        let good = text("Roll back the last deploy of checkout.", "After 15 min call the payments lead.");
        let mark = |t: &str| documents(t).unwrap();
        let mistakes = [
            (mark("# Explanation\nCheckouts fail.\n"), "“Business impact” is missing"),
            (mark(&text("TODO", "Call the payments lead at once.")), "“Remediation” is blank"),
            (mark(&text("Fix it.", "Call the payments lead at once.")), "Write a sentence"),
            (mark(&text("Call the payments lead.", "Call the payments lead.")), "the same"),
        ];
        check(&mark(&good), &mistakes, &[]);
    }
}
