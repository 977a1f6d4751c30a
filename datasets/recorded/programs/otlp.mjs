// OTLP JSON lines as OpenTelemetry's JavaScript SDK makes them: npm install --no-save @opentelemetry/sdk-metrics@2 \
// @opentelemetry/otlp-transformer@0.2 @opentelemetry/resources@2 ; node otlp.mjs OUT.jsonl TRUTH.json
import { writeFileSync } from "node:fs";
import {
  AggregationTemporality, AggregationType, MeterProvider, MetricReader,
} from "@opentelemetry/sdk-metrics";
import { JsonMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";

class Manual extends MetricReader {
  onForceFlush() {}
  onShutdown() {}
}
const [out, truth] = process.argv.slice(2);
const cumulative = new Manual({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
const delta = new Manual({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
const provider = new MeterProvider({
  resource: resourceFromAttributes({ "service.name": "checkout" }),
  readers: [cumulative, delta],
  views: [{
    instrumentName: "payload.size",
    aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 160, recordMinMax: true } },
  }],
});
const meter = provider.getMeter("recording", "1.0");
const requests = meter.createCounter("http.server.requests", { unit: "{request}" });
const active = meter.createGauge("process.threads", { unit: "{thread}" });
const duration = meter.createHistogram("http.server.request.duration", {
  unit: "s", advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.5, 1] },
});
const size = meter.createHistogram("payload.size", { unit: "By" });
const lines = [], recorded = [];
let state = 12345;
for (let round = 0; round < 4; round++) {
  const values = [];
  for (let i = 0; i < 50; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const seconds = 0.001 * Math.exp((state / 2147483648) * 7);
    const route = i % 5 === 0 ? "/cart" : "/home";
    requests.add(1, { "http.route": route });
    duration.record(seconds, { "http.route": route });
    size.record(Math.round(seconds * 1e5), { "http.route": route });
    values.push([route, seconds, Math.round(seconds * 1e5)]);
  }
  active.record(7 + round);
  recorded.push(values);
  for (const reader of [cumulative, delta]) {
    const { resourceMetrics } = await reader.collect();
    lines.push(Buffer.from(JsonMetricsSerializer.serializeRequest(resourceMetrics)).toString());
  }
  await new Promise((done) => setTimeout(done, 1000));
}
writeFileSync(out, lines.join("\n") + "\n");
writeFileSync(truth, JSON.stringify({ rounds: recorded }) + "\n");
