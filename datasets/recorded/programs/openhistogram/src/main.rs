//! Histograms as crates.io's `openhistogram` 0.1.1 writes them, one a minute: as JSON lines, as base64 lines, and how many values each holds.
//!
//! `cargo run -- ../../openhistogram`, in this folder.

use openhistogram::Histogram;

fn main() {
    let folder = std::env::args().nth(1).expect("the folder to write to");
    let (mut json, mut base64, mut truth) = (String::new(), String::new(), Vec::new());
    let mut state = 12345_u64;
    for minute in 0..5_u64 {
        let mut histogram = Histogram::new();
        let mut values = Vec::new();
        for _ in 0..40 + minute {
            // a linear congruential generator, so that a new run gives the same bytes
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (state >> 11) as f64 / (1_u64 << 53) as f64;
            let value = 0.005 * (share * 6.0).exp();
            histogram.insert(value.into(), 1);
            values.push(value);
        }
        json.push_str(&serde_json::to_string(&histogram).expect("a histogram is an object"));
        json.push('\n');
        base64.push_str(&histogram.to_base64().expect("base64"));
        base64.push('\n');
        truth.push(values);
    }
    std::fs::write(format!("{folder}/lines.json"), json).expect("written");
    std::fs::write(format!("{folder}/lines.b64"), base64).expect("written");
    std::fs::write(format!("{folder}/truth.json"), serde_json::to_string(&truth).expect("numbers") + "\n").expect("written");
}
