/** One HTML page that needs nothing else: no script, no network (its policy forbids both), every text escaped. */
import { escapeText } from "./svg/escape.js";

/** What a page consists of. Texts are plain text, never HTML; only `svg` is taken as it is, from the chart module. */
export type Block =
  | { heading: string }
  | { text: string }
  | { code: string }
  | { svg: string }
  | { table: { header?: readonly string[]; rows: readonly (readonly string[])[] } };

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE = `
:root{color-scheme:light dark;--page:#fff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--panel:#f6f8fa}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#30363d;--panel:#151b23}}
body{margin:0 auto;padding:24px 16px 48px;max-width:780px;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
h1{font-size:28px;line-height:1.25;margin:8px 0 4px}h2{font-size:20px;margin:36px 0 8px}
p{margin:8px 0;max-width:70ch}
svg{display:block;margin:16px 0}
pre{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:12px;overflow-x:auto;font:13px/1.45 ui-monospace,monospace}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:12px 0;font-variant-numeric:tabular-nums}
th,td{border-bottom:1px solid var(--line);padding:6px 20px 6px 0;text-align:left;vertical-align:top}th{color:var(--soft);font-weight:600}
td.number,th.number{text-align:right;white-space:nowrap}`;

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
  if ("text" in block) return `<p>${escapeText(block.text)}</p>`;
  if ("code" in block) return `<pre>${escapeText(block.code)}</pre>`;
  return "svg" in block ? block.svg : table(block.table);
}

function table({ header, rows }: { header?: readonly string[]; rows: readonly (readonly string[])[] }): string {
  // A column of numbers stands to the right, its heading too.
  const numeric = rows[0]?.map((_, i) => rows.every((row) => /^[−-]?[\d.,]+( \S+)?$/.test(row[i]!))) ?? [];
  const line = (tag: string, row: readonly string[]) => {
    const cells = row.map((cell, i) => `<${tag}${numeric[i] ? ' class="number"' : ""}>${escapeText(cell)}</${tag}>`);
    return `<tr>${cells.join("")}</tr>`;
  };
  const head = header ? `<thead>${line("th", header)}</thead>` : "";
  const body = rows.map((row) => line("td", row)).join("\n");
  return `<div class="wide"><table>${head}<tbody>\n${body}\n</tbody></table></div>`;
}
