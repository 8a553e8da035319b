/** One HTML page that needs nothing else: no script, no network (its policy forbids both), every text escaped. */
import { escapeText } from "./escape.js";
import { themeStyle } from "./plots/colours.js";

/** What a page consists of. Texts are plain text, never HTML; only `svg`, `wide` and `narrow` are taken as they are, from plots/. */
export type Block =
  | { heading: string }
  | { subheading: string }
  | { text: string }
  /** Said first and seen first. */
  | { verdict: string; good: boolean }
  /** Text whose lines and spaces stay as they are. */
  | { code: string }
  /** The same for reading: long lines are wrapped. */
  | { prose: string }
  /** Pieces of a text, each shaded by how much it counts, from −1 to 1: against in one colour, for in another. */
  | { shaded: readonly { readonly text: string; readonly share: number }[] }
  /** A line to copy, however long: wrapped, in the letters of code. */
  | { command: string }
  | { svg: string }
  /** The same picture for wide and for narrow pages. */
  | { wide: string; narrow: string }
  | { table: Table };

export interface Table {
  header?: readonly string[];
  rows: readonly (readonly string[])[];
  /** Cells to set in bold, as "row,column" from 0. */
  bold?: ReadonlySet<string>;
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--panel:#f6f8fa;--good:#1a7f37;--bad:#bc4c00}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#30363d;--panel:#151b23;--good:#3fb950;--bad:#f0883e}}
body{margin:0 auto;padding:24px 16px 48px;max-width:780px;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:28px;line-height:1.25;margin:8px 0 4px}h2{font-size:20px;margin:36px 0 8px}h3{font-size:16px;margin:24px 0 4px}
p{margin:8px 0;max-width:70ch}
.verdict{border-left:4px solid var(--good);background:var(--panel);padding:10px 14px;margin:16px 0;max-width:none}.verdict.bad{border-color:var(--bad)}
svg{display:block;margin:4px 0 20px}.narrow{display:none}
@media (max-width:700px){.narrow{display:block}.broad{display:none}.keep svg{max-width:none}}
.shaded{font:17px/2 Georgia,serif;max-width:none;white-space:pre-wrap}
mark{--tint:#d55e00;color:inherit;border-radius:3px;padding:2px 1px;background:color-mix(in srgb,var(--tint) calc(var(--share)*45%),transparent);border-bottom:2px solid color-mix(in srgb,var(--tint) calc(20% + var(--share)*80%),transparent)}
mark.against{--tint:#0072b2;border-bottom-style:dashed}
@media (prefers-color-scheme:dark){mark{--tint:#f08a4b}mark.against{--tint:#56b4e9}}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:12px;overflow-x:auto;overflow-wrap:normal;font:13px/1.45 ui-monospace,monospace}
pre.command{white-space:pre-wrap;overflow-wrap:anywhere}
pre.prose{white-space:pre-wrap;overflow-wrap:anywhere;font:15px/1.55 Georgia,serif}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:12px 0;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:6px 14px 6px 0;text-align:left;vertical-align:top;unicode-bidi:plaintext}th{color:var(--soft);font-weight:600}
td.number,th.number{text-align:right}td.number{white-space:nowrap}th,td{overflow-wrap:break-word}.pairs td{overflow-wrap:anywhere;min-width:8ch}
@media (min-width:701px){.pairs td:first-child{min-width:17ch}}
${themeStyle}`;

export function reportPage(title: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
${blocks.map(render).join("\n")}
</body>
</html>
`;
}

function render(block: Block): string {
  if ("heading" in block) return `<h2>${escapeText(block.heading)}</h2>`;
  if ("subheading" in block) return `<h3>${escapeText(block.subheading)}</h3>`;
  if ("text" in block) return `<p dir="auto">${escapeText(block.text)}</p>`;
  if ("verdict" in block)
    return `<p class="verdict${block.good ? "" : " bad"}" dir="auto">${escapeText(block.verdict)}</p>`;
  if ("shaded" in block) return `<p class="shaded" dir="auto">${block.shaded.map(shade).join("")}</p>`;
  if ("code" in block) return `<pre>${escapeText(block.code)}</pre>`;
  if ("command" in block) return `<pre class="command">${escapeText(block.command)}</pre>`;
  if ("prose" in block) return `<pre class="prose" dir="auto">${escapeText(block.prose)}</pre>`;
  if ("svg" in block) return `<div class="wide keep">${block.svg}</div>`;
  if ("wide" in block) return `<div class="broad">${block.wide}</div><div class="narrow">${block.narrow}</div>`;
  return renderTable(block.table);
}

/** Below this nothing of a colour would be seen. */
const FAINT = 0.02;

/** The size is told by the strength of the colour and of the line below, the sign by the colour and whether the line is broken. */
function shade({ text, share }: { readonly text: string; readonly share: number }): string {
  if (!(Math.abs(share) >= FAINT)) return escapeText(text);
  const strength = Math.min(1, Math.abs(share)).toFixed(2);
  return `<mark class="${share > 0 ? "for" : "against"}" style="--share:${strength}">${escapeText(text)}</mark>`;
}

/** Numbers with units, dashes and blanks among them. */
function isNumeric(cells: readonly string[]): boolean {
  return cells.some((cell) => cell !== "") && cells.every((cell) => /^(?:|–|[−-]?[\d.,]+( \S+)?)$/.test(cell));
}

function renderTable({ header, rows, bold }: Table): string {
  // A column of numbers stands to the right, its heading too.
  const numeric = rows[0]?.map((_, i) => isNumeric(rows.map((row) => row[i]!))) ?? [];
  const line = (tag: string, row: readonly string[], r: number) => {
    const cells = row.map((cell, i) => {
      const text = bold?.has(`${r},${i}`) ? `<b>${escapeText(cell)}</b>` : escapeText(cell);
      return `<${tag}${numeric[i] ? ' class="number"' : ""}>${text}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  };
  const head = header ? `<thead>${line("th", header, -1)}</thead>` : "";
  const body = rows.map((row, r) => line("td", row, r)).join("\n");
  return `<div class="wide"><table${header ? "" : ' class="pairs"'}>${head}<tbody>\n${body}\n</tbody></table></div>`;
}
