//! The dialog that asks a Prometheus server, against one that answers as it is told.

#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod window;

use std::time::{Duration, Instant};

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use sre_stats_app::gui::asking::{Asked, Field};
use sre_stats_app::gui::command::Command;
use sre_stats_app::gui::dispatch::Message;
use sre_stats_app::gui::state::Overlay;
use sre_stats_app::gui::take::{self, Target};
use sre_stats_app::gui::view::View;

#[allow(dead_code, reason = "the tests of the statistics crate use all of it")]
#[path = "../../tests/tests/live/fake.rs"]
mod fake;

use fake::{Fake, Reply, Request};
use window::{Window, folder, run, send, settle, shows, window};

/// Two hours of a gauge, whatever is asked.
fn answer() -> Reply {
    let points: Vec<String> = (0..480).map(|i| format!("[{},\"{}\"]", 1_769_904_000 + i * 15, 5 + i % 7)).collect();
    Reply::json(&format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"__name__":"queue_length"}},"values":[{}]}}]}}}}"#,
        points.join(",")
    ))
}

fn opened() -> Window {
    let mut window = window(Vec::new());
    window.run();
    window.get_by_role_and_label(Role::Button, "Open from Prometheus…").click();
    window.run_ok();
    assert!(matches!(window.state().state().overlay, Overlay::Server(_)));
    window
}

fn write(window: &mut Window, label: &str, text: &str) {
    let field = window.get_by_role_and_label(Role::TextInput, label);
    field.focus();
    window.step();
    window.get_by_role_and_label(Role::TextInput, label).type_text(text);
    window.run_ok();
}

fn ask(window: &mut Window) {
    window.get_by_role_and_label(Role::Button, "Ask server").click();
    window.step();
    settle(window);
}

#[test]
fn a_server_is_asked_by_hand_and_a_session_asks_again_without_a_token() {
    // the variable is this process's own; the token is seen by the server alone
    let variable = "CARGO_PKG_NAME";
    let token = std::env::var(variable).unwrap();
    let server = Fake::new(|_, _: &Request| answer());
    let mut window = opened();
    // the keyboard is in the address at once
    assert!(window.get_by_role_and_label(Role::TextInput, "Address").is_focused());
    assert!(window.get_by_role_and_label(Role::Button, "Ask server").accesskit_node().is_disabled());
    write(&mut window, "Address", &server.url());
    write(&mut window, "Query", "queue_length");
    window.get_by_role_and_label(Role::RadioButton, "range between").click();
    window.run_ok();
    write(&mut window, "From", "2026-02-01T00:00:00Z");
    write(&mut window, "Until", "2026-02-01T02:00:00Z");
    write(&mut window, "Tenant", "blue");
    write(&mut window, "Token variable", variable);
    assert!(shows(&window, "is sent to this address"));
    ask(&mut window);
    let state = window.state().state();
    assert_eq!(state.overlay, Overlay::None, "{:?}", state.notices);
    assert_eq!((state.item().unwrap().title().as_str(), state.item().unwrap().count()), ("queue_length", 480));
    let asked = server.requests();
    assert_eq!(asked.len(), 1);
    let head = asked[0].head.to_lowercase();
    assert!(head.contains(&format!("authorization: bearer {token}")) && head.contains("x-scope-orgid: blue"), "{head}");
    assert!(asked[0].body.contains("start=2026-02-01T00%3A00%3A00Z") && asked[0].body.contains("step=15000ms"));

    // reloading asks with the token again
    run(&mut window, Command::Reload);
    assert_eq!(server.requests().len(), 2);
    assert!(server.requests()[1].head.to_lowercase().contains("authorization"));
    // what is taken away names the variable, and no token
    run(&mut window, Command::ViewTrend);
    let (line, cells) =
        (take::command_line(window.state().state()).unwrap(), take::cells(window.state().state()).unwrap());
    assert!(line.contains("query=queue_length") && line.contains("--token-env CARGO_PKG_NAME"), "{line}");
    assert!(cells.contains("token_env: Some(\"CARGO_PKG_NAME\".into())"), "{cells}");

    // rules are not written below an address
    run(&mut window, Command::ExportRules);
    let Overlay::Rules(form) = &window.state().state().overlay else { panic!("no form") };
    assert_eq!(form.path, "rules.yml");

    // a session keeps the question, and neither token nor its variable
    let path = folder().join("asked.sre-stats.json");
    send(&mut window, Message::Save(Target::Session, path.clone()));
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.contains("query=queue_length") && kept.contains("tenant=blue"), "{kept}");
    assert!(!kept.contains(&token) && !kept.contains(variable), "{kept}");
    let mut again = self::window(Vec::new());
    send(&mut again, Message::Open(vec![path]));
    assert_eq!(again.state().state().item().unwrap().count(), 480);
    assert_eq!(server.requests().len(), 3);
    assert!(!server.requests()[2].head.to_lowercase().contains("authorization"));
    // the form of the document that is open asks what the document was asked
    run(&mut again, Command::OpenServer);
    let Overlay::Server(question) = &again.state().state().overlay else { panic!("no form") };
    assert_eq!((question.get(Field::Query), question.get(Field::From)), ("queue_length", "2026-02-01T00:00:00Z"));
}

