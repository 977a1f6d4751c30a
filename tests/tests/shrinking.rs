//! Files that another program cuts short, again and again, while they are read: the program ends with a code of its own and a sentence,
//! never by a signal.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use workspace_tests::{Folder, program};

/// Rows of the table that is read.
const ROWS: usize = 200_000;
/// So often each file is read while it shrinks.
const TIMES: usize = 5;
/// And so often at most, until a reading has met a cut.
const MOST_TIMES: usize = 100;

fn sre_stats(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The same requests in every form, and a table of histograms of them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let csv = folder.join("requests.csv");
    let mut text = "time,service,status,latency_ms\n".to_owned();
    for i in 0..ROWS {
        let status = if i % 50 == 7 { 503 } else { 200 };
        text += &format!("{},svc-{},{status},{}\n", 1_767_225_600_000_u64 + i as u64 * 7, i % 5, i * 37 % 900 + 1);
    }
    std::fs::write(&csv, text).unwrap();
    let of = |to: &str, name: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let (from, out) = (csv.to_str().unwrap(), path.to_str().unwrap());
        let output = sre_stats(&["convert", from, "--to", to, "--out", out]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        path
    };
    let parquet = of("parquet", "requests.parquet");
    let arrow = of("arrow", "requests.arrow");
    let in_folder = folder.join("region=eu/requests.parquet");
    std::fs::create_dir_all(in_folder.parent().unwrap()).unwrap();
    std::fs::copy(&parquet, &in_folder).unwrap();
    let table = of("histogram-table", "table.parquet");
    vec![csv, parquet, arrow, in_folder, table]
}

#[test]
fn a_file_that_shrinks_while_it_is_read_ends_in_a_sentence() {
    let folder = Folder::new("shrinking");
    for path in files(folder.root()) {
        let whole = std::fs::read(&path).unwrap();
        let done = AtomicBool::new(false);
        let shown = path.display();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // the same file all the time: first cut, then as long as it was
                let file = File::options().write(true).open(&path).unwrap();
                let mut cut = 0_u64;
                while !done.load(Ordering::Relaxed) {
                    cut = (cut * 7 + 12_345) % whole.len() as u64;
                    file.set_len(cut).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(2));
                    std::fs::write(&path, &whole).unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
            });
            let mut cuts = 0;
            for time in 0..MOST_TIMES {
                if time >= TIMES && cuts > 0 {
                    break;
                }
                let output = sre_stats(&["quantile", path.to_str().unwrap(), "--every", "1m", "--json"]);
                let told = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.signal(), None, "{shown}: {told}");
                let code = output.status.code().unwrap();
                assert!(code == 0 || (code == 3 && told.contains(path.to_str().unwrap())), "{shown}: {code}: {told}");
                assert!(!told.contains("panicked"), "{shown}: {told}");
                cuts += usize::from(code == 3 || told.contains("shorter"));
            }
            done.store(true, Ordering::Relaxed);
            assert!(cuts > 0, "{shown}: none of {MOST_TIMES} readings met a cut");
        });
        std::fs::write(&path, &whole).unwrap();
        let output = sre_stats(&["quantile", path.to_str().unwrap(), "--every", "1m", "--json"]);
        assert_eq!(output.status.code(), Some(0), "{shown}");
    }
}

/// A file of 16 GB, nearly all of which is a hole before its table of contents, under a cap of 6 GB on the address space: it can be read
/// where it is wanted, and not be mapped.
#[cfg(target_os = "linux")]
#[test]
fn a_file_larger_than_the_address_space_is_read() {
    use std::io::{Seek, SeekFrom, Write};
    let folder = Folder::new("capped");
    let files = files(folder.root());
    for (path, tail) in [(&files[1], 8), (&files[2], 10), (&files[3], 8), (&files[4], 8)] {
        let shown = path.display();
        let quantile = ["quantile", path.to_str().unwrap(), "-q", "0.99", "--json"];
        let want = sre_stats(&quantile);
        assert!(want.status.success(), "{shown}");
        let whole = std::fs::read(path).unwrap();
        // the length of the table of contents is before the closing word
        let at = whole.len() - tail;
        let footer = u32::from_le_bytes(whole[at..at + 4].try_into().unwrap()) as usize + tail;
        let mut file = File::options().write(true).open(path).unwrap();
        file.seek(SeekFrom::Start((16 << 30) - footer as u64)).unwrap();
        file.write_all(&whole[whole.len() - footer..]).unwrap();
        let capped = Command::new("sh")
            .args(["-c", "ulimit -v 6000000; exec \"$@\"", "sh"])
            .arg(program())
            .args(quantile)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(capped.status.success(), "{shown}: {}", String::from_utf8_lossy(&capped.stderr));
        let results = |output: &Output| -> serde_json::Value {
            serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["results"].clone()
        };
        assert_eq!(results(&capped), results(&want), "{shown}");
    }
}
