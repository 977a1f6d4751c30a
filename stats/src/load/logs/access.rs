//! Access logs: which layout the lines have, and the fields of the combined format.
//!
//! The combined format is that of Apache's `mod_log_config` and nginx's `ngx_http_log_module`; Debian's `vhost_combined` has the host before it.

use std::borrow::Cow;

use super::extras::{self, Extra, Extras};
use super::proxies::{self, Proxy};
use super::{lines, plain, quoted};
use crate::error::Position;
use crate::load::guess::FlagRule;
use crate::load::options::Kind;
use crate::load::preset::Preset;
use crate::load::records::{Line, Records};
use crate::load::report::{LoadReport, WarningKind};
use crate::load::traffic;

/// Lines looked at to find what the fields are.
const LINES: usize = 2000;
/// Fields in front of the address of the client, the commas of its list included, are no more than this.
const MOST_WORDS: usize = 24;

/// The fields before those that are the site's own.
pub(super) const HEAD: [&str; 11] =
    ["vhost", "remote_addr", "ident", "user", "time", "method", "path", "status", "bytes", "referer", "user_agent"];

/// What the lines of an access log hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AccessLog {
    layout: Layout,
    extras: Extras,
    /// The programs whose probes are among the first requests.
    probers: Vec<&'static str>,
}

/// The layout of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Layout {
    /// The combined or common format, and what the site adds to it.
    #[default]
    Combined,
    /// That of a proxy, whose fields have their places.
    Proxy(Proxy),
}

/// The words of a line in the combined format.
struct Words<'a> {
    head: Vec<(&'static str, &'a [u8])>,
    extras: Vec<Extra<'a>>,
}

/// The layout of a line, where it is an access log's.
fn layout(line: &[u8]) -> Option<Layout> {
    if words(line).is_some() { Some(Layout::Combined) } else { Proxy::of(line).map(Layout::Proxy) }
}

/// Whether a line is one of an access log.
pub(crate) fn is_access(line: &[u8]) -> bool {
    layout(line).is_some()
}

impl AccessLog {
    /// The layout of the first lines, and what their fields are.
    pub(crate) fn of(head: &[u8]) -> Self {
        let first: Vec<&[u8]> = lines(head).take(LINES).collect();
        let mut log = Self { layout: first.iter().find_map(|l| layout(l)).unwrap_or_default(), ..Self::default() };
        if log.layout == Layout::Combined {
            let all: Vec<Vec<Extra<'_>>> = first.iter().filter_map(|l| Some(words(l)?.extras)).collect();
            log.extras = Extras::of(&all);
        }
        let mut probers = Vec::new();
        for line in first {
            log.each(line, &mut |name, value| {
                if name == "user_agent"
                    && let Some(prober) = traffic::prober(&value)
                    && !probers.contains(&prober)
                {
                    probers.push(prober);
                }
            });
        }
        log.probers = probers;
        log
    }

    /// What the fields are, for the table that they become.
    pub(crate) fn preset(&self, base: Preset) -> Preset {
        let preset = Preset {
            why: "the combined log format",
            time: Some("time"),
            ok: Some(("status", FlagRule::HttpStatus)),
            by: Some(&[traffic::LABEL]),
            kind: Some(Kind::Events),
            ..base
        };
        match (&self.layout, &self.extras.latency) {
            (Layout::Proxy(proxy), _) => {
                Preset { why: proxy.why(), value: Some(proxy.latency().into()), unit: proxy.unit(), ..preset }
            }
            (Layout::Combined, Some(latency)) => {
                Preset { value: Some(latency.name.clone().into()), unit: latency.unit.clone(), ..preset }
            }
            (Layout::Combined, None) => Preset { flag_alone: Some(self.alone()), ..preset },
        }
    }

