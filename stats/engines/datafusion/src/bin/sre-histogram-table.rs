//! Makes the histogram table of Parquet files on one machine, or in S3:
//! `sre-histogram-table DATA OUT.parquet --time COLUMN --value COLUMN [--by COLUMN]… [--every SECONDS] [--layout L] [--series NAME] [--partitions N]`.
//!
//! DATA and OUT are paths or `s3://bucket/key`; a folder ends with a slash. S3 is reached as AWS's environment variables say.

use std::process::ExitCode;
use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use object_store::aws::AmazonS3Builder;
use sre_stats_datafusion::{Asked, histogram_table, register};
use url::Url;

fn main() -> ExitCode {
    match asked(std::env::args().skip(1)).and_then(|words| run(&words)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("sre-histogram-table: {e}");
            ExitCode::from(2)
        }
    }
}

struct Words {
    data: String,
    out: String,
    partitions: Option<usize>,
    asked: Asked,
}

fn bad(what: impl Into<String>) -> DataFusionError {
    DataFusionError::Configuration(what.into())
}

fn asked(words: impl Iterator<Item = String>) -> Result<Words> {
    let (mut places, mut partitions) = (Vec::new(), None);
    let mut asked = Asked {
        table: "rows".into(),
        time: String::new(),
        value: String::new(),
        by: Vec::new(),
        width_s: 60,
        layout: "log-linear".into(),
        series: String::new(),
    };
    let mut words = words;
    while let Some(word) = words.next() {
        let Some(flag) = word.strip_prefix("--") else {
            places.push(word);
            continue;
        };
        let value = words.next().ok_or_else(|| bad(format!("--{flag} wants a value")))?;
        let number = |text: &str| text.parse().map_err(|_| bad(format!("--{flag} wants a whole number, not “{text}”")));
        match flag {
            "time" => asked.time = value,
            "value" => asked.value = value,
            "by" => asked.by.push(value),
            "layout" => asked.layout = value,
            "series" => asked.series = value,
            "every" => asked.width_s = number(&value)?,
            "partitions" => partitions = Some(number(&value)? as usize),
            _ => return Err(bad(format!("--{flag} is not known"))),
        }
    }
    let [data, out] = places.try_into().map_err(|_| bad("two places are wanted: DATA and OUT.parquet"))?;
    if asked.time.is_empty() || asked.value.is_empty() {
        return Err(bad("--time and --value name the columns"));
    }
    if asked.series.is_empty() {
        asked.series.clone_from(&asked.value);
    }
    Ok(Words { data, out, partitions, asked })
}

fn run(words: &Words) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(DataFusionError::IoError)?;
    runtime.block_on(async {
        let config = SessionConfig::new();
        let config = words.partitions.map_or(config.clone(), |partitions| config.with_target_partitions(partitions));
        let context = SessionContext::new_with_config(config);
        register(&context);
        for place in [&words.data, &words.out] {
            reach(&context, place)?;
        }
        context.register_parquet("rows", &words.data, ParquetReadOptions::default()).await?;
        let table = histogram_table(&context, &words.asked).await?;
        table.write_parquet(&words.out, DataFrameWriteOptions::new().with_single_file_output(true), None).await?;
        Ok(())
    })
}

/// Makes a bucket known.
fn reach(context: &SessionContext, place: &str) -> Result<()> {
    if !place.starts_with("s3://") {
        return Ok(());
    }
    let url = Url::parse(place).map_err(|e| bad(format!("{place}: {e}")))?;
    let mut builder = AmazonS3Builder::from_env().with_url(place);
    // a server of one's own, perhaps on this machine
    let endpoint = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].iter().find_map(|name| std::env::var(name).ok());
    if let Some(endpoint) = endpoint {
        builder = builder.with_allow_http(endpoint.starts_with("http://")).with_endpoint(endpoint);
    }
    let store = builder.build().map_err(|e| DataFusionError::ObjectStore(Box::new(e)))?;
    context.register_object_store(&url, Arc::new(store));
    Ok(())
}
