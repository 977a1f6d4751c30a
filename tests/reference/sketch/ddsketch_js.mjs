// Sketches as npm's @datadog/sketches-js encodes them: npm install --no-save @datadog/sketches-js protobufjs; node ddsketch_js.mjs > ddsketch_js.json
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { DDSketch } = require("@datadog/sketches-js");

// the recurrence of generate.py
let x = 11n;
const values = [0, 0];
for (let i = 0; i < 500; i++) {
  x = (x * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
  const y = x >> 40n;
  const v = Number(1n + (y * y) / (1n << 27n)) / 1024;
  values.push(i % 3 === 0 ? -v : v);
}
const sketch = new DDSketch({ relativeAccuracy: 0.01 });
for (const v of values) sketch.accept(v);
console.log(JSON.stringify({
  "@datadog/sketches-js": JSON.parse(readFileSync(require.resolve("@datadog/sketches-js/package.json"))).version,
  n: values.length,
  protobuf: Buffer.from(sketch.toProto()).toString("base64"),
  quantiles: [0.1, 0.5, 0.9, 0.99].map((q) => [q, sketch.getValueAtQuantile(q)]),
}));
