import { useState } from "preact/hooks";

interface NumberInputProps {
  readonly id?: string;
  readonly class?: string;
  readonly label?: string;
  readonly describedBy?: string;
  readonly placeholder?: string;
  readonly value: number | null;
  readonly least?: number;
  readonly most?: number;
  /** A whole number between the ends, or null for an empty field; what lies outside is not told. */
  readonly onValue: (value: number | null) => void;
}

/** A field for a whole number. What is being typed stays as it is until it is done, whatever is drawn meanwhile. */
export function NumberInput(props: NumberInputProps) {
  const { value, least = -Infinity, most = Infinity, onValue } = props;
  const [draft, setDraft] = useState<string | null>(null);
  const done = (text: string) => {
    setDraft(null);
    const number = Math.round(Number(text));
    if (text.trim() === "") onValue(null);
    else if (number >= least && number <= most) onValue(number);
  };
  return (
    <input
      id={props.id}
      class={`input ${props.class ?? ""}`}
      type="number"
      min={Number.isFinite(least) ? least : undefined}
      max={Number.isFinite(most) ? most : undefined}
      step={1}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      placeholder={props.placeholder}
      value={draft ?? value ?? ""}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onChange={(event) => done(event.currentTarget.value)}
    />
  );
}
