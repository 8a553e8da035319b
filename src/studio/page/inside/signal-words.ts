/** What each signal of a cell means, in one sentence. */
import type { TracedCell } from "../../../explain/types.js";
import { dictionary, language } from "../../ui/i18n.js";

const t = dictionary(
  {
    keep: "Near 1 the unit keeps its old state, near 0 it lets it go.",
    write: "How much of the candidate enters the state: write = 1 − keep.",
    reset: "Near 0 the candidate is made as if nothing had come before, near 1 it sees the whole past.",
    candidate: "What the unit would write at this step.",
    state: "What the unit holds after the step: keep · old state + write · candidate.",
    lstmInput: "How much of the candidate enters the cell.",
    lstmForget: "Near 1 the cell keeps what it holds, near 0 it forgets.",
    lstmOutput: "How much of the cell is shown to what comes next.",
    lstmCell: "The memory itself: forget · old cell + input · candidate. It can grow beyond 1.",
    lstmState: "What the next layer sees: output · tanh(cell).",
    rnnState: "What the unit holds: made anew at every step from the input and the state before.",
    minState: "What the unit holds after the step; its gates look at the input alone, not at the state.",
    minInput: "The raw input gate; together with forget it makes write = input / (input + forget).",
    minForget: "The raw forget gate; together with input it makes keep = forget / (input + forget).",
    otherState: "What the unit holds after the step.",
  },
  {
    keep: "接近 1 时，单元保留旧状态；接近 0 时，舍弃旧状态。",
    write: "候选值有多少写入状态：write = 1 − keep。",
    reset: "接近 0 时，候选值的计算忽略过去；接近 1 时，看到全部过去。",
    candidate: "单元在这一步想要写入的值。",
    state: "这一步之后单元保存的值：keep · 旧状态 + write · 候选值。",
    lstmInput: "候选值有多少进入记忆单元。",
    lstmForget: "接近 1 时，保留记忆；接近 0 时，忘记。",
    lstmOutput: "记忆有多少展示给后面的层。",
    lstmCell: "记忆本身：forget · 旧记忆 + input · 候选值，可以超过 1。",
    lstmState: "下一层看到的值：output · tanh(cell)。",
    rnnState: "单元保存的值：每一步都由输入和前一状态重新计算。",
    minState: "这一步之后单元保存的值；它的门只看输入，不看状态。",
    minInput: "原始输入门；与 forget 一起得到 write = input / (input + forget)。",
    minForget: "原始遗忘门；与 input 一起得到 keep = forget / (input + forget)。",
    otherState: "这一步之后单元保存的值。",
  },
);

type Word = Parameters<typeof t>[0];

const OWN: Readonly<Partial<Record<TracedCell, Readonly<Record<string, Word>>>>> = {
  lstm: { input: "lstmInput", forget: "lstmForget", output: "lstmOutput", cell: "lstmCell", state: "lstmState" },
  simpleRnn: { state: "rnnState" },
  minGru: { state: "minState" },
  minLstm: { input: "minInput", forget: "minForget", state: "minState" },
  other: { state: "otherState" },
};

const SHARED: Readonly<Record<string, Word>> = {
  keep: "keep",
  write: "write",
  reset: "reset",
  candidate: "candidate",
  state: "state",
};

export function meaningOf(cell: TracedCell, signal: string): string {
  const word = OWN[cell]?.[signal] ?? SHARED[signal];
  return word ? t(word) : "";
}

const TITLES: Readonly<Record<string, readonly [english: string, chinese: string]>> = {
  keep: ["Keep share", "保留比例 keep"],
  write: ["Write share", "写入比例 write"],
  reset: ["Reset gate", "重置门 reset"],
  candidate: ["Candidate", "候选值 candidate"],
  state: ["State", "状态 state"],
  input: ["Input gate", "输入门 input"],
  forget: ["Forget gate", "遗忘门 forget"],
  output: ["Output gate", "输出门 output"],
  cell: ["Cell", "记忆 cell"],
};

export function titleOf(signal: string): string {
  return TITLES[signal]?.[language.value === "zh" ? 1 : 0] ?? signal;
}
