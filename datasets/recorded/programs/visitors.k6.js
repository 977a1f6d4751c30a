// What k6 does: two visitors for two seconds, a metric of their own, and a check that fails where the answer is a 503
import http from "k6/http";
import { check, sleep } from "k6";
import { Trend } from "k6/metrics";

const size = new Trend("reply_size");
export const options = { vus: 2, duration: "2s" };

export default function () {
  const answer = http.get("http://127.0.0.1:18088/home");
  size.add(answer.body.length);
  check(answer, { "is 200": (r) => r.status === 200 });
  sleep(0.3);
}