#[test]
fn what_a_server_refuses_stands_beside_the_query() {
    let server = Fake::new(|n, _: &Request| match n {
        0 => Reply::Whole(
            "400 Bad Request",
            "Content-Type: application/json\r\n".into(),
            br#"{"status":"error","errorType":"bad_data","error":"1:3: parse error: unexpected end of input"}"#
                .to_vec(),
        ),
        _ => answer(),
    });
    let mut window = opened();
    write(&mut window, "Address", &server.url());
    write(&mut window, "Query", "up{");
    ask(&mut window);
    assert!(matches!(window.state().state().overlay, Overlay::Server(_)), "the form is open again");
    assert!(window.state().state().notices.is_empty());
    let (field, told) = (window.get_by_label("Query"), window.get_by_label_contains("unexpected end of input"));
    let (below, next) = (told.rect().top() - field.rect().top(), window.get_by_label("Time").rect().top());
    assert!(below > 0.0 && told.rect().bottom() <= next + 1.0, "it stands below the query, above the time");
    // typing on takes it away, and the next answer is shown
    write(&mut window, "Query", "}");
    assert!(!shows(&window, "unexpected end of input"));
    ask(&mut window);
    assert_eq!(window.state().state().item().unwrap().count(), 480);
}

#[test]
fn what_is_typed_wrongly_is_told_before_anybody_is_asked() {
    let mut window = opened();
    write(&mut window, "Address", "localhost:9090");
    write(&mut window, "Query", "up");
    assert!(shows(&window, "http://"));
    write(&mut window, "Token variable", "SRE_STATS_NO_SUCH");
    assert!(shows(&window, "no environment variable of this name"));
    assert!(window.get_by_role_and_label(Role::Button, "Ask server").accesskit_node().is_disabled());
    window.get_by_role_and_label(Role::Button, "Cancel").click();
    window.run_ok();
    assert_eq!(window.state().state().overlay, Overlay::None);
}

