//! Lines of proxies and balancers, whose fields have their places: Envoy, AWS's load balancers, `HAProxy`, Heroku's router.
//!
//! Sources: Envoy's “Access logging” (default format string) and Istio's, which has three fields more; “Access logs for your Application Load
//! Balancer” and “… Classic Load Balancer”; `HAProxy`'s configuration manual, 8.2.3 “HTTP log format”; Heroku's “HTTP routing”.

use std::borrow::Cow;

use super::access::request_line;
use super::logfmt::pairs;
use super::{plain, quoted};
use crate::load::number::{self, Field};
use crate::unit::Unit;

/// Whose layout the lines have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proxy {
    Envoy,
    Balancer,
    /// `HAProxy`.
    Ha,
    Heroku,
}

const ALL: [Proxy; 4] = [Proxy::Envoy, Proxy::Balancer, Proxy::Ha, Proxy::Heroku];
/// The first word of an Application Load Balancer's line.
const KINDS: [&[u8]; 6] = [b"http", b"https", b"h2", b"grpcs", b"ws", b"wss"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

type Put<'p, 'a> = &'p mut dyn FnMut(&str, Cow<'a, [u8]>);

impl Proxy {
    /// Whose line it is.
    pub(super) fn of(line: &[u8]) -> Option<Self> {
        ALL.into_iter().find(|proxy| fields(*proxy, line, &mut |_, _| {}).is_some())
    }

    pub(super) fn why(self) -> &'static str {
        match self {
            Self::Envoy => "Envoy’s default log format",
            Self::Balancer => "the access log of AWS’s load balancers",
            Self::Ha => "HAProxy’s HTTP log format",
            Self::Heroku => "the log of Heroku’s router",
        }
    }

    /// The name of the time of the request.
    pub(super) fn latency(self) -> &'static str {
        match self {
            Self::Envoy => "duration",
            Self::Balancer => "request_time",
            Self::Ha => "total_time",
            Self::Heroku => "service",
        }
    }

    /// Its unit; Heroku writes it beside the number.
    pub(super) fn unit(self) -> Option<Unit> {
        match self {
            Self::Envoy | Self::Ha => Some(Unit::Millisecond),
            Self::Balancer => Some(Unit::Second),
            Self::Heroku => None,
        }
    }

    /// What the time of the request is, as a sentence's part.
    pub(super) fn about(self) -> &'static str {
        match self {
            Self::Envoy => "duration: Envoy’s DURATION, in ms",
            Self::Balancer => "request_time: the sum of request, target and response processing time, in s",
            Self::Ha => "total_time: Ta, the last of the five times, in ms",
            Self::Heroku => "service: service=, with its unit",
        }
    }
}

/// Gives the fields of a line.
pub(super) fn fields<'a>(proxy: Proxy, line: &'a [u8], put: Put<'_, 'a>) -> Option<()> {
    match proxy {
        Proxy::Envoy => envoy(line, put),
        Proxy::Balancer => balancer(line, put),
        Proxy::Ha => haproxy(line, put),
        Proxy::Heroku => heroku(line, put),
    }
}

fn is_whole(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

fn request<'a>(request: &'a [u8], put: Put<'_, 'a>) {
    request_line(request, &mut |name, word| put(name, Cow::Borrowed(word)));
}

/// `[time] "request" code flags received sent duration upstream "forwarded" "agent" …`
fn envoy<'a>(line: &'a [u8], put: Put<'_, 'a>) -> Option<()> {
    let after = line.strip_prefix(b"[")?;
    let (time, rest) = after.split_at_checked(memchr::memchr(b']', after)?)?;
    let (asked, rest) = quoted(rest.get(1..)?.trim_ascii_start())?;
    let (status, rest) = plain(rest)?;
    let (flags, mut rest) = plain(rest)?;
    if !is_whole(status) {
        return None;
    }
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        // Istio's details of the response and of the connection, and the reason of a failure
        let (_, after) = plain(rest)?;
        let (_, after) = plain(after)?;
        rest = quoted(after)?.1;
    }
    let mut numbers = [&b""[..]; 4];
    for number in &mut numbers {
        (*number, rest) = plain(rest)?;
    }
    let [received, sent, duration, upstream] = numbers;
    if !is_whole(received) || !is_whole(sent) {
        return None;
    }
    let (_, rest) = quoted(rest)?;
    let (agent, _) = quoted(rest)?;
    request(asked, put);
    for (name, word) in [
        ("time", time),
        ("status", status),
        ("response_flags", flags),
        ("bytes", sent),
        ("duration", duration),
        ("upstream_service_time", upstream),
        ("user_agent", agent),
    ] {
        put(name, Cow::Borrowed(word));
    }
    Some(())
}

