//! A live Prometheus server as a source (feature `live`).
//!
//! [`fetch`] asks what a [`PrometheusQuery`] says and gives the data set that a file with the same answer would give; [`load`](super::load)
//! does so for names such as `prometheus+http://host:9090/?query=up&from=…&until=…&step=15s`.
//!
//! | file | what it does |
//! |---|---|
//! | `query` | what is asked, as a value and as a name; how a range becomes pages |
//! | `secret` | credentials from the environment, which nothing prints |
//! | `client` | requests with time limits, repetitions and cancellation |
//! | `refusal` | what a server's refusal means, and the way out |
//! | `metadata` | what the server says of metrics' kinds and units |
//! | `fetch` | the pages of an answer become one data set |

mod client;
mod fetch;
mod metadata;
mod query;
mod refusal;
mod secret;

pub use fetch::fetch;
pub use query::{PrometheusQuery, When};
