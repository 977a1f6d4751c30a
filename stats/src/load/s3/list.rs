//! The objects that a name stands for.

use serde::Deserialize;

use super::client::{Client, Wanted};
use super::sign::encoded;
use crate::error::{Error, Result};
use crate::load::files::MOST_FILES;
use crate::progress::Progress;

/// A page of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Page {
    is_truncated: bool,
    next_continuation_token: Option<String>,
    contents: Vec<Entry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Entry {
    key: String,
}

/// The keys that begin with a prefix, in order.
pub(super) fn keys(client: &Client, bucket: &str, prefix: &str, progress: &Progress) -> Result<Vec<String>> {
    progress.stage_of("listing", 0, "objects");
    let mut keys: Vec<String> = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let from = token.take().map_or_else(String::new, |token| format!("continuation-token={}&", encoded(&token)));
        let query = format!("{from}list-type=2&max-keys=1000&prefix={}", encoded(prefix));
        let wanted = Wanted { bucket: bucket.to_owned(), query, ..Wanted::default() };
        let missing = || Error::empty("the server knows no lists of objects").hint("check AWS_ENDPOINT_URL");
        let answer = client.get(&wanted, progress)?.ok_or_else(missing)?;
        let page = page(&answer.body)?;
        progress.advance(page.contents.len() as u64);
        keys.extend(page.contents.into_iter().map(|entry| entry.key));
        if keys.len() > MOST_FILES {
            return Err(Error::argument(format!("more than {MOST_FILES} objects")).hint("name a longer prefix"));
        }
        match page.next_continuation_token.filter(|_| page.is_truncated) {
            Some(next) => token = Some(next),
            None => break,
        }
    }
    keys.sort();
    Ok(keys)
}

fn page(body: &[u8]) -> Result<Page> {
    let text = String::from_utf8_lossy(body);
    let of_list = text.contains("<ListBucketResult");
    let page = quick_xml::de::from_str::<Page>(&text).ok().filter(|_| of_list);
    page.ok_or_else(|| {
        Error::parse("what answers does not list objects as S3 does")
            .hint("check AWS_ENDPOINT_URL; is there a page to log in before it?")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_aws_documents_it() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
            <Name>bucket</Name><Prefix/><NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>\
            <KeyCount>2</KeyCount><MaxKeys>2</MaxKeys><IsTruncated>true</IsTruncated>\
            <Contents><Key>a &amp; b&#x2F;c.csv</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified>\
            <ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>434234</Size></Contents>\
            <CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes><Contents><Key>d</Key></Contents></ListBucketResult>";
        let page = page(text.as_bytes()).unwrap();
        let keys: Vec<&str> = page.contents.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!((keys, page.is_truncated), (vec!["a & b/c.csv", "d"], true));
        assert!(page.next_continuation_token.unwrap().starts_with("1ueGcx"));
        assert!(super::page(b"<html></html>").is_err() && super::page(b"{}").is_err());
    }
}
