// Single steps over keep-alive HTTP: as many as the server can do, or at a given rate whatever the server does.
import { Connection, requestBytes } from "./connection.mjs";

const FEATURES = 40;
const body = () =>
  JSON.stringify({ values: Array.from({ length: FEATURES }, (_, i) => Math.round(Math.sin(i) * 1e4) / 1e4) });

/** @param {{ port: number, connections: number, sessions: number }} given */
async function prepared({ port, connections, sessions }) {
  const failures = [];
  const all = Array.from({ length: connections }, () => new Connection(port, (error) => failures.push(error.message)));
  const ids = [];
  for (let i = 0; i < sessions; i++)
    ids.push((await all[0].ask(requestBytes("POST", "/v1/sessions", "{}"))).json.session);
  const requests = ids.map((id) => requestBytes("POST", `/v1/sessions/${id}/step`, body()));
  return { all, requests, failures, ids };
}

/** Each connection has one request under way at any time. */
export async function closedLoop({ seconds, ...given }) {
  const { all, requests, failures, ids } = await prepared(given);
  const times = [];
  let [count, bad, next] = [0, 0, 0];
  const until = performance.now() + seconds * 1000;
  const go = (connection, done) => {
    const begun = performance.now();
    if (begun >= until) return done();
    connection.send(requests[next++ % requests.length], (status) => {
      times.push(performance.now() - begun);
      count += 1;
      if (status !== 200) bad += 1;
      go(connection, done);
    });
  };
  await Promise.all(all.map((connection) => new Promise((done) => go(connection, done))));
  await closeAll(all[0], ids);
  return { perSecond: count / seconds, count, bad, failures: failures.length, ...percentiles(times) };
}

/**
 * Requests begin at times that are fixed beforehand (exponential gaps, as of many independent clients); one that finds no free connection
 * waits, and its time counts from when it should have begun, so that a slow server cannot slow the load.
 */
export async function openLoop({ seconds, rate, ...given }) {
  const { all, requests, failures, ids } = await prepared(given);
  const starts = arrivals(rate, seconds);
  const times = [];
  const free = [...all];
  const begun = performance.now() + 50;
  let [next, done, bad] = [0, 0, 0];
  await new Promise((resolve) => {
    const tick = () => {
      const now = performance.now() - begun;
      while (next < starts.length && starts[next] <= now && free.length > 0) {
        const [connection, start] = [free.pop(), starts[next]];
        connection.send(requests[next++ % requests.length], (status) => {
          times.push(performance.now() - begun - start);
          if (status !== 200) bad += 1;
          free.push(connection);
          if (++done === starts.length) resolve();
        });
      }
      // A timer would be up to a millisecond late.
      if (done < starts.length) setImmediate(tick);
    };
    tick();
  });
  await closeAll(all[0], ids);
  return {
    perSecond: starts.length / seconds,
    count: starts.length,
    bad,
    failures: failures.length,
    ...percentiles(times),
  };
}

/** Opens sessions, makes one step with each, and leaves them open. */
export async function openSessions(given) {
  const { all, requests } = await prepared({ ...given, connections: 1 });
  for (const request of requests) await all[0].ask(request);
  return { open: requests.length };
}

async function closeAll(connection, ids) {
  for (const id of ids) await connection.ask(requestBytes("DELETE", `/v1/sessions/${id}`, ""));
}

/** The same in every run: a linear congruential generator (Park and Miller 1988). */
function arrivals(rate, seconds) {
  const times = [];
  let state = 20_261_121;
  for (let at = 0; at < seconds * 1000;) {
    state = (state * 16_807) % 2_147_483_647;
    at += (-Math.log(state / 2_147_483_647) / rate) * 1000;
    times.push(at);
  }
  return times;
}

function percentiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: sorted.at(-1) };
}