/// `[type] time balancer client:port target:port request target response code target-code received sent "request" "agent" …`, the
/// times in seconds, −1 where there is none.
fn balancer<'a>(line: &'a [u8], put: Put<'_, 'a>) -> Option<()> {
    let (first, after) = plain(line)?;
    let rest = if KINDS.contains(&first) { after } else { line };
    let (time, rest) = plain(rest)?;
    if time.len() < 20 || time.get(10) != Some(&b'T') || !time.ends_with(b"Z") {
        return None;
    }
    let mut words = [&b""[..]; 10];
    let mut rest = rest;
    for word in &mut words {
        (*word, rest) = plain(rest)?;
    }
    let [balancer, client, _target, asking, waiting, answering, status, target_status, _received, sent] = words;
    let mut parts = [0.0; 3];
    for (part, word) in parts.iter_mut().zip([asking, waiting, answering]) {
        let Field::Number(v) = number::parse(word) else { return None };
        *part = v;
    }
    if !client.contains(&b':') || !is_whole(sent) || !(is_whole(status) || status == b"-") {
        return None;
    }
    let (asked, rest) = quoted(rest)?;
    request(asked, put);
    if let Some((agent, _)) = quoted(rest) {
        put("user_agent", Cow::Borrowed(agent));
    }
    for (name, word) in [("time", time), ("elb", balancer), ("status", status), ("target_status", target_status)] {
        put(name, Cow::Borrowed(word));
    }
    // a request that no target answered has no such time
    let total =
        if parts.iter().all(|v| *v >= 0.0) { format!("{:.6}", parts.iter().sum::<f64>()) } else { "-".to_owned() };
    put("request_time", Cow::Owned(total.into_bytes()));
    Some(())
}

/// `… haproxy[1]: client:port [time] frontend backend/server TR/Tw/Tc/Tr/Ta code bytes … "request"`
fn haproxy<'a>(line: &'a [u8], put: Put<'_, 'a>) -> Option<()> {
    let start = memchr::memmem::find(line, b"]: ")?;
    let (client, rest) = plain(line.get(start + 3..)?)?;
    let after = rest.strip_prefix(b"[")?;
    let (time, rest) = after.split_at_checked(memchr::memchr(b']', after)?)?;
    let (frontend, rest) = plain(rest.get(1..)?.trim_ascii_start())?;
    let (backend, rest) = plain(rest)?;
    let (times, rest) = plain(rest)?;
    let times: Vec<&[u8]> = times.split(|b| *b == b'/').collect();
    let [_, _, _, _, total] = times.as_slice() else { return None };
    let (status, rest) = plain(rest)?;
    let total = total.strip_prefix(b"+").unwrap_or(total);
    if !client.contains(&b':') || !is_whole(total) || !backend.contains(&b'/') {
        return None;
    }
    if let Some(open) = memchr::memchr(b'"', rest)
        && let Some((asked, _)) = quoted(rest.get(open..)?)
    {
        request(asked, put);
    }
    put("time", Cow::Owned(iso(time)?));
    for (name, word) in [("frontend", frontend), ("backend", backend), ("total_time", total), ("status", status)] {
        put(name, Cow::Borrowed(word));
    }
    Some(())
}

