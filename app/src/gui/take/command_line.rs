//! The command that prints in a terminal what a view shows.

use std::path::Path;

use sre_stats::window::NoData;

use crate::gui::choices::Against;
use crate::gui::state::State;
use crate::gui::view::View;

/// The command of the view that commands are about; `None` where the data came from no file, or no command says the same.
pub fn command_line(state: &State) -> Option<String> {
    let document = state.document.as_ref().filter(|d| !d.paths.is_empty())?;
    let files: Vec<String> = document.paths.iter().map(|p| file(p)).collect();
    let flag = |name: &str, named: &Option<String>| named.as_ref().map(|v| format!(" --{name} {}", quoted(v)));
    let token = flag("token-env", &document.origin.token_env);
    let token = token.or_else(|| flag("basic-env", &document.origin.basic_env)).unwrap_or_default();
    let named = files.join(" ");
    let said = document.origin.reading.flags() + &token;
    let files = format!("{named}{said}");
    let missing = state.choices.no_data;
    let missing = if missing == NoData::default() { String::new() } else { format!(" --no-data {missing}") };
    let slo = || format!("--slo {}{missing}", quoted(&state.objective_text()));
    Some(match state.view {
        View::Understood => format!("sre-stats inspect {files}"),
        View::Series if state.choices.anomalies => format!("sre-stats anomalies {files}"),
        View::Correlate => {
            let against =
                state.item().filter(|_| state.choices.only).map(|i| format!(" --against {}", quoted(&i.title())));
            format!("sre-stats correlate {files}{}", against.unwrap_or_default())
        }
        // the window takes files by its guesses
        View::Series | View::Heat if said.is_empty() => format!("sre-stats --view {} {named}", state.view.word()),
        View::Series | View::Heat => return None,
        View::Distribution => format!("sre-stats describe {files} --fits"),
        View::Quantiles => format!("sre-stats quantile {files}"),
        View::Windows => {
            let rule = state.choices.rule.map_or_else(String::new, |r| format!(" --rule {}", quoted(&r.to_string())));
            format!("sre-stats windows {files} {}{rule}", slo())
        }
        View::Slo => {
            let tune = if state.choices.tune { " --tune-alerts" } else { "" };
            format!("sre-stats slo {files} {}{tune}", slo())
        }
        View::Trend => {
            let limit = state.choices.limit.trim();
            let until = if limit.is_empty() { String::new() } else { format!(" --until {}", quoted(limit)) };
            let ahead = state.choices.ahead.map_or_else(String::new, |s| format!(" --horizon {}", s.compact()));
            format!(
                "sre-stats trend {files} && sre-stats changes {files} && sre-stats forecast {files}{until}{ahead} && \
                 sre-stats decompose {files}"
            )
        }
        View::Compare => {
            let baseline = state.baseline.as_ref().filter(|_| matches!(state.choices.against, Against::Baseline(_)))?;
            match (baseline.paths.as_slice(), document.paths.as_slice()) {
                ([a], [b]) if baseline.origin.reading == document.origin.reading => {
                    format!("sre-stats compare {} {}{}", file(a), file(b), document.origin.reading.flags())
                }
                _ => return None,
            }
        }
    })
}

/// A path that is no option.
fn file(path: &Path) -> String {
    let text = path.display().to_string();
    quoted(&if text.starts_with('-') { format!("./{text}") } else { text })
}

/// Text as one word of a POSIX shell: within single quotes nothing is special but the quote itself.
pub(in crate::gui) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in
            ["plain.csv", "two words", "it's", "$(touch /tmp/x)", "`id`", "a;b|c&d>e", "", "\n", "-rf", "''", "\\"]
        {
            let out =
                std::process::Command::new("sh").arg("-c").arg(format!("printf %s {}", quoted(text))).output().unwrap();
            assert_eq!(String::from_utf8(out.stdout).unwrap(), text);
        }
        assert_eq!(file(Path::new("-rf")), "./-rf");
    }
}