fn refusal(status: &'static str, error: &str) -> Reply {
    Reply::Whole(
        status,
        "Content-Type: application/json\r\n".into(),
        format!(r#"{{"status":"error","errorType":"x","error":"{error}"}}"#).into_bytes(),
    )
}

#[test]
fn what_was_typed_is_there_again_however_the_form_was_closed() {
    let server = Fake::new(|n, _: &Request| if n == 1 { refusal("400 Bad Request", "parse error") } else { answer() });
    let mut window = opened();
    write(&mut window, "Address", &server.url());
    write(&mut window, "Query", "queue_length");
    window.key_press(egui::Key::Escape);
    window.run_ok();
    assert_eq!(window.state().state().overlay, Overlay::None);
    let query = |window: &mut Window| {
        run(window, Command::OpenServer);
        let Overlay::Server(question) = &window.state().state().overlay else { panic!("no form") };
        (question.get(Field::Query).to_owned(), question.when)
    };
    assert_eq!(query(&mut window).0, "queue_length");
    ask(&mut window);
    // the document's last hour is asked for as the last hour again
    assert_eq!(window.state().state().item().unwrap().count(), 480);
    assert_eq!(query(&mut window), ("queue_length".to_owned(), Asked::Last));
    // a notebook asks with what the window found
    let cells = take::cells(window.state().state()).unwrap();
    assert!(cells.contains("server: ServerOptions::from_environment()"), "{cells}");
    // what a server refused is there again beside a document of a server
    write(&mut window, "Query", " +");
    ask(&mut window);
    assert!(shows(&window, "parse error"));
    window.get_by_role_and_label(Role::Button, "Cancel").click();
    window.run_ok();
    let refused = query(&mut window).0;
    assert!(refused.contains('+') && refused.contains("queue_length"), "{refused}");
    assert!(shows(&window, "parse error"));
    window.key_press(egui::Key::Escape);
    window.run_ok();
    // of what is opened later, the form is the document's
    let name = format!("prometheus+{}?query=up&at=2026-02-01T00:00:00Z", server.url());
    send(&mut window, Message::Open(vec![name.into()]));
    assert_eq!(query(&mut window), ("up".to_owned(), Asked::At));
}

#[test]
fn the_ways_out_are_those_of_the_window() {
    let server = Fake::new(|n, _: &Request| match n {
        0 => refusal("401 Unauthorized", "who are you"),
        1 => refusal("422 Unprocessable Entity", "too many samples"),
        _ => answer(),
    });
    let mut window = opened();
    write(&mut window, "Address", &server.url());
    write(&mut window, "Query", "queue_length");
    ask(&mut window);
    assert!(shows(&window, "name that with “Token variable”; user:password with “Password variable”"));
    let flags = ["--token-env", "--basic-env", "--step", "--page-points"];
    assert!(flags.iter().all(|flag| !shows(&window, flag)));
    ask(&mut window);
    assert!(shows(&window, "ask for a longer “Step”, or for fewer series"));
    assert!(flags.iter().all(|flag| !shows(&window, flag)));
    // a variable of every process, which holds something before and after a colon
    let variable = "PATH";
    let pair = std::env::var(variable).unwrap();
    write(&mut window, "Password variable", variable);
    assert!(shows(&window, &format!("The password that {variable} holds is sent to this address")));
    ask(&mut window);
    assert_eq!(window.state().state().item().unwrap().count(), 480);
    let head = server.requests()[2].head.clone();
    assert!(head.to_lowercase().contains("authorization: basic ") && !head.contains(pair.trim()), "{head}");
    run(&mut window, Command::ViewTrend);
    let state = window.state().state();
    let (line, cells) = (take::command_line(state).unwrap(), take::cells(state).unwrap());
    assert!(line.contains(&format!("--basic-env {variable}")), "{line}");
    assert!(cells.contains(&format!("basic_env: Some(\"{variable}\".into())")), "{cells}");
}

#[test]
fn a_session_whose_server_refuses_goes_on_from_the_form() {
    let server = Fake::new(|n, _: &Request| if n == 1 { refusal("401 Unauthorized", "who are you") } else { answer() });
    let mut window = opened();
    write(&mut window, "Address", &server.url());
    write(&mut window, "Query", "queue_length");
    ask(&mut window);
    send(&mut window, Message::Objective("99% of time < 9 over 30d".into()));
    run(&mut window, Command::ViewTrend);
    let path = folder().join("asked.sre-stats.json");
    send(&mut window, Message::Save(Target::Session, path.clone()));
    let mut again = self::window(Vec::new());
    send(&mut again, Message::Open(vec![path]));
    let Overlay::Server(question) = &again.state().state().overlay else { panic!("no form") };
    assert_eq!(question.get(Field::Query), "queue_length");
    assert!(shows(&again, "wants to know who asks") && again.state().state().document.is_none());
    ask(&mut again);
    let state = again.state().state();
    assert_eq!((state.item().unwrap().count(), state.overlay == Overlay::None), (480, true));
    // with the choices that the session keeps
    assert_eq!(state.objective_text(), "99% of time < 9 over 30d");
    assert_eq!(state.view, View::Trend);
}

#[test]
fn asking_is_a_job_that_can_be_cancelled() {
    let server = Fake::new(|_, _: &Request| Reply::Slow(Duration::from_secs(20)));
    let mut window = opened();
    write(&mut window, "Address", &server.url());
    write(&mut window, "Query", "queue_length");
    window.get_by_role_and_label(Role::Button, "Ask server").click();
    let begin = Instant::now();
    while server.requests().is_empty() {
        window.step();
        assert!(begin.elapsed() < Duration::from_secs(10), "nobody was asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(window.state().busy(), 1);
    window.step();
    window.get_by_label_contains("Cancel Asking http://127.0.0.1").click();
    window.step();
    settle(&mut window);
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert!(shows(&window, "cancelled") && window.state().state().document.is_none());
}
