/** How many of a known number are done, as a card with a bar at its upper edge. */
import type { ComponentChildren } from "preact";
import { Card } from "./card.js";

export interface ProgressCardProps {
  readonly title: string;
  /** "3 of 40". */
  readonly words: string;
  readonly done: number;
  readonly of: number;
  readonly children?: ComponentChildren;
}

export function ProgressCard({ title, words, done, of, children }: ProgressCardProps) {
  return (
    <Card title={title} aside={<span class="small muted tabular">{words}</span>} flush>
      <div
        class="bar edge"
        role="progressbar"
        aria-label={title}
        aria-valuemin={0}
        aria-valuemax={of}
        aria-valuenow={done}
        aria-valuetext={words}
      >
        <span style={{ width: `${(100 * done) / Math.max(1, of)}%` }} />
      </div>
      {children}
    </Card>
  );
}