    /// Why the flag is the only value.
    fn alone(&self) -> &'static str {
        if !self.extras.not_understood.is_empty() {
            "fields after the user agent were not understood"
        } else if self.extras.names.is_empty() {
            "there is no other value"
        } else {
            "no field after the user agent is a time"
        }
    }

    /// Tells which field is the time of the request, what was not understood, and which requests are probes.
    pub(crate) fn tell(&self, file: &str, report: &mut LoadReport) {
        if let Layout::Proxy(proxy) = self.layout {
            report.understand("request time", proxy.about(), proxy.why());
        }
        if let Some(latency) = &self.extras.latency {
            report.understand("request time", latency.choice.clone(), latency.why);
        }
        if let Some((first, _)) = self.extras.not_understood.first() {
            let shown = self.extras.not_understood.iter().map(|(name, value)| format!("{name} (“{value}”)"));
            let message = format!(
                "fields after the user agent were not understood: {}; where one is the time of the request, --value '{first}' with --unit \
                 us, ms or s takes it",
                shown.collect::<Vec<_>>().join(", ")
            );
            report.warn(WarningKind::Skipped, message, Position::in_file(file), 1);
        }
        if !self.probers.is_empty() {
            let choice = format!("synthetic where the user agent is {}; real otherwise", self.probers.join(", "));
            report.understand(traffic::LABEL, choice, "programs that only look whether something answers");
        }
    }

    /// Gives the fields of a line.
    fn each<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> bool {
        if let Layout::Proxy(proxy) = self.layout {
            return proxies::fields(proxy, line, put).is_some();
        }
        let Some(words) = words(line) else { return false };
        for (name, word) in words.head {
            put(name, Cow::Borrowed(word));
        }
        for (place, extra) in words.extras.iter().enumerate() {
            if let Some(name) = extra.name(place, &self.extras.names) {
                put(&name, Cow::Borrowed(extras::value(extra, place, self.extras.pair)));
            }
        }
        true
    }
}

impl Records for AccessLog {
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line {
        let mut is_probe = None;
        let read = self.each(line, &mut |name, value| {
            if name == "user_agent" {
                is_probe = Some(traffic::prober(&value).is_some());
            }
            put(name, value);
        });
        match is_probe {
            // the first probe after those that were looked at is a field that none of the first has, which is told
            Some(true) => put(traffic::LABEL, Cow::Borrowed(b"synthetic")),
            Some(false) if !self.probers.is_empty() => put(traffic::LABEL, Cow::Borrowed(b"real")),
            _ => {}
        }
        if read { Line::Record } else { Line::Unreadable }
    }
}

/// Reads `host ident user [time] "request" status bytes`, and what follows.
fn words(line: &[u8]) -> Option<Words<'_>> {
    // a user's name may have blanks in it, a forwarded address commas, and a host of its own may stand before both
    let open = memchr::memmem::find(line, b" [")?;
    let mut head = Vec::with_capacity(HEAD.len());
    client(line.get(..open)?, &mut head)?;
    let after = line.get(open + 2..)?;
    let end = memchr::memchr(b']', after)?;
    head.push(("time", after.get(..end)?));
    let (request, after) = quoted(after.get(end + 1..)?.trim_ascii_start())?;
    request_line(request, &mut |name, word| head.push((name, word)));
    let (status, after) = plain(after)?;
    if !status.iter().all(u8::is_ascii_digit) || status.len() != 3 {
        return None;
    }
    head.push(("status", status));
    let (bytes, mut rest) = plain(after)?;
    head.push(("bytes", bytes));
    for name in ["referer", "user_agent"] {
        if let Some((word, after)) = quoted(rest) {
            head.push((name, word));
            rest = after;
        }
    }
    Some(Words { head, extras: extras::extras(rest) })
}

/// The method and the path of a request, without its query.
pub(super) fn request_line<'a>(request: &'a [u8], put: &mut dyn FnMut(&'static str, &'a [u8])) {
    let mut parts = request.split(|b| *b == b' ');
    if let (Some(method), Some(path)) = (parts.next(), parts.next()) {
        put("method", method);
        put("path", path.split(|b| *b == b'?').next().unwrap_or(path));
    }
}

