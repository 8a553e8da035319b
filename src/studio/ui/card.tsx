import type { ComponentChildren } from "preact";

export interface CardProps {
  readonly title: string;
  /** Stands at the right of the title. */
  readonly aside?: ComponentChildren;
  /** The content goes up to the edges, as tables do. */
  readonly flush?: boolean;
  readonly children: ComponentChildren;
}

/** A part of a page under its own heading. */
export function Card({ title, aside, flush = false, children }: CardProps) {
  return (
    <section class="card">
      <div class="head">
        <h2>{title}</h2>
        {aside}
      </div>
      <div class={flush ? "flush" : "body"}>{children}</div>
    </section>
  );
}
