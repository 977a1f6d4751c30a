//! Exit codes, pipes and signals.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use workspace_tests::{program, root, told};

use super::{MINUTES, REQUESTS, UP, text};

#[test]
fn wrong_words_exit_with_two() {
    let (code, _, err) = told(&["slo", MINUTES, "--slo", "99% of tiem up over 30d"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean “time”?"), "{err}");
    let (code, _, err) = told(&["inspekt", MINUTES]);
    assert_eq!(code, 2);
    assert!(err.contains("inspect"), "{err}");
    for wrong in [
        &["windows", MINUTES][..],
        &["inspect"],
        &["inspect", MINUTES, "--kind", "gauges"],
        &["windows", MINUTES, "--slo", UP, "--widths", "0s"],
        &["quantile", MINUTES, "-q", "1.5"],
        &["budget", "--slo", "99.9%", "--period", "30"],
        &["trend", MINUTES, "--method", "tea-leaves"],
    ] {
        let (code, out, err) = told(wrong);
        assert_eq!((code, &*out), (2, ""), "{wrong:?}: {err}");
        assert!(!err.is_empty(), "{wrong:?}");
    }
    let (code, out, _) = told(&["--help"]);
    assert_eq!(code, 0);
    assert!(out.contains("windows") && out.contains("generate"), "{out}");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child = Command::new(program())
        .args(["quantile", REQUESTS, "--every", "1s", "--json"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!(first, "{\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("panicked"));
}

/// Ctrl-C while it waits for input; the signal is sent once the program is known to catch it.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_it_with_130() {
    let mut child =
        Command::new(program()).args(["inspect", "-"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // waiting would close it, and the end of the input would race with the signal
    let held = child.stdin.take();
    let catches = |pid: u32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let mask = status.lines().find_map(|l| l.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&mask, 16).unwrap() & (1 << 1) != 0
    };
    while !catches(child.id()) {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(held);
}
