/** Settings worth a look, one click each, with what there is to see. */
import { dictionary } from "../ui/i18n.js";
import type { ProblemName, Settings } from "./settings.js";

export const experimentText = dictionary(
  {
    two: "Two units",
    twoWhat:
      "A wave needs two numbers, where it is and which way it goes. Two units beat the last value, though they cannot tell the periods apart well.",
    sineSimple: "Simple RNN",
    sineSimpleWhat: "On so short a memory it does nearly as well as the gated cells.",
    forgets: "The simple RNN forgets",
    forgetsWhat:
      "It stays at the baseline. Look at the gradient by time step: almost nothing arrives at the first steps.",
    far: "A GRU over 150 steps",
    farWhat: "Its gates learn to keep: the first marked number stays in the state until the end.",
    explode: "Without clipping",
    explodeWhat:
      "Plain gradient descent at a high rate and no clipping: it explodes within a few steps. Clip at 1, and it does not.",
    linear: "minGru cannot flip",
    linearWhat:
      "Its gates see the input alone and never the state, so nothing can turn the bit over: it gets the first few steps right, and more units do not help.",
    paritySimple: "Simple RNN",
    paritySimpleWhat: "One bit in one step is what it is good at; it needs longer to find it.",
    parityLong: "100 bits at once",
    parityLongWhat: "One slip spoils all that follows, and yet: once the bit is found, it holds for any length.",
    counts: "Look into an LSTM",
    countsWhat:
      "Its cell is a sum: some units climb with “(” and fall with “)”. The answer reads tanh of it, though, which levels off, so it counts no further than the GRU.",
    short: "Trained on 10 brackets",
    shortWhat:
      "Within seconds it counts without a mistake, and mostly so at twice the length that is shown. Deep ones go wrong first: no network here has found the rule for any depth.",
    few: "Eight units",
    fewWhat: "Enough for words, too few to remember which line comes next.",
    textSimple: "Simple RNN",
    textSimpleWhat: "It spells as well; look how the gradient grows or shrinks from step to step.",
    deep: "Two layers",
    deepWhat: "The second layer reads the states of the first. Compare what the units of each do.",
  },
  {
    two: "两个单元",
    twoWhat: "一条波需要两个数：在哪里，往哪走。两个单元就能胜过重复上一个值，但难以区分不同的周期。",
    sineSimple: "简单 RNN",
    sineSimpleWhat: "所需记忆这么短时，它与带门的单元几乎一样好。",
    forgets: "简单 RNN 会遗忘",
    forgetsWhat: "它停在基线上。看各时间步的梯度：最前面的步几乎什么也得不到。",
    far: "跨越 150 步的 GRU",
    farWhat: "它的门学会保留：第一个有标记的数一直留在状态里直到结尾。",
    explode: "不裁剪",
    explodeWhat: "高学习率的普通梯度下降，不裁剪：几步之内就会爆炸。以 1 裁剪则不会。",
    linear: "minGru 不会翻转",
    linearWhat: "它的门只看输入，不看状态，因此无法翻转那个比特：只能答对最初几步，增加单元也没有用。",
    paritySimple: "简单 RNN",
    paritySimpleWhat: "一步之内的一个比特正是它擅长的，只是要花更久才能找到。",
    parityLong: "一次 100 个比特",
    parityLongWhat: "错一次，后面就全错；然而一旦找到那个比特，任意长度都能保持。",
    counts: "看看 LSTM 内部",
    countsWhat:
      "它的记忆（cell）是累加的和：有些单元随“(”上升、随“)”下降。但回答读到的是它的 tanh，会趋于饱和，所以并不比 GRU 数得更远。",
    short: "只用 10 个括号训练",
    shortWhat:
      "几秒之内就能数得毫无差错，在所示的两倍长度上也大多正确。最先出错的是深处：这里没有网络找到适用于任意深度的规则。",
    few: "八个单元",
    fewWhat: "足以学会单词，却不够记住下一行是什么。",
    textSimple: "简单 RNN",
    textSimpleWhat: "拼写同样不错；看看梯度如何逐步增长或缩小。",
    deep: "两层",
    deepWhat: "第二层读取第一层的状态。比较两层的单元各做什么。",
  },
);

export type Experiment = Parameters<typeof experimentText>[0] extends infer Key
  ? Key extends `${string}What`
    ? never
    : Key
  : never;

export const EXPERIMENTS: Readonly<
  Record<ProblemName, readonly { readonly name: Experiment; readonly changes: Partial<Settings> }[]>
> = {
  sine: [
    { name: "two", changes: { units: 2 } },
    { name: "sineSimple", changes: { cell: "simpleRnn" } },
  ],
  adding: [
    { name: "forgets", changes: { cell: "simpleRnn" } },
    { name: "far", changes: { length: 150 } },
    { name: "explode", changes: { cell: "simpleRnn", optimizer: "sgd", learningRate: 0.3, clip: 0 } },
  ],
  parity: [
    { name: "linear", changes: { cell: "minGru", units: 32 } },
    { name: "paritySimple", changes: { cell: "simpleRnn" } },
    { name: "parityLong", changes: { length: 100 } },
  ],
  brackets: [
    { name: "counts", changes: { cell: "lstm" } },
    { name: "short", changes: { length: 10 } },
  ],
  text: [
    { name: "few", changes: { units: 8 } },
    { name: "textSimple", changes: { cell: "simpleRnn" } },
    { name: "deep", changes: { layers: 2, units: 32 } },
  ],
};
