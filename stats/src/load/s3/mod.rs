//! Objects of S3, and of servers that speak its protocol, in the place of files (feature `live`): `s3://bucket/key`.
//!
//! Of a Parquet object its table of contents is fetched, and then the parts that are read of it; other objects are fetched whole.
//!
//! | file | what it does |
//! |---|---|
//! | `setting` | keys, region and address by AWS's environment variables and files |
//! | `sign` | Signature Version 4 |
//! | `client` | requests, repeated where that may help |
//! | `refusal` | what S3's refusals mean, and the way out |
//! | `list` | the objects that a name stands for |
//! | `object` | an object as a file of which only parts are here |

mod client;
mod list;
mod object;
mod refusal;
mod setting;
mod sign;
mod store;

pub(crate) use store::Store;
