// CSV as Grafana's panel inspector downloads it ("Data", "Download CSV"), of answers of Prometheus in this folder, by Grafana's own
// code: cd /tmp/g && npm install --no-save --ignore-scripts @grafana/data@12.3.0 (Apache-2.0), then, in that folder,
// node …/programs/grafana.mjs …/datasets/recorded
//
// The names of the options are the inspector's. Its file begins with a byte order mark. Raw times are epoch milliseconds; "Formatted data" shows
// times in the dashboard's zone and values by the field's unit.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// the package expects a browser, of which nothing is used here: everything it asks for is there, and does nothing
const nothing = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => "" : nothing),
  apply: () => nothing,
  construct: () => nothing,
});
Object.assign(globalThis, { window: nothing, document: nothing, localStorage: nothing });
globalThis.navigator ??= { language: "en-US", languages: ["en-US"] };
const grafana = createRequire(join(process.cwd(), "x.js"))("@grafana/data");
const { FieldType, applyFieldOverrides, applyRawFieldOverrides, createTheme, outerJoinDataFrames, toCSV, toDataFrame } = grafana;

const recorded = process.argv[2];
const out = join(recorded, "grafana");

// The frames of Grafana's Prometheus data source: a time and a value a series, called by its labels, or by a legend.
function frames(file, { most = Infinity, every = 1, unit, legend } = {}) {
  const { result } = JSON.parse(readFileSync(join(recorded, file), "utf8")).data;
  return result.slice(0, most).map(({ metric, values }) => {
    const { __name__: name, ...labels } = metric;
    const samples = values.filter((_, i) => i % every === 0);
    const text = Object.entries(labels).map(([k, v]) => `${k}="${v}"`).join(", ");
    const displayNameFromDS = legend ? legend(labels) : text ? `${name ?? ""}{${text}}` : name ?? "Value";
    return toDataFrame({
      refId: "A",
      name: displayNameFromDS,
      fields: [
        { name: "Time", type: FieldType.time, values: samples.map(([t]) => Math.round(t * 1000)), config: {} },
        { name: "Value", type: FieldType.number, values: samples.map(([, v]) => Number(v)), labels: metric,
          config: { displayNameFromDS, ...(unit && { unit }) } },
      ],
    });
  });
}

const joined = (all) => [outerJoinDataFrames({ frames: all })];
const formatted = (all, timeZone, defaults = {}) =>
  applyFieldOverrides({
    data: all, fieldConfig: { defaults, overrides: [] }, theme: createTheme(), timeZone, replaceVariables: (text) => text,
  });
const write = (name, [frame], useExcelHeader = false) =>
  writeFileSync(join(out, name), "\ufeff" + toCSV([frame], { useExcelHeader }));

const p99 = (more) => frames("prometheus_p99_1m.json", { every: 4, ...more });
const rates = () => frames("prometheus_request_rate_1m.json", { every: 4 });
write("joined.csv", applyRawFieldOverrides(joined(rates())));
write("joined-excel.csv", applyRawFieldOverrides(joined(rates())), true);
write("one-frame.csv", applyRawFieldOverrides(frames("node_load1.json")));
write("joined-formatted.csv", formatted(joined(p99({ unit: "s", legend: (l) => l.route })), "utc"));
write("one-frame-formatted.csv", formatted(frames("shop_in_flight.json"), "utc"));
write("percent-formatted-excel.csv", formatted(frames("up.json", { every: 4, unit: "percentunit" }), "utc"), true);
write("count-formatted.csv", formatted(joined(frames("shop_requests_total.json", { every: 4, most: 3, unit: "short" })), "utc"));