/// The words before the time: `[vhost] address[, address…] ident user`, the user's name perhaps with blanks.
fn client<'a>(text: &'a [u8], head: &mut Vec<(&'static str, &'a [u8])>) -> Option<()> {
    let mut words: Vec<(usize, &[u8])> = Vec::with_capacity(4);
    let mut at = 0;
    for word in text.split(|b| *b == b' ') {
        match words.last_mut().filter(|(_, last)| last.ends_with(b",")) {
            _ if word.is_empty() => {}
            Some((start, last)) => *last = text.get(*start..at + word.len())?,
            None => words.push((at, word)),
        }
        at += word.len() + 1;
        if words.len() > MOST_WORDS {
            return None;
        }
    }
    let of = |i: usize| words.get(i).map(|(_, word)| *word);
    let vhost = words.len() > 3 && of(1) != Some(&b"-"[..]) && of(2) == Some(&b"-"[..]);
    let first = usize::from(vhost);
    if vhost {
        head.push(("vhost", of(0)?));
    }
    head.push(("remote_addr", of(first)?));
    head.push(("ident", of(first + 1)?));
    let (start, _) = words.get(first + 2)?;
    head.push(("user", text.get(*start..)?));
    Some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::fields;
    use super::*;
    use crate::load::{Dataset, Item, LoadOptions, Traffic, load_bytes};
    use crate::progress::Progress;
    use crate::unit::Unit;

    fn load(text: &str) -> Dataset {
        load_bytes("a.log", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
    }

    fn line(second: u8, status: u16, agent: &str, rest: &str) -> String {
        format!(
            "127.0.0.1 - - [01/Jan/2026:00:00:{second:02} +0000] \"GET / HTTP/1.1\" {status} 12 \"-\" \"{agent}\"{rest}\n"
        )
    }

    fn understood(data: &Dataset, what: &str) -> String {
        let of = data.report.understood.iter().filter(|u| u.what == what);
        of.map(|u| format!("{} ({})", u.choice, u.why)).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn the_example_of_apache() {
        // https://httpd.apache.org/docs/2.4/logs.html
        let line = "127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] \"GET /apache_pb.gif?a=1 HTTP/1.0\" 200 2326 \
                    \"http://www.example.com/start.html\" \"Mozilla/4.08 [en] (Win98; I \\\"x\\\" ;Nav)\" 0.213";
        let log = AccessLog::of(line.as_bytes());
        assert_eq!(log.extras.latency.as_ref().map(|l| l.name.as_str()), Some("request_time"));
        let got = fields(&log, line);
        for (name, value) in [
            ("time", "10/Oct/2000:13:55:36 -0700"),
            ("user", "frank"),
            ("method", "GET"),
            ("path", "/apache_pb.gif"),
            ("status", "200"),
            ("bytes", "2326"),
            ("request_time", "0.213"),
        ] {
            assert!(got.contains(&(name.into(), value.into())), "{name} in {got:?}");
        }
        assert!(is_access(b"::1 - - [10/Oct/2000:13:55:36 -0700] \"-\" 408 -"));
        assert!(!is_access(b"[01/Jan/2026:00:00:00 +0000],5"));
    }

    #[test]
    fn hosts_before_and_lists_of_clients_and_names_with_blanks_are_read() {
        let rest = "[10/Oct/2000:13:55:36 -0700] \"-\" 408 0";
        for (client, want) in [
            (
                "www.example.com:443 10.0.0.1 - -",
                [("vhost", "www.example.com:443"), ("remote_addr", "10.0.0.1"), ("user", "-")],
            ),
            ("10.0.0.1, 10.0.0.2 - -", [("remote_addr", "10.0.0.1, 10.0.0.2"), ("ident", "-"), ("user", "-")]),
            ("::1 - user name", [("remote_addr", "::1"), ("ident", "-"), ("user", "user name")]),
            ("- - -", [("remote_addr", "-"), ("ident", "-"), ("user", "-")]),
        ] {
            let got = fields(&AccessLog::default(), &format!("{client} {rest}"));
            for (name, value) in want {
                assert!(got.contains(&(name.into(), value.into())), "{client}: {got:?}");
            }
        }
    }

    #[test]
    fn the_field_that_is_taken_is_told_and_so_is_what_is_not_understood() {
        let ingress =
            |s, n, t| line(s, 200, "curl", &format!(" {n} {t} [default-web-80] [] 10.2.0.5:8080 12 {t} 200 a1"));
        let data = load(&[ingress(0, 587, "0.012"), ingress(1, 468, "3.512")].concat());
        let [item] = data.items.as_slice() else { panic!("{:?}", data.items) };
        assert_eq!((item.values(), &item.identity.unit), (&[0.012, 3.512][..], &Unit::Second));
        assert_eq!(
            understood(&data, "request time"),
            "request_time: field 2 after the user agent, in s (the layout of ingress-nginx)"
        );
        let traefik = |s, ms| line(s, 200, "curl", &format!(" {s} \"web@docker\" \"http://10.0.0.2:80\" {ms}ms"));
        let data = load(&[traefik(0, 12), traefik(1, 3512)].concat());
        assert_eq!((data.items[0].values(), &data.items[0].identity.unit), (&[0.012, 3.512][..], &Unit::Second));
        // whole seconds of Apache's %T: no guess, and no word that there is nothing
        let data = load(&[line(0, 200, "curl", " 0"), line(1, 500, "curl", " 3")].concat());
        assert_eq!((data.items[0].identity.name.as_str(), data.items[0].values()), ("status", &[1.0, 0.0][..]));
        let warning = &data.report.warnings[0];
        assert!(warning.message.contains("not understood: word 1 (“0”)"), "{warning}");
        assert!(understood(&data, "value").ends_with("(fields after the user agent were not understood)"));
        let chosen = LoadOptions { value: Some("word 1".into()), unit: Some(Unit::Second), ..LoadOptions::default() };
        let text = [line(0, 200, "curl", " 0"), line(1, 500, "curl", " 3")].concat();
        let data = load_bytes("a.log", text.as_bytes(), &chosen, &Progress::new()).unwrap();
        assert_eq!(data.items[0].values(), [0.0, 3.0]);
        let data = load(&[line(0, 200, "curl", " **0/12345**"), line(1, 500, "curl", " **1/1234567**")].concat());
        assert_eq!(
            (data.items[0].values(), &data.items[0].identity.unit),
            (&[12_345.0, 1_234_567.0][..], &Unit::Microsecond)
        );
        let data = load(
            &[line(0, 200, "curl", " rt=0.012 urt=\"0.011\""), line(1, 502, "curl", " rt=3.5 urt=\"-\"")].concat(),
        );
        assert_eq!((data.items[0].values(), &data.items[0].identity.unit), (&[0.012, 3.5][..], &Unit::Second));
        assert!(data.report.warnings.is_empty(), "{:?}", data.report.warnings);
    }

    #[test]
    fn requests_of_probes_are_kept_apart() {
        let text = [
            line(0, 200, "kube-probe/1.27", " 0.001"),
            line(1, 500, "ELB-HealthChecker/2.0", " 0.001"),
            line(2, 200, "Mozilla/5.0", " 0.501"),
        ];
        let data = load(&text.concat());
        let of = |i: &Item| (i.traffic(), i.values().to_vec());
        let got: Vec<_> = data.items.iter().map(of).collect();
        assert_eq!(got, [(Some(Traffic::Real), vec![0.501]), (Some(Traffic::Synthetic), vec![0.001, 0.001])]);
        assert!(data.report.warnings.iter().any(|w| w.kind == WarningKind::MixedTraffic));
        assert!(understood(&data, "traffic").contains("kube-probe, ELB-HealthChecker"), "{:?}", data.report.understood);
        // without probes nothing is split and nothing said
        let data = load(&line(2, 200, "Mozilla/5.0", " 0.501"));
        assert_eq!((data.items[0].traffic(), data.report.warnings.len()), (None, 0));
    }
}
