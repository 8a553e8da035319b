/** A text as the steps that a network reads: characters run on, words stand apart. Long texts are drawn in blocks that change alone. */
import { useEffect, useMemo } from "preact/hooks";
import type { RefObject } from "preact";
import type { Span } from "./state.js";

export interface TokensProps {
  readonly steps: readonly string[];
  readonly step: number;
  /** Colour behind a step; another function draws all anew. */
  readonly shade: (step: number) => string | undefined;
  readonly title?: (step: number) => string;
  /** Steps after the marked one step back. */
  readonly ahead?: boolean;
  readonly span?: Span | null;
}

const BLOCK = 100;

export const areWords = (steps: readonly string[]): boolean => steps.some((label) => [...label].length > 1);

export function TokenBlocks(props: TokensProps) {
  const count = Math.ceil(props.steps.length / BLOCK);
  return Array.from({ length: count }, (_, block) => <Block key={block} {...props} block={block} />);
}

function Block({
  steps,
  step,
  shade,
  title,
  ahead = false,
  span = null,
  block,
}: TokensProps & { readonly block: number }) {
  const from = block * BLOCK;
  const to = Math.min(steps.length, from + BLOCK);
  // Where the mark is within the block, before it or after it: all that a block must know.
  const mark = Math.max(from - 1, Math.min(to, step));
  return useMemo(() => {
    const classOf = (i: number) => {
      const place = i === mark ? "current" : ahead && i > mark ? "ahead" : "";
      return span && i >= span[0] && i < span[1] ? `${place} spanned` : place;
    };
    return (
      <>
        {steps.slice(from, to).map((label, k) => (
          <span
            key={k}
            data-step={from + k}
            class={classOf(from + k)}
            style={{ background: shade(from + k) }}
            title={title?.(from + k)}
          >
            {label === "\n" ? "↵\n" : label}
          </span>
        ))}
      </>
    );
  }, [steps, mark, shade, title, ahead, span]);
}

/** Scrolls a field, and nothing but the field, so that the marked step is in it. */
export function useMarkInSight(field: RefObject<HTMLElement | null>, step: number): void {
  useEffect(() => {
    const { current: box } = field;
    const mark = box?.querySelector<HTMLElement>(".current");
    if (!box || !mark || box.scrollHeight <= box.clientHeight) return;
    const top = mark.offsetTop;
    const inSight = top >= box.scrollTop && top + mark.offsetHeight <= box.scrollTop + box.clientHeight;
    if (!inSight) box.scrollTop = top - box.clientHeight / 2;
  }, [step]);
}
