//! What S3 refuses is told with a way out, and without a secret.

use sre_stats::load::{LoadOptions, ServerOptions, load};
use sre_stats::progress::Progress;

use crate::fake::{Fake, Reply};
use crate::moto::again;
use crate::relay::{Manner, Relay};
use crate::{keys, moto, through, told};

#[test]
fn wrong_keys_are_told_from_missing_rights() {
    let relay = Relay::new(Manner::Plain);
    let wrong = [moto().reader[0].clone(), "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY".to_owned()];
    let unknown = ["AKIAIOSFODNN7EXAMPLE".to_owned(), wrong[1].clone()];
    for (pair, words) in [
        (&wrong, ["does not accept the keys of AWS_ACCESS_KEY_ID", "SignatureDoesNotMatch"]),
        (&unknown, ["does not accept the keys of AWS_ACCESS_KEY_ID", "InvalidAccessKeyId"]),
        (&moto().nobody, ["may not read this", "s3:GetObject"]),
    ] {
        for place in ["s3://lake/rows.parquet", "s3://lake/histograms/"] {
            let (code, out, err) = told(&keys(pair, &relay.url()), &["inspect", place]);
            assert_eq!((code, out.as_str()), (3, ""), "{err}");
            assert!(err.contains(place) && words.iter().all(|word| err.contains(word)), "{err}");
        }
    }
}

#[test]
fn what_is_not_there_is_named() {
    let relay = Relay::new(Manner::Plain);
    for (place, word) in [
        ("s3://nowhere/rows.parquet", "there is no bucket “nowhere”"),
        ("s3://nowhere/", "there is no bucket “nowhere”"),
        ("s3://lake/missing.parquet", "there is no such object"),
        ("s3://lake/nothing/", "there is no such object"),
        ("s3://lake/none*.parquet", "no object fits"),
        ("s3://x/y", "no name of a bucket"),
        ("s3://lake/a/../b", "no key"),
    ] {
        let (code, out, err) = through(&relay, &["inspect", place]);
        assert_eq!((code, out.as_str()), (3, ""), "{place}: {err}");
        assert!(err.contains(place) && err.contains(word), "{place}: {err}");
    }
}

#[test]
fn without_keys_a_bucket_for_everybody_is_read_and_another_one_asks_for_them() {
    let open = Fake::new(|_, request| {
        assert!(!request.head.to_ascii_lowercase().contains("authorization"));
        Reply::Whole("200 OK", String::new(), b"t,v\n0,1\n1,2\n".to_vec())
    });
    let endpoint = |url: String| vec![("AWS_ENDPOINT_URL", url)];
    let (code, out, err) = told(&endpoint(open.url()), &["inspect", "s3://public/a.csv", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("no keys were given"), "{out}");
    let body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let closed = Fake::new(move |_, _| Reply::Whole("403 Forbidden", String::new(), body.into()));
    let (code, _, err) = told(&endpoint(closed.url()), &["inspect", "s3://private/a.csv"]);
    assert!(code == 3 && err.contains("export AWS_ACCESS_KEY_ID"), "{err}");
    assert_eq!(closed.requests().len(), 1);
}

#[test]
fn a_token_is_sent_and_never_shown_and_a_redirection_is_not_followed() {
    let token = "FwoGZXIvYXdzEXAMPLETOKEN";
    let other = Fake::new(|_, _| Reply::status("200 OK"));
    let to = format!("Location: {}/elsewhere?{token}\r\n", other.url());
    let server = Fake::new(move |_, _| Reply::Whole("307 Temporary Redirect", to.clone(), token.into()));
    let mut variables =
        keys(&["AKIAIOSFODNN7EXAMPLE".into(), "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY".into()], &server.url());
    variables.push(("AWS_SESSION_TOKEN", token.to_owned()));
    let (code, _, err) = told(&variables, &["inspect", "s3://lake/a.csv"]);
    assert!(code == 3 && err.contains("sends on elsewhere"), "{err}");
    assert!(other.requests().is_empty());
    let asked = server.requests();
    assert_eq!(asked.len(), 1);
    let head = asked[0].head.to_ascii_lowercase();
    assert!(head.contains(&format!("x-amz-security-token: {}", token.to_ascii_lowercase())), "{head}");
    assert!(head.contains("signedheaders=host;range;x-amz-content-sha256;x-amz-date;x-amz-security-token,"), "{head}");
    assert!(!asked[0].head.contains("wJalr") && !asked[0].path.contains("wJalr"));
}

#[test]
fn a_library_gives_no_keys_away_unless_it_is_told_to() {
    const OWN: &str = "SRE_STATS_TEST_KEYS";
    if std::env::var_os(OWN).is_some() {
        // a process with keys in its variables
        for (place, server) in [
            ("s3://lake/without.csv", ServerOptions::default()),
            ("s3://lake/with.csv", ServerOptions::from_environment()),
        ] {
            let options = LoadOptions { server, ..LoadOptions::default() };
            assert_eq!(load(&[place.into()], &options, &Progress::new()).unwrap().items.len(), 1);
        }
        return;
    }
    let server = Fake::new(|_, _| Reply::Whole("200 OK", String::new(), b"t,v\n0,1\n1,2\n".to_vec()));
    let pair = ["AKIAIOSFODNN7EXAMPLE".to_owned(), "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY".to_owned()];
    let mut variables = keys(&pair, &server.url());
    variables.extend([("AWS_SESSION_TOKEN", "FwoGZXIvYXdzEXAMPLETOKEN".to_owned()), (OWN, "1".to_owned())]);
    again("refused::a_library_gives_no_keys_away_unless_it_is_told_to", variables);
    let (without, with): (Vec<_>, Vec<_>) =
        server.requests().into_iter().partition(|request| request.path == "/lake/without.csv");
    assert!(!without.is_empty() && !with.is_empty());
    let gives = |head: &str| ["authorization", "x-amz-security-token", "akia"].map(|word| head.contains(word));
    assert!(without.iter().all(|request| gives(&request.head.to_ascii_lowercase()) == [false; 3]), "{without:?}");
    assert!(with.iter().all(|request| gives(&request.head.to_ascii_lowercase()) == [true; 3]), "{with:?}");
}
