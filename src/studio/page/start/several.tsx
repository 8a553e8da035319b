import type { ControlProps } from "./controls.js";

interface SeveralProps extends ControlProps {
  readonly values: readonly string[];
  /** Values that stand alone, such as "auto". */
  readonly alone: readonly string[];
}

/** Values to switch on and off; one that stands alone switches the others off. */
export function Several({ option, value, aria, set, values, alone }: SeveralProps) {
  const given = value ?? option.schema.default;
  const chosen = new Set(given === undefined ? [] : [given].flat().map(String));
  const toggle = (one: string) => {
    if (alone.includes(one)) return set(chosen.has(one) ? undefined : one);
    const next = values.filter((other) => (other === one) !== chosen.has(other));
    set(next.length === 0 ? undefined : next);
  };
  return (
    <div class="chips" role="group" aria-labelledby={`${aria.id}-label`} aria-describedby={aria["aria-describedby"]}>
      {[...alone, ...values].map((one, i) => (
        <label key={one} class={`chip-choice${alone.includes(one) ? " alone" : ""}`}>
          <input
            id={i === 0 ? aria.id : undefined}
            type="checkbox"
            checked={chosen.has(one)}
            onChange={() => toggle(one)}
          />
          <span class="break">{one}</span>
        </label>
      ))}
    </div>
  );
}
