// The load, a process of its own: node load.mjs '{"what": …, "port": …}' prints what it measured as one JSON object.
import { closedLoop, openLoop, openSessions } from "./http.mjs";
import { pipelined } from "./socket.mjs";

const MEASURES = { closedLoop, openLoop, openSessions, pipelined };
const given = JSON.parse(process.argv[2] ?? "{}");
console.log(JSON.stringify(await MEASURES[given.what](given)));
process.exit(0);
