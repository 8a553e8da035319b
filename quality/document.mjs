/** docs/quality.md and its Chinese twin, written from the results. */
import { writeFileSync } from "node:fs";
import { format } from "prettier";
import { ROWS } from "./recipes/index.mjs";
import { cellsOf, defaultsCells } from "./table.mjs";

/** @typedef {ReturnType<typeof import("./results.mjs").openResults>} Results */

/** @param {string[][]} lines the first is the heading */
export function markdown(lines) {
  const render = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [render(lines[0]), `|${lines[0].map(() => "-").join("|")}|`, ...lines.slice(1).map(render)].join("\n");
}

/** @param {import("./recipes/index.mjs").Metric} metric */
const label = ({ name, unit, mode }) => `${name}${unit ? `, ${unit}` : ""} ${mode === "min" ? "↓" : "↑"}`;

/** @param {Results} results @param {string[]} heading @param {(row: any, i: number, cells: any) => string[]} cells */
function tableOf(results, heading, cells) {
  const measured = ROWS.filter((row) => results.rows[row.id] !== undefined);
  const lines = measured.flatMap((row) =>
    row.metrics.map((metric, i) => {
      const own = cellsOf(row, results.of(row), metric);
      return [i === 0 ? `\`${row.id}\`` : "", label(metric), ...cells(row, i, own)];
    }),
  );
  return markdown([heading, ...lines]);
}

/** @param {Results} results @param {string[]} heading */
const recipeTable = (results, heading) =>
  tableOf(results, heading, (row, i, { trivial, simple, published, torch, sluice, good }) => [
    trivial,
    simple,
    published,
    torch,
    sluice,
    good,
  ]);

/** @param {Results} results @param {string[]} heading */
function defaultsTable(results, heading) {
  const measured = ROWS.filter((row) => results.rows[row.id] !== undefined && row.defaults);
  const lines = measured.flatMap((row) =>
    row.metrics.flatMap((metric, i) => {
      const cells = defaultsCells(row, results.of(row), metric);
      if (cells === undefined || cells.own.includes("NaN")) return [];
      const { own, simple, torch, beatsSimple, seconds } = cells;
      const published = cellsOf(row, results.of(row), metric).published;
      return [[i === 0 ? `\`${row.id}\`` : "", label(metric), published, torch, simple, beatsSimple, own, seconds]];
    }),
  );
  return markdown([heading, ...lines]);
}

/** @param {Results} results @param {string[]} heading */
function timeTable(results, heading) {
  const measured = ROWS.filter((row) => results.rows[row.id] !== undefined);
  const lines = measured.map((row) => {
    const { ownSeconds, torchSeconds, faster } = cellsOf(row, results.of(row), row.metrics[0]);
    return [`\`${row.id}\``, ownSeconds, torchSeconds, faster];
  });
  return markdown([heading, ...lines]);
}

/** @param {Results} results @param {(row: any) => string} describe */
const rowList = (results, describe) => ROWS.filter((row) => results.rows[row.id] !== undefined).map(describe).join("\n"); // prettier-ignore

/** The days and machines of the results. @param {Results} results */
function origin(results) {
  const all = Object.values(results.rows).filter((row) => row.date !== undefined);
  const days = [...new Set(all.map(({ date }) => date))].sort();
  return { days: days.join(", "), machines: [...new Set(all.map(({ machine }) => machine))].join("; ") };
}

/** @param {any} row */
const namesOf = ({ names }) => [names.trivial, names.simple].filter(Boolean).join(", ");

