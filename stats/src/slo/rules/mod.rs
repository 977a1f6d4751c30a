//! Burn-rate alerts for Prometheus: recording and alerting rules, and the unit test that proves them.
//!
//! | file | what it does |
//! |---|---|
//! | `documents` | the four documents without which nothing is exported |
//! | `selector` | which series are counted, in `PromQL`, escaped |
//! | `sli` | the error ratio as an expression of `PromQL` |
//! | `rule_set` | one objective's rules, and a file of them as YAML |
//! | `unit_test` | a test for `promtool test rules` with a planted outage |
//! | `quote` | strings that are safe in YAML, in `PromQL` and in the templates of annotations |
//!
//! A page that nobody can read costs more than no page, so a rule is exported only together with four texts: what it means in
//! plain words, what it costs the business, what to do, and whom to call next. See [`Documents`].
//!
//! The text is checked against Prometheus' own `promtool check rules` and `promtool test rules` in the project's tests, version 2.42.

mod documents;
mod quote;
mod rule_set;
mod selector;
mod sli;
mod unit_test;

pub use documents::Documents;
pub use rule_set::{RuleSet, rules_yaml};
pub use selector::{MatchOp, Matcher, Selector};
pub use sli::{Limit, Reading, Sli, SliceTest};
pub use unit_test::test_yaml;
