//! Slow and broken connections: what may pass is tried again, so often and no more.

use std::time::{Duration, Instant};

use crate::fake::{Fake, Reply, Request};
use crate::relay::{Manner, Relay};
use crate::{json, local, through, told};

const FLAGS: [&str; 6] = ["--value", "latency", "--by", "service", "--kind", "events"];

#[test]
fn a_connection_that_breaks_is_made_anew() {
    // within the tail, within a part of a column, and before the head is whole
    for bytes in [100, 1000, 70_000] {
        let relay = Relay::new(Manner::Breaks(2, bytes));
        let far = json(through(&relay, &[&["describe", "s3://lake/rows.parquet", "--json"][..], &FLAGS].concat()));
        let near = json(through(&relay, &[&["describe", &local("rows.parquet"), "--json"][..], &FLAGS].concat()));
        assert_eq!(far["results"], near["results"]);
        assert!(relay.connections() > 2, "{}", relay.connections());
    }
}

#[test]
fn a_connection_that_always_breaks_is_told_after_some_tries() {
    let relay = Relay::new(Manner::Breaks(u64::MAX, 1000));
    let (code, out, err) = through(&relay, &["inspect", "s3://lake/rows.parquet", "--retries", "2"]);
    assert_eq!((code, out.as_str()), (3, ""), "{err}");
    assert!(err.contains("s3://lake/rows.parquet") && err.contains("3 times"), "{err}");
    assert_eq!(relay.connections(), 3);
}

#[test]
fn an_answer_that_does_not_come_in_time_is_not_waited_for() {
    let relay = Relay::new(Manner::Slow(Duration::from_secs(20)));
    let begun = Instant::now();
    let asked = ["inspect", "s3://lake/rows.parquet", "--timeout", "300ms", "--retries", "1"];
    let (code, _, err) = through(&relay, &asked);
    assert!(code == 3 && err.contains("no whole answer within") && err.contains("--timeout"), "{err}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn nobody_there_is_told_with_the_variables() {
    let variables = vec![("AWS_ENDPOINT_URL", "http://127.0.0.1:9".to_owned())];
    let (code, _, err) = told(&variables, &["inspect", "s3://lake/rows.parquet", "--retries", "1"]);
    assert!(code == 3 && err.contains("cannot be reached") && err.contains("AWS_ENDPOINT_URL"), "{err}");
}

fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let query = request.path.split_once('?')?.1;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(own, _)| *own == name).map(|(_, value)| value)
}

#[test]
fn a_long_list_is_asked_page_by_page_and_a_busy_server_again() {
    let page = |keys: &[&str], next: Option<&str>| {
        let keys: String = keys
            .iter()
            .map(|key| format!("<Contents><Key>{key}</Key><Size>9</Size></Contents>"))
            .collect::<Vec<_>>()
            .concat();
        let next = next.map_or(String::new(), |next| format!("<NextContinuationToken>{next}</NextContinuationToken>"));
        let more = !next.is_empty();
        format!("<ListBucketResult><IsTruncated>{more}</IsTruncated>{next}{keys}</ListBucketResult>")
    };
    let server = Fake::new(move |number, request| {
        if number == 0 {
            return Reply::Whole("503 Slow Down", String::new(), b"<Error><Code>SlowDown</Code></Error>".to_vec());
        }
        match (parameter(request, "prefix"), parameter(request, "continuation-token")) {
            (Some("logs%2F"), None) => {
                Reply::Whole("200 OK", String::new(), page(&["logs/a.csv", "logs/_b.csv"], Some("t/1+=")).into())
            }
            (Some("logs%2F"), Some("t%2F1%2B%3D")) => {
                Reply::Whole("200 OK", String::new(), page(&["logs/sub/", "logs/c &amp; d.csv"], None).into())
            }
            _ if request.path.starts_with("/lake/logs/") => {
                Reply::Whole("200 OK", String::new(), b"t,v\n0,1\n1,2\n".to_vec())
            }
            _ => Reply::status("400 Bad Request"),
        }
    });
    let variables = vec![("AWS_ENDPOINT_URL", server.url())];
    let answer = json(told(&variables, &["inspect", "s3://lake/logs/", "--json"]));
    let files: Vec<&str> =
        answer["input"]["files"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(files, ["s3://lake/logs/a.csv", "s3://lake/logs/c & d.csv"]);
    assert!(server.requests().iter().any(|request| request.path == "/lake/logs/c%20%26%20d.csv"));
}

#[test]
fn an_object_that_changes_while_it_is_read_is_told() {
    // the end of one version, and a refusal of its parts
    let tail = std::fs::read(local("rows.parquet")).unwrap();
    let server = Fake::new(move |number, request| {
        if number > 0 {
            assert!(request.head.contains("\"one\""), "{}", request.head);
            return Reply::status("412 Precondition Failed");
        }
        let (size, from) = (tail.len(), tail.len() - (64 << 10));
        let head = format!("ETag: \"one\"\r\nContent-Range: bytes {from}-{}/{size}\r\n", size - 1);
        Reply::Whole("206 Partial Content", head, tail[from..].to_vec())
    });
    let variables = vec![("AWS_ENDPOINT_URL", server.url())];
    let (code, _, err) = told(&variables, &["inspect", "s3://lake/rows.parquet"]);
    assert!(code == 3 && err.contains("changed while it was read"), "{err}");
}