/** @param {Results} results */
function english(results) {
  const { days, machines } = origin(results);
  const heading = ["", "", "trivial", "simple", "PyTorch, published", "PyTorch, here", "Sluice", "as good"];
  return `# Quality

Written by \`npm run quality -- --torch --write\` on ${days}; ${machines}. How the rows are measured is said in [quality/README.md](../quality/README.md).

## The same recipe

Sluice and PyTorch train the same network on the same arrays with the same budget: architecture, initial distributions, optimizer, batches and epochs
are stated once for both. Figures are of the test part, mean ± standard deviation over seeds 0, 1 and 2, or from 0 to n − 1 where n is given; whatever is chosen
is chosen on a validation part. "Published" is what PyTorch 1.13 reached when the recipe was set up.

${recipeTable(results, heading)}

"As good": no worse than PyTorch's mean by more than two of its standard deviations. ¹ Compared with PyTorch here, over more seeds than were published:
what three seeds say of a deviation can be far off (\`motions\`: 1.000 ± 0.000 over three, 0.96 ± 0.05 over ten). ² Only one seed was published and run:
compared with that, by the deviation of our own seeds.

The trivial and the simple baseline of each row:

${rowList(results, (row) => `- \`${row.id}\` (${row.task}): ${namesOf(row)}`)}

## Our defaults

What \`sluice train\` chooses by itself when it is given the file and told what to foresee or classify: nothing of the network. The test part is the same;
the validation part is cut from the rest. "As PyTorch" allows two of its standard deviations; "as simple" compares with the better one of the row's
simple baseline and the task's own, and allows nothing.

${defaultsTable(results, ["", "", "PyTorch's recipe", "as PyTorch", "simple", "as simple", "Sluice's defaults", "s"])}

## Time

Seconds of processor time for one training on one core, PyTorch on one thread.

${timeTable(results, ["", "Sluice", "PyTorch", "faster"])}
`;
}

const CHINESE = { yes: "是", NO: "否" };
/** @param {string} text */
const translated = (text) => text.replace(/\b(yes|NO)\b/g, (word) => CHINESE[/** @type {"yes" | "NO"} */ (word)]);

/** @param {Results} results */
function chinese(results) {
  const { days, machines } = origin(results);
  const heading = ["", "", "平凡基线", "简单基线", "PyTorch（已公布）", "PyTorch（本机）", "Sluice", "不逊色"];
  return `# 质量

由 \`npm run quality -- --torch --write\` 于 ${days} 生成；${machines}。各行如何测量见 [quality/README.md](../../quality/README.md)（英文）。

## 相同的配方

Sluice 与 PyTorch 用同样的数组、同样的预算训练同样的网络：结构、初始分布、优化器、批次与轮数只写一遍，两边共用。数值都在测试部分上测得，
均为种子 0、1、2 的均值 ± 标准差，注明 n 时为种子 0 到 n − 1；凡是选择都在验证部分上做出。“已公布”是当初制定配方时 PyTorch 1.13 的结果。

${translated(recipeTable(results, heading))}

“不逊色”：比 PyTorch 的均值差不超过其标准差的两倍。¹ 与本机上的 PyTorch 比较，其种子多于已公布的：三个种子给出的标准差可能相去甚远
（\`motions\`：三个种子为 1.000 ± 0.000，十个种子为 0.96 ± 0.05）。² 公布的和本机测的都只有一个种子：与它比较，标准差取我们自己各种子的。

每一行的平凡基线与简单基线（英文名）：

${rowList(results, (row) => `- \`${row.id}\`：${namesOf(row)}`)}

## 我们的默认值

\`sluice train\` 只拿到文件、只知道要预测或分类什么时自己选出的结果，网络的任何选项都不给。测试部分相同，验证部分从其余数据中切出。“不逊于 PyTorch”
允许其标准差的两倍；“不逊于简单基线”与本行的简单基线和任务自带的简单基线中较好的一个比较，没有余地。

${translated(defaultsTable(results, ["", "", "PyTorch 的配方", "不逊于 PyTorch", "简单基线", "不逊于简单基线", "Sluice 的默认值", "秒"]))}

## 时间

单核上训练一次所用的处理器秒数，PyTorch 为单线程。

${translated(timeTable(results, ["", "Sluice", "PyTorch", "更快"]))}
`;
}

/** @param {Results} results */
export async function writeDocuments(results) {
  const write = async (/** @type {string} */ page, /** @type {string} */ text) =>
    writeFileSync(new URL(page, import.meta.url), await format(text, { parser: "markdown", printWidth: 120 }));
  await write("../docs/quality.md", english(results));
  await write("../docs/zh-CN/quality.md", chinese(results));
}
