import { shortNumber } from "./number.js";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Drawn apart from the others, such as the true class. */
  readonly marked?: boolean;
}

export interface BarsProps {
  /** What is shown; read out as the name of the list. */
  label: string;
  bars: readonly Bar[];
  /** The value that fills the whole width. Default: the largest size of all. */
  full?: number;
  text?: (value: number) => string;
}

/** Names, bars and numbers below each other, such as the probabilities of classes; bars of negative values have the other colour. */
export function Bars({ label, bars, full, text = shortNumber }: BarsProps) {
  const whole = full ?? Math.max(1e-12, ...bars.map(({ value }) => Math.abs(value)));
  return (
    <ul class="bars" aria-label={label}>
      {bars.map(({ label, value, marked }) => (
        <li key={label} class={marked ? "marked" : ""}>
          <span class="bars-label">{label}</span>
          <span class="bars-track" aria-hidden="true">
            <i
              class={value < 0 ? "negative" : ""}
              style={{ width: `${Math.min(100, (100 * Math.abs(value)) / whole)}%` }}
            />
          </span>
          <span class="bars-value">{text(value)}</span>
        </li>
      ))}
    </ul>
  );
}
