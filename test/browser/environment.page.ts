// The page's surroundings are what the harness promised; every other page test relies on them.
import { equal, pageTest } from "./page.js";

const isolated = new URLSearchParams(location.search).get("isolated") === "true";

pageTest("the page is cross-origin isolated exactly when its headers ask for it", () => {
  equal(crossOriginIsolated, isolated, "crossOriginIsolated");
  equal(typeof SharedArrayBuffer !== "undefined", isolated, "SharedArrayBuffer is there");
});
