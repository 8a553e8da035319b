import type { Bidirectional } from "../../../layers/recurrent/bidirectional.js";
import { upright } from "./masks.js";
import { agree, recurrentNode, type Direction, type DirectionResult, type Recurrent } from "./recurrent-node.js";
import type { Use } from "./use.js";
import type { Mask, Masked, Value } from "./value.js";

/** GRU, LSTM, SimpleRNN, and rnn({ cell }) of their cells. */
export function recurrent(use: Use): Masked[] {
  const layer = use.layer as unknown as Recurrent;
  const { returnSequences, returnState, goBackwards, zeroOutputForMask } = layer.config;
  const [x, ...given] = use.floats;
  const reverse = goBackwards!;
  const { mask } = use;
  const initial = initialOf(use, layer, use.path, given);
  const { directions } = recurrentNode(use, x!, mask, [{ layer, reverse, initial }]);
  const [{ sequence, states }] = directions as [DirectionResult];
  if (layer.config.stateful) use.shared.states.put(layer, states);
  const further = returnState ? states.map((name, i) => single(use, name, i + 1)) : [];
  if (!returnSequences) {
    // What stands at the last step, which is zeros where that one is masked.
    const last = mask && zeroOutputForMask && !reverse ? lastStep(use, sequence) : states[0]!;
    return [single(use, last, 0), ...further];
  }
  const whole = mask && !zeroOutputForMask && !reverse ? heldOn(use, sequence, mask, states[0]!) : sequence;
  if (!reverse) return [{ value: whole, mask }, ...further];
  const turned = mask && { use: flipped(use, mask.use), lengths: null };
  return [{ value: flipped(use, whole), mask: turned }, ...further];
}

const single = (use: Use, name: string, i: number): Masked => ({ value: use.value(name, use.shapes[i]!), mask: null });

/** Names of the states with which a layer begins. */
function initialOf(use: Use, layer: Recurrent, path: string, given: readonly Value[]): readonly string[] {
  if (given.length > 0) return given.map((value) => value.in("batch"));
  return layer.config.stateful ? use.shared.states.take(layer, path, layer.cell.stateSizes) : [];
}

function lastStep(use: Use, sequence: Value): string {
  return use.node("Gather", [sequence.in("time"), use.emitter.scalar(-1, "int64")], { axis: 0 });
}

/** Behind the end of a sequence its last output goes on, where ONNX has zeros. */
function heldOn(use: Use, sequence: Value, mask: Mask, last: string): Value {
  return use.lazy(sequence.shape, "time", "float32", (layout) => {
    const row = layout === "time" ? last : use.node("Unsqueeze", [last, use.ints(1)]);
    return use.node("Where", [upright(use, mask, layout), sequence.in(layout), row]);
  });
}

/** ONNX cuts numbers off at the size: so far back is the beginning. */
const BEGINNING = -(2 ** 31);

/** Time turned round. */
function flipped(use: Use, value: Value): Value {
  return use.lazy(value.shape, value.native, value.type, (layout) => {
    const axis = use.ints(layout === "time" ? 0 : 1);
    return use.node("Slice", [value.in(layout), use.ints(-1), use.ints(BEGINNING), axis, use.ints(-1)]);
  });
}

/** One node for both directions where they agree, else two. */
export function bidirectional(use: Use): Masked[] {
  const layer = use.layer as unknown as Bidirectional;
  const [forward, backward] = [layer.forwardLayer, layer.backwardLayer];
  const { returnSequences, returnState, stateful } = forward.config;
  const { mask } = use;
  const [x, ...given] = use.floats;
  const half = given.length === 0 ? 0 : forward.cell.stateSizes.length;
  const ahead = { layer: forward, reverse: false, initial: initialOf(use, forward, `${use.path}_forward`, given.slice(0, half)) }; // prettier-ignore
  const back = { layer: backward, reverse: true, initial: initialOf(use, backward, `${use.path}_backward`, given.slice(half)) }; // prettier-ignore
  const both = bothDirections(use, x!, mask, ahead, back);
  const [a, b] = both.directions as [DirectionResult, DirectionResult];
  if (stateful) {
    use.shared.states.put(forward, a.states);
    use.shared.states.put(backward, b.states);
  }
  const mode = (use.config["mergeMode"] ?? "none") as Mode;
  const last = ({ states: [h] }: DirectionResult, i: number) => single(use, h!, mode === "none" ? i : 0).value;
  const parts = returnSequences ? [a.sequence, b.sequence] : [last(a, 0), last(b, 1)];
  const whole = returnSequences && mode === "concat" ? both.Y : null;
  const outputs = whole === null ? join(use, mode, parts) : [sideBySide(use, whole)];
  const states = returnState ? [...a.states, ...b.states] : [];
  return [
    ...outputs.map((value) => ({ value, mask: returnSequences ? mask : null })),
    ...states.map((name, i) => single(use, name, outputs.length + i)),
  ];
}

/** Y is null where there are two nodes. */
function bothDirections(use: Use, x: Value, mask: Mask | null, ahead: Direction, back: Direction) {
  if (agree(ahead.layer, back.layer)) return recurrentNode(use, x, mask, [ahead, back]);
  const nodes = [recurrentNode(use, x, mask, [ahead], "forward_"), recurrentNode(use, x, mask, [back], "backward_")];
  return { Y: null, directions: nodes.flatMap(({ directions }) => directions) };
}

type Mode = "concat" | "sum" | "mul" | "ave" | "none";

function join(use: Use, mode: Mode, values: readonly Value[]): readonly Value[] {
  if (mode === "none") return values;
  const layout = use.layoutOf(values);
  const names = values.map((value) => value.in(layout));
  const name = {
    concat: () => use.node("Concat", names, { axis: -1 }),
    sum: () => use.node("Add", names),
    mul: () => use.node("Mul", names),
    ave: () => use.node("Mul", [use.node("Add", names), use.emitter.scalar(0.5)]),
  }[mode]();
  return [use.value(name, use.shapes[0]!, layout)];
}

/** Y [T, 2, B, H] as [T, B, 2H] or [B, T, 2H]. */
function sideBySide(use: Use, Y: string): Value {
  const shape = use.shapes[0]!;
  return use.lazy(shape, "time", "float32", (layout) => {
    const perm = { ints: layout === "time" ? [0, 2, 1, 3] : [2, 0, 1, 3] };
    return use.node("Reshape", [use.node("Transpose", [Y], { perm }), use.ints(0, 0, shape.at(-1) as number)]);
  });
}
