import { Icon } from "../../ui/icons.js";
import type { ControlProps } from "./controls.js";
import { t } from "./texts.js";

interface MapProps extends ControlProps {
  /** That a column can be. */
  readonly values: readonly string[];
}

/** A value for each of some columns: rows that are added and removed. */
export function MapControl({ columns, value, aria, set, values }: MapProps) {
  const given = Object.entries((value ?? {}) as Readonly<Record<string, string>>);
  const change = (entries: readonly (readonly [string, string])[]) =>
    set(entries.length === 0 ? undefined : Object.fromEntries(entries));
  const free = columns.map(({ name }) => name).filter((name) => !given.some(([other]) => other === name));
  return (
    <div class="map" role="group" aria-labelledby={`${aria.id}-label`} aria-describedby={aria["aria-describedby"]}>
      {given.map(([name, one], i) => (
        <div key={name} class="row">
          <span class="break small">{name}</span>
          <select
            class="select"
            aria-label={name}
            value={one}
            onChange={({ currentTarget }) =>
              change(given.map((entry, j) => (i === j ? [name, currentTarget.value] : entry)))
            }
          >
            {values.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
          <button
            type="button"
            class="button plain small icon"
            aria-label={t("remove", { name })}
            onClick={() => change(given.filter((_, j) => i !== j))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <select
        id={aria.id}
        class="select"
        aria-describedby={aria["aria-describedby"]}
        value=""
        disabled={free.length === 0}
        onChange={({ currentTarget }) => change([...given, [currentTarget.value, values[0] ?? ""]])}
      >
        <option value="">
          {t("add")}: {t("column")} …
        </option>
        {free.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
