/** Texts of the shell: what stands around every page. */
import { dictionary } from "../ui/i18n.js";

const english = {
  runs: "Runs",
  start: "New run",
  data: "Data",
  overview: "Overview",
  compare: "Side by side",
  inside: "Inside",
  model: "Model",
  generate: "Generate",
  forecast: "Forecast",
  skip: "Skip to content",
  main: "Pages",
  tabs: "Pages of this run",
  crumbs: "Where this is",
  missing: "There is no such page",
  missingHelp: "The address names nothing that the studio has.",
  toRuns: "To the runs",
  noSession: "Open the studio from the terminal",
  noSessionHelp:
    "This page is only for the one who started it. Run npx sluice studio and open the address that it prints; the address works once.",
  crashed: "This page cannot be shown",
  running: "running",
  finished: "finished",
  interrupted: "stopped",
  failed: "failed",
  broken: "unreadable",
} as const;

export type ShellText = keyof typeof english;

export const t = dictionary(english, {
  runs: "训练记录",
  start: "新建训练",
  data: "数据",
  overview: "概览",
  compare: "并排比较",
  inside: "内部",
  model: "模型",
  generate: "生成",
  forecast: "预测",
  skip: "跳到内容",
  main: "页面",
  tabs: "本次训练的页面",
  crumbs: "当前位置",
  missing: "没有这个页面",
  missingHelp: "网址所指的内容在 Studio 中不存在。",
  toRuns: "查看训练记录",
  noSession: "请从终端打开 Studio",
  noSessionHelp: "此页面只供启动者使用。请运行 npx sluice studio，并打开它给出的网址；该网址只能使用一次。",
  crashed: "无法显示此页面",
  running: "训练中",
  finished: "已完成",
  interrupted: "已停止",
  failed: "失败",
  broken: "无法读取",
});
