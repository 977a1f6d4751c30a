//! Words of `capacity`.

use clap::{Args, ValueEnum};
use sre_stats::time::Span;

use super::{InputArgs, OutputArgs};

/// A model of capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CapacityModel {
    /// Poisson arrivals, exponential service times, one server
    Mm1,
    /// Poisson arrivals, exponential service times, several servers (Erlang C)
    Mmc,
    /// Poisson arrivals, constant service times, one server
    Md1,
    /// Poisson arrivals, any service times, one server (Pollaczek–Khinchine)
    Mg1,
    /// Little's law: the third of arrival rate, time in the system and number in the system
    Little,
    /// Amdahl's law, fitted to throughput over size
    Amdahl,
    /// The Universal Scalability Law, fitted to throughput over size
    Usl,
}

#[derive(Debug, Args)]
pub(crate) struct CapacityArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    pub(crate) model: CapacityModel,
    // events, for arrivals and times of service; or a table of sizes and throughputs for amdahl and usl
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Arrivals per second
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    pub(crate) arrival: Option<f64>,
    /// The mean time of service, such as 20ms; for little the mean time in the system
    #[arg(long, value_name = "SPAN")]
    pub(crate) service: Option<Span>,
    /// For mmc: how many servers
    #[arg(long, value_name = "N")]
    pub(crate) servers: Option<u32>,
    /// For mg1: (sd / mean)² of the time of service
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) cv2: Option<f64>,
    /// For little: the mean number in the system
    #[arg(long, value_name = "L", allow_negative_numbers = true)]
    pub(crate) in_system: Option<f64>,
    /// For amdahl and usl: the column of sizes (servers, threads, clients); n unless said otherwise
    #[arg(long, value_name = "COL")]
    pub(crate) size: Option<String>,
}
