/** The script of a thread in a browser. */
import { listen, type ThreadStart } from "./threads.js";

addEventListener("message", (event: MessageEvent<ThreadStart>) => {
  listen(event.data, () => (postMessage as (message: string) => void)("ready"));
});
