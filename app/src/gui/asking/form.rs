//! The fields of the form, what is said at each, and for when a server is asked.

use sre_stats::load::ServerOptions;

/// A field of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The address of the server.
    Url,
    /// What it is asked, in `PromQL`.
    Query,
    /// How long a range that ends now is.
    Last,
    /// Where a range begins.
    From,
    /// Where it ends.
    Until,
    /// How far apart the points of a range are.
    Step,
    /// The instant.
    At,
    /// The tenant.
    Tenant,
    /// The environment variable of the token.
    Token,
    /// The environment variable of user and password.
    Basic,
}

impl Field {
    /// All fields, in the order of the form.
    pub const ALL: [Self; 10] = [
        Self::Url,
        Self::Query,
        Self::Last,
        Self::From,
        Self::Until,
        Self::Step,
        Self::At,
        Self::Tenant,
        Self::Token,
        Self::Basic,
    ];

    /// What the form calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Url => "Address",
            Self::Query => "Query",
            Self::Last => "Last",
            Self::From => "From",
            Self::Until => "Until",
            Self::Step => "Step",
            Self::At => "Instant",
            Self::Tenant => "Tenant",
            Self::Token => "Token variable",
            Self::Basic => "Password variable",
        }
    }

    /// An example of what to write there.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Url => "http://localhost:9090",
            Self::Query => "rate(http_requests_total[5m])",
            Self::Last => "6h",
            Self::From | Self::At => "2026-02-01T00:00:00Z",
            Self::Until => "2026-02-02T00:00:00Z",
            Self::Step => "15s",
            Self::Tenant | Self::Basic => "none",
            Self::Token => ServerOptions::TOKEN_VARIABLE,
        }
    }

    /// What to write there, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Url => "The server's address, with the path before /api/v1 where there is one.",
            Self::Query => "What to ask, in PromQL. About the present, x[1h] gives the samples as they were scraped.",
            Self::Last => "How long the range is that ends now.",
            Self::From => "The first instant asked for.",
            Self::Until => "The first instant that is not asked for any more.",
            Self::Step => "How far apart the points are.",
            Self::At => "The instant asked for.",
            Self::Tenant => "Whose metrics, on a server of several tenants: sent as X-Scope-OrgID.",
            Self::Token => {
                "The name of the environment variable that holds a bearer token. The token itself is kept nowhere."
            }
            Self::Basic => {
                "The name of the environment variable that holds user:password, in the place of a token. It is kept nowhere."
            }
        }
    }
}

/// For when the server is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// A range that ends now.
    #[default]
    Last,
    /// A range between two instants.
    Between,
    /// The present.
    Now,
    /// Another instant.
    At,
}

impl Asked {
    /// All, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Last, Self::Between, Self::Now, Self::At];

    /// What the form calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "range until now",
            Self::Between => "range between",
            Self::Now => "at present",
            Self::At => "at an instant",
        }
    }

    /// Whether a field belongs to it.
    pub fn has(self, field: Field) -> bool {
        match field {
            Field::Last => self == Self::Last,
            Field::From | Field::Until => self == Self::Between,
            Field::Step => matches!(self, Self::Last | Self::Between),
            Field::At => self == Self::At,
            _ => true,
        }
    }
}
