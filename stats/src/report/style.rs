//! The style sheet of reports, from the tokens of the figures.

use crate::figure::theme::{DARK, LIGHT, Tokens};

/// The whole sheet.
pub(super) fn sheet() -> String {
    format!(
        ":root{{{}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{}}}}}\n{RULES}{PAGE}",
        tokens(&LIGHT),
        tokens(&DARK)
    )
}

/// The sheet for a fragment in somebody else's page: light tokens, every rule below one class.
pub(super) fn scoped() -> String {
    format!(
        ".sre-stats{{{};background:var(--background);color:var(--ink);padding:.5rem .8rem;\n{RULES}}}\n",
        tokens(&LIGHT)
    )
}

fn tokens(tokens: &Tokens) -> String {
    let declarations = [
        ("background", tokens.background),
        ("ink", tokens.ink),
        ("muted", tokens.muted),
        ("grid", tokens.grid),
        ("link", tokens.charged),
        ("good", tokens.good),
        ("bad", tokens.bad),
        ("warn", tokens.warn),
        ("neutral", tokens.neutral),
    ]
    .map(|(name, colour)| format!("--{name}:{}", colour.hex()));
    declarations.join(";")
}

/// What only a whole page has: a path in a title, and the contents in columns.
const PAGE: &str = "h1,h2,nav a{overflow-wrap:anywhere}\nnav ol{column-gap:3rem}\n";

const RULES: &str = "\
*{box-sizing:border-box}
body{margin:0;background:var(--background);color:var(--ink);font:16px/1.5 Roboto,'Segoe UI','Helvetica Neue',Arial,'Liberation Sans',sans-serif}
main{max-width:1040px;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 1rem}
h2{font-size:1.3rem;line-height:1.3;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--grid)}
p{margin:.6rem 0;max-width:70ch;overflow-wrap:anywhere}
a{color:var(--link)}
nav ol{margin:0;padding-left:1.4rem;columns:2 18rem}
.table{overflow-x:auto;margin:1rem 0}
.table:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-size:.925rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:0 0 .4rem}
th,td{padding:.4rem .9rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--grid)}
thead th{color:var(--muted);font-weight:600;border-bottom:2px solid var(--grid);vertical-align:bottom}
tbody th{font-weight:500}
th.number,td.number{text-align:right;padding:.4rem .9rem .4rem .4rem}
.value{white-space:nowrap}
.value.text{white-space:normal}
td .bound,td .source,td .caveat{display:block;font-size:.8rem;line-height:1.35;color:var(--muted)}
dd .value{font-weight:600}
dd .bound,dd .source,dd .caveat{font-size:.875rem;color:var(--muted);margin-left:.5rem}
figure{margin:1.5rem 0;break-inside:avoid}
.picture{overflow-x:auto;border:1px solid var(--grid);border-radius:6px}
.picture svg{display:block;width:100%;min-width:640px;height:auto}
figcaption{font-size:.875rem;color:var(--muted);margin-top:.5rem;max-width:90ch}
details{margin-top:.5rem;font-size:.875rem}
summary{cursor:pointer;color:var(--muted)}
.verdict{border-left:5px solid var(--neutral);padding:.5rem 1rem;margin:1rem 0;break-inside:avoid}
.verdict p{font-size:1.1rem;font-weight:600;margin:0;display:flex;gap:.7rem}
.sign{flex:none;width:1.1em;text-align:center}
.verdict.good{border-color:var(--good)}.good .sign{color:var(--good)}
.verdict.bad{border-color:var(--bad)}.bad .sign{color:var(--bad)}
.verdict.warn{border-color:var(--warn)}.warn .sign{color:var(--warn)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0 0 1.8rem}
dt{color:var(--muted)}
dd{margin:0}
.warnings{border:1px solid var(--warn);border-radius:6px;padding:.5rem 1rem;margin:1rem 0}
.warnings ul{margin:0;padding-left:1.2rem}
@media (max-width:640px){dl{grid-template-columns:1fr}dd{margin-bottom:.5rem}}
@media print{body{font-size:11pt}main{max-width:none;padding:0}.table,.picture{overflow:visible}.picture svg{min-width:0}nav,details{display:none}h2{break-after:avoid}tr{break-inside:avoid}}
";
