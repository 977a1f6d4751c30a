// Writes what npm's hdr-histogram-js encodes: js.base64, and js.json with what the library itself says of it.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const hdr = require("hdr-histogram-js");

// the recurrence of record.py with another seed
const h = hdr.build({ lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 });
let x = 2n;
for (let i = 0; i < 5000; i++) {
  x = (x * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
  const y = x >> 40n;
  h.recordValue(Number(1n + (y * y) / (1n << 27n)));
}
writeFileSync("js.base64", hdr.encodeIntoCompressedBase64(h) + "\n");
writeFileSync("js.json", JSON.stringify({
  "hdr-histogram-js": JSON.parse(readFileSync(require.resolve("hdr-histogram-js/package.json"))).version,
  total: h.totalCount,
  minimum: h.minNonZeroValue,
  maximum: h.maxValue,
  percentiles: [50, 90, 99, 99.9].map((p) => [p, h.getValueAtPercentile(p)]),
}) + "\n");
