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
        &["inspect", MINUTES, "--tz", "Mars/X"],
        &["inspect", MINUTES, "--where", "up >"],
        &["generate", "--rows", "100"],
        &["windows", MINUTES, "--slo", UP, "--incident", "0s"],
    ] {
        let (code, out, err) = told(wrong);
        assert_eq!((code, &*out), (2, ""), "{wrong:?}: {err}");
        assert!(!err.is_empty(), "{wrong:?}");
    }
    let (code, out, _) = told(&["--help"]);
    assert_eq!(code, 0);
    assert!(out.contains("windows") && out.contains("generate"), "{out}");
}

/// Words that another model or command takes are refused, with those that are meant.
#[test]
fn wrong_words_say_what_is_meant() {
    for (wrong, says) in [
        (&["capacity", "mm1", "--arrival", "2", "--service", "100ms", "--servers", "4"][..], "mmc has several"),
        (&["capacity", "mm1", "--arrival", "2", "--service", "100ms", "--cv2", "9"], "use mg1"),
        (
            &["capacity", "mmc", "--arrival", "2", "--service", "100ms", "--servers", "1", "--in-system", "3"],
            "use little",
        ),
        (&["capacity", "little", REQUESTS, "--arrival", "999"], "taken from the events"),
        (&["capacity", "usl", "usl.csv", "--servers", "9"], "mmc has several"),
        (&["capacity", "mg1", "--arrival", "2", "--service", "100ms", "--cv2", "1", "--size", "n"], "amdahl and usl"),
        (&["capacity", "mm1", "--arrival", "-1", "--service", "100ms"], "must be above 0"),
        (&["changes", MINUTES, "--penalty", "-1"], "more than 0"),
        (&["budget", "--slo", "99.9"], "a percentage, such as 99.9%"),
        (&["correlate", "datasets/recorded/up.json", "--against", "nope"], "up{"),
    ] {
        let (code, out, err) = told(wrong);
        assert_eq!((code, &*out), (2, ""), "{wrong:?}: {err}");
        assert!(err.contains(says) && !err.contains("-- -1"), "{wrong:?}: {err}");
    }
}

/// What cannot be written is told with a way out, and a disk that is full leaves the file that was there.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_leaves_what_was() {
    let (code, _, err) = told(&["inspect", MINUTES, "--out", "/no/such/folder/x.html"]);
    assert!(code == 3 && err.contains("does the folder exist?"), "{code}: {err}");
    let old = super::Scratch::new("sample.csv", "old");
    std::fs::write(old.beside("sample.truth.json"), "old").unwrap();
    let limited = format!(
        "ulimit -f 40; trap '' XFSZ; exec {} generate --scenario shop-month --out {}",
        program().display(),
        old.path()
    );
    let output = Command::new("sh").args(["-c", &limited]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    for file in ["sample.csv", "sample.truth.json"] {
        assert_eq!(std::fs::read_to_string(old.beside(file)).unwrap(), "old", "{file}");
    }
    assert_eq!(std::fs::read_dir(old.0.parent().unwrap()).unwrap().count(), 2, "no part is left");
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
