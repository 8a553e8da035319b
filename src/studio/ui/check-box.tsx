/** A small switch beside the title of a card. */
import type { Signal } from "@preact/signals";

export function CheckBox({ label, on }: { readonly label: string; readonly on: Signal<boolean> }) {
  return (
    <label class="row small">
      <input type="checkbox" checked={on.value} onChange={({ currentTarget }) => (on.value = currentTarget.checked)} />
      {label}
    </label>
  );
}
