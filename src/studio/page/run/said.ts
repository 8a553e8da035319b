/** What runs say in English, such as names of baselines and facts of the data, in the language of the page. */
import { language } from "../../ui/i18n.js";

const WHOLE: Readonly<Record<string, string>> = {
  // Parts of the data, and what their samples are.
  test: "测试部分",
  validation: "验证部分",
  windows: "个窗口",
  forecasts: "次预测",
  rows: "行",
  texts: "条文本",
  clips: "个片段",
  samples: "个样本",
  sequences: "个序列",
  sentences: "个句子",
  characters: "个字符",
  words: "个词",
  // Those that the network is held beside.
  network: "网络",
  "last value": "最后的值",
  "last observation": "最后的观测",
  "seasonal naive": "季节朴素法",
  "linear autoregression": "线性自回归",
  "every naive baseline": "每个朴素基线",
  "linear regression": "线性回归",
  "linear model, filled forward": "线性模型（向前填充）",
  "mean of the training part": "训练部分的均值",
  mean: "均值",
  "the source itself": "源句本身",
  unigram: "一元模型",
  // Facts of the data.
  "none found": "未发现",
  "not looked at": "不使用",
};

/** Names of facts. */
const FACTS: Readonly<Record<string, string>> = {
  rows: "行数",
  series: "序列",
  target: "目标",
  dates: "日期",
  step: "步长",
  season: "季节",
  calendar: "日历特征",
  doubt: "不确定性",
  lags: "滞后",
  "known up to the present": "到目前为止已知",
  "known in the future": "将来已知",
  "read from disk": "从磁盘读取",
  "targets missing": "缺失的目标值",
  "train part": "训练部分",
  "training part": "训练部分",
  "validation part": "验证部分",
  "calibration part": "校准部分",
  "test part": "测试部分",
};

const UNITS: Readonly<Record<string, string>> = { day: "天", hour: "小时", minute: "分钟", second: "秒", week: "周", month: "个月", year: "年" }; // prettier-ignore

/** With numbers and names of columns in them. */
const FORMS: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^seasonal naive \((\d+) steps?\)$/, (n) => `季节朴素法（${n} 步）`],
  [/^linear autoregression \((\d+) steps?\)$/, (n) => `线性自回归（${n} 步）`],
  [/^it has (\d+) rows?; one window needs (\d+)$/, (rows, needed) => `只有 ${rows} 行，一个窗口需要 ${needed} 行`],
  [/^forecast: series .+ has (\d+) rows?; .* need about (\d+)$/, (rows, needed) => `只有 ${rows} 行，大约需要 ${needed} 行`],
  [/^(\d+) windows$/, (n) => `${n} 个窗口`],
  [/^(\d+) windows, horizons from (.+) to (.+)$/, (n, from, to) => `${n} 个窗口，预测起点从 ${from} 到 ${to}`],
  [/^(\d+) steps$/, (n) => `${n} 步`],
  [/^(\d+), by (.+), of (\d+) to (\d+) rows$/, (n, by, least, most) => `${n} 个，按 ${by} 区分，每个 ${least} 到 ${most} 行`],
  [/^(\d+), by (.+), of (\d+) rows$/, (n, by, rows) => `${n} 个，按 ${by} 区分，每个 ${rows} 行`],
  [/^(\d+), by (.+)$/, (n, by) => `${n} 个，按 ${by} 区分`],
  [/^(\d+) (day|hour|minute|second|week|month|year)s?, (\d+) gaps?$/, (n, unit, gaps) => `${n} ${UNITS[unit!]}，${gaps} 处间断`],
  [/^(\d{4}-\S+) to (\d{4}-\S+)$/, (from, to) => `${from} 至 ${to}`],
  [/^column (.+)$/, (name) => `列 ${name}`],
]; // prettier-ignore

/** The same text where there is no other, such as what a file is called. */
export function said(text: string): string {
  if (language.value !== "zh") return text;
  if (Object.hasOwn(WHOLE, text)) return WHOLE[text]!;
  for (const [form, words] of FORMS) {
    const found = form.exec(text);
    if (found) return words(...found.slice(1));
  }
  return text;
}

export const factName = (name: string): string =>
  language.value === "zh" && Object.hasOwn(FACTS, name) ? FACTS[name]! : name;
