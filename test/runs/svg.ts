// What the tests of pictures read from SVG text.
import assert from "node:assert/strict";

/** What XML 1.0 forbids. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Raises an error unless the text is one element whose tags are nested as XML wants it, and gives its texts. */
export function wellFormed(xml: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  for (const [, tag, text] of xml.matchAll(/<([^>]*)>|([^<]+)/g)) {
    if (text !== undefined) {
      assert.doesNotMatch(text, /&(?!amp;|lt;|gt;|quot;|#39;)/);
      if (text.trim() !== "") texts.push(unescaped(text));
    } else if (tag!.startsWith("/")) assert.equal(open.pop(), tag!.slice(1));
    else {
      assert.match(tag!, /^[a-z]+(\s[\w:-]+="[^"<]*")*\s*\/?$/i, `tag ${tag}`);
      assert.doesNotMatch(tag!, /^(script|foreignObject|image|a|style .*url)\b|\son\w+=|href/i);
      if (!tag!.endsWith("/")) open.push(tag!.split(/\s/)[0]!);
    }
  }
  assert.deepEqual(open, []);
  assert.doesNotMatch(xml, FORBIDDEN);
  return texts;
}

function unescaped(text: string): string {
  const plain: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return text.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => plain[entity]!);
}

/** The strokes of the lines of a colour, those of the legend left out: lists of points. */
export function strokesOf(svg: string, colour: string): [x: number, y: number][][] {
  const paths = [...svg.matchAll(/<path(?: transform="[^"]*")? d="([^"]*)" stroke="([^"]*)"/g)];
  return paths
    .filter(([all, , stroke]) => stroke === colour && !all.includes("transform"))
    .flatMap(([, d]) => d!.split("M").slice(1))
    .map((stroke) => [...stroke.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]));
}

/** Texts that want to be something else. */
export const NASTY = [
  `</title><script>globalThis.hacked = 1</script> & 'x'`,
  `</svg><img src=x onerror="globalThis.hacked = 1">`,
  `"]; globalThis.hacked = 1; //`,
  `datum["y"] + globalThis`,
  `{"signal": "1 + 1"}`,
  "a.b[0]\\.c",
  "",
  " ",
  "__proto__",
  "constructor",
  "toString",
  "שלום עולם",
  "中文分类标签",
  "👩‍👩‍👧 \ud83d half",
  "line\nbreak\u0000\u001b[31m",
  "\u202eevil",
  "x".repeat(300),
  "👍".repeat(200),
];
