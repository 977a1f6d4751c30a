//! Questions as they are typed, what is wrong with them, and the names that they become.

#![allow(clippy::unwrap_used)]

use super::*;

fn whole() -> Question {
    Question::default().with(Field::Url, "http://localhost:9090").with(Field::Query, "rate(x[5m])")
}

#[test]
fn a_question_becomes_a_name_and_comes_back() {
    let now = Some(Timestamp(1_769_904_001_000_000_000));
    let origin = whole().with(Field::Tenant, "team a").origin(now).unwrap();
    let name = origin.paths[0].to_str().unwrap();
    // the hour ends with the step that has begun, as `--last` does
    let expected = "prometheus+http://localhost:9090?query=rate(x[5m])&from=2026-01-31T23:00:15Z\
        &until=2026-02-01T00:00:15Z&step=15s&tenant=team%20a";
    assert_eq!(name, expected);
    let back = Question::of(&origin).unwrap();
    assert_eq!((back.get(Field::From), back.get(Field::Step)), ("2026-01-31T23:00:15Z", "15s"));
    assert_eq!(back.origin(None).unwrap().paths, origin.paths);
    let present = Question { when: Asked::Now, ..whole() }.origin(None).unwrap();
    assert_eq!(present.paths[0].to_str(), Some("prometheus+http://localhost:9090?query=rate(x[5m])"));
    assert_eq!(Question::of(&present).unwrap().when, Asked::Now);
    assert!(Question::of(&Origin::files(vec!["a.csv".into()])).is_none());
}

#[test]
fn an_instant_and_what_is_said_of_the_answer_come_back() {
    let name = "prometheus+http://localhost:9090?query=up&at=2026-02-01T00:00:00Z";
    let reading = Reading::default().with(Part::Unit, "ms").with(Part::Where, "job=a").with(Part::Tz, "Europe/Berlin");
    let origin = Origin { reading, basic_env: Some("PATH".into()), ..Origin::files(vec![name.into()]) };
    let back = Question::of(&origin).unwrap();
    assert_eq!((back.when, back.get(Field::At)), (Asked::At, "2026-02-01T00:00:00Z"));
    assert!(back.is_whole() && back.asked_for(&origin));
    assert_eq!(back.origin(None).unwrap(), origin);
    assert!(!back.with(Field::At, " ").is_whole());
    // a range that is said of an address without one
    let ranged = origin.reading.clone().with(Part::From, "2026-02-01T00:00:00Z").with(Part::To, "2026-02-02T00:00:00Z");
    let files = Origin::files(vec!["prometheus+http://localhost:9090?query=up".into()]);
    let said = Origin { reading: ranged.with(Part::Step, "1m"), basic_env: origin.basic_env.clone(), ..files };
    let asked = Question::of(&said).unwrap();
    assert_eq!((asked.when, asked.get(Field::Step)), (Asked::Between, "1m"));
    let expected =
        "prometheus+http://localhost:9090?query=up&from=2026-02-01T00:00:00Z&until=2026-02-02T00:00:00Z&step=1m";
    let again = asked.origin(None).unwrap();
    assert_eq!((again.paths[0].to_str(), &again.reading), (Some(expected), &origin.reading));
}

#[test]
fn half_a_range_is_not_wrong_yet() {
    let between = Question { when: Asked::Between, ..whole() };
    for half in
        [between.clone().with(Field::Until, "2026-02-02T00:00:00Z"), between.with(Field::From, "2026-02-02T00:00:00Z")]
    {
        assert!(Field::ALL.iter().all(|f| half.wrong(*f).is_none()), "{half:?}");
        assert!(!half.is_whole() && half.origin(None).is_err());
        assert!(half.with(Field::Step, "0").wrong(Field::Step).unwrap().contains("no time at all"));
    }
}

#[test]
fn the_form_names_no_flags() {
    // every text of the modules that ask a server
    let sources = [
        include_str!("../../../../stats/src/load/live/query.rs"),
        include_str!("../../../../stats/src/load/live/refusal.rs"),
        include_str!("../../../../stats/src/load/live/client.rs"),
        include_str!("../../../../stats/src/load/live/fetch.rs"),
        include_str!("../../../../stats/src/load/live/secret.rs"),
    ];
    let texts = sources.iter().flat_map(|source| source.split("#[cfg(test)]").next().unwrap().split('"').skip(1));
    let hints: Vec<&str> = texts.filter(|text| text.contains("--") && !text.contains('\n')).collect();
    assert!(hints.len() >= 8, "{hints:?}");
    for hint in hints {
        let said = whole().refused(&Error::argument("x").hint(hint)).wrong(Field::Query).unwrap();
        assert!(!said.contains("--"), "{said}");
    }
    let address = whole().with(Field::Url, "http://me:s3cr3t@h").wrong(Field::Url).unwrap();
    assert!(address.contains("name that with “Password variable”") && !address.contains("s3cr3t"), "{address}");
    let both = whole().with(Field::Token, "PATH").with(Field::Basic, "PATH");
    assert!(both.wrong(Field::Basic).unwrap().contains("at once") && both.wrong(Field::Token).is_none());
    assert_eq!(
        whole().with(Field::Basic, "PATH").origin(Some(Timestamp(0))).unwrap().basic_env.as_deref(),
        Some("PATH")
    );
}

#[test]
fn what_is_wrong_is_told_at_its_field() {
    assert!(whole().is_whole() && !Question::default().is_whole());
    for (field, text, says) in [
        (Field::Url, "localhost:9090", "http://"),
        (Field::Url, "http://h/?x=1", "neither ? nor #"),
        (Field::Last, "an hour", "not a duration"),
        (Field::Last, "0", "no time at all"),
        (Field::Step, "-5s", "not a duration"),
        (Field::Step, "1500us", "milliseconds"),
        (Field::Token, "SRE_STATS_NO_SUCH_VARIABLE", "is set"),
        (Field::Token, "eyJh.s3cr3t", "no name"),
    ] {
        let asked = whole().with(field, text);
        let wrong = asked.wrong(field).unwrap_or_default();
        assert!(wrong.contains(says) && !wrong.contains("s3cr3t"), "{field:?} {text}: {wrong}");
        assert!(!asked.is_whole() && asked.origin(Some(Timestamp(0))).is_err());
        assert!(Field::ALL.iter().all(|f| *f == field || asked.wrong(*f).is_none()), "{text}");
    }
    let between = Question { when: Asked::Between, ..whole() };
    assert!(!between.is_whole());
    let turned = between.with(Field::From, "2026-02-01T00:00:00Z").with(Field::Until, "2026-01-01T00:00:00Z");
    assert!(turned.wrong(Field::Until).unwrap().contains("not after"));
    assert!(turned.with(Field::Until, "2026-03-01T00:00:00Z").is_whole());
    let long = whole().with(Field::Last, "52w").with(Field::Step, "1ms");
    assert!(long.wrong(Field::Step).unwrap().contains("requests"), "{long:?}");
}

#[test]
fn a_refusal_stands_until_something_else_is_typed() {
    let refused = whole().refused(&Error::argument("parse error at 1:3"));
    assert!(refused.wrong(Field::Query).unwrap().contains("1:3") && refused.is_whole());
    assert_eq!(refused.with(Field::Query, "up").wrong(Field::Query), None);
    let gone = whole().refused(&Error::new(ErrorKind::Io, "nobody answers"));
    assert!(gone.wrong(Field::Url).is_some() && gone.wrong(Field::Query).is_none());
}