/// `01/Jan/2026:00:00:00.655` as ISO 8601.
fn iso(time: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(time).ok()?;
    let (date, clock) = text.split_once(':')?;
    let mut parts = date.splitn(3, '/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    Some(format!("{year}-{month:02}-{day}T{clock}").into_bytes())
}

/// `time heroku[router]: at=info method=GET … service=18ms status=200 …`
fn heroku<'a>(line: &'a [u8], put: Put<'_, 'a>) -> Option<()> {
    let (time, rest) = plain(line)?;
    let rest = rest.strip_prefix(b"heroku[router]: ").or_else(|| rest.strip_prefix(b"heroku router - - "))?;
    let mut found = false;
    pairs(rest, &mut |name, value| {
        found |= name == "status";
        put(name, value);
    });
    put("time", Cow::Borrowed(time));
    found.then_some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::load::{Format, LoadOptions, load_bytes};
    use crate::progress::Progress;
    use crate::unit::Unit;

    /// The lines are those of the manuals, with times and answers of their own.
    #[test]
    fn each_layout_has_its_time_and_status() {
        let envoy = "[2026-01-01T00:00:00.123Z] \"GET /a HTTP/1.1\" 200 - 0 12 14 13 \"-\" \"curl\" \"id1\" \"host\" \"10.0.0.1:80\"\n\
            [2026-01-01T00:00:01.123Z] \"GET /a HTTP/1.1\" 503 UF 0 12 5 - \"-\" \"curl\" \"id2\" \"host\" \"10.0.0.1:80\"\n";
        let istio = envoy.replace(" - 0", " - via_upstream - \"-\" 0").replace("UF 0", "UF details - \"reset: a b\" 0");
        let alb = "http 2026-01-01T00:00:00.123Z app/my-lb/50dc 192.168.131.39:2817 10.0.0.1:80 0.001 0.012 0.001 200 200 34 366 \
            \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.46.0\" - - arn:aws:x \"Root=1-5\" \"-\" \"-\" 0\n\
            http 2026-01-01T00:00:01.123Z app/my-lb/50dc 192.168.131.39:2817 - -1 -1 -1 502 - 34 366 \
            \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.46.0\" - - arn:aws:x \"Root=1-5\" \"-\" \"-\" 0\n";
        let classic = alb.replace("http 2026", "2026");
        let haproxy = "Jan  1 00:00:00 lb haproxy[14389]: 10.0.1.2:33317 [01/Jan/2026:00:00:00.123] http-in static/srv1 10/0/3/0/14 200 2750 - - \
            ---- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html HTTP/1.1\"\n\
            Jan  1 00:00:01 lb haproxy[14389]: 10.0.1.2:33317 [01/Jan/2026:00:00:01.123] http-in static/<NOSRV> 5/0/-1/-1/5 503 212 - - \
            SC-- 1/1/1/1/0 0/0 {1wt.eu} {} \"GET /index.html HTTP/1.1\"\n";
        let heroku = "2026-01-01T00:00:00.123000+00:00 heroku[router]: at=info method=GET path=\"/\" host=x dyno=web.1 connect=1ms service=14ms \
            status=200 bytes=1234\n\
            2026-01-01T00:00:01.123000+00:00 heroku[router]: at=error code=H13 desc=\"Connection closed\" method=GET path=\"/\" host=x \
            dyno=web.1 connect=0ms service=5ms status=503 bytes=0\n";
        for (text, name, scale, last) in [
            (envoy, "duration", 1e-3, Some(5.0)),
            (&istio, "duration", 1e-3, Some(5.0)),
            (alb, "request_time", 1.0, None),
            (&classic, "request_time", 1.0, None),
            (haproxy, "total_time", 1e-3, Some(5.0)),
            (heroku, "service", 1.0, Some(0.005)),
        ] {
            let data = load_bytes("x", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
            let [item] = data.items.as_slice() else { panic!("{name}: {:?}", data.items) };
            assert_eq!((item.format, item.identity.name.as_str()), (Format::AccessLog, name));
            let seconds: Vec<f64> =
                item.values().iter().map(|v| item.identity.unit.convert(*v, &Unit::Second).unwrap()).collect();
            let want: Vec<f64> = [14.0 * 1e-3].into_iter().chain(last.map(|v| v * scale)).collect();
            assert!(seconds.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-12), "{name}: {seconds:?}");
            assert_eq!(seconds.len(), want.len(), "{name}");
            assert_eq!(item.times()[0], 1_767_225_600_123_000_000, "{name}");
            let events = item.as_events().unwrap();
            // a request without an answer has no time, and failed all the same
            let failed = events.ok().unwrap().iter().filter(|ok| !**ok).count();
            let alone = events.ok_without_value().iter().filter(|ok| !**ok).count();
            assert_eq!(failed + alone, 1, "{name}");
        }
    }
}
