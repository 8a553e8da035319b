/** What makes a sweep of a training: options that are searched, and how. */
import { useId } from "preact/hooks";
import type { OptionForm } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { NumberInput } from "../../ui/number-input.js";
import { NO_SEARCH, type FormState, type Search, type Searched } from "./form-state.js";
import { kindOf } from "./option-kind.js";
import { nameOf } from "./option-names.js";
import { t } from "./texts.js";

/** Of what matters most, where a search may begin. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  units: "16,32,64",
  layers: "1..3",
  learningRate: "log:1e-4..1e-2",
  dropout: "0..0.5",
  batchSize: "16,32,64",
};
/** Trials with others could not be compared, or they concern none. */
const NEVER = ["seed", "gradientNorms", "shards", "saveEvery", "epochs", "patience", "memoryLimit"];
const GROUPS = ["Network", "Training"];

const LAYERS = "layers";

/** Options that can be searched: of the network and its training, with values that a word can say. */
function searchable({ form }: FormState): string[] {
  const options = form.groups.filter(({ name }) => GROUPS.includes(name)).flatMap((group) => group.options);
  const plain = options.filter((option) => !NEVER.includes(option.name) && beginningOf(option) !== null);
  const names = plain.map(({ name }) => name);
  return names.includes("units") ? [...names, LAYERS] : names;
}

/** What stands in the field at first; null for an option that cannot be searched by words. */
function beginningOf(option: OptionForm): string | null {
  const known = BEGINNINGS[option.name];
  if (known !== undefined) return known;
  const kind = kindOf(option);
  if (kind.kind === "choice") return kind.values.join(",");
  if (kind.kind === "switch") return "true,false";
  if (kind.kind === "number") return String(option.schema.default ?? "");
  return kind.kind === "list" ? String([option.schema.default ?? ""].flat().join("+")) : null;
}

export function SearchPart({ state }: { readonly state: FormState }) {
  const search = state.search.value;
  const change = (changes: Partial<Search>) => (state.search.value = { ...search, ...changes });
  const free = searchable(state).filter((name) => !search.space.some(({ option }) => option === name));
  const add = (name: string) => {
    const options = state.form.groups.flatMap((group) => group.options);
    const option = options.find((one) => one.name === name);
    const values = (option ? beginningOf(option) : BEGINNINGS[name]) ?? "";
    // Every trial would be slower by it.
    const norms = options.find((one) => one.name === "gradientNorms");
    if (search.space.length === 0 && norms) state.set(norms, undefined);
    change({ space: [...search.space, { option: name, values }] });
  };
  return (
    <details class="fold" open={search.space.length > 0}>
      <summary>
        <h2>{t("search")}</h2>
        {search.space.length > 0 && <span class="muted small tabular">{search.space.length}</span>}
      </summary>
      <div class="fold-body stack">
        <p class="small muted measure">{t("searchHelp")}</p>
        {search.space.length > 0 && (
          <ul class="space">
            {search.space.map((one, i) => (
              <Dimension
                key={one.option}
                searched={one}
                set={(next) => change({ space: search.space.map((other, j) => (i === j ? next : other)) })}
                remove={() => change({ space: search.space.filter((_, j) => i !== j) })}
              />
            ))}
          </ul>
        )}
        <select
          class="select space-add"
          aria-label={t("searchAdd")}
          value=""
          disabled={free.length === 0}
          onChange={({ currentTarget }) => {
            if (currentTarget.value !== "") add(currentTarget.value);
            currentTarget.value = "";
          }}
        >
          <option value="">{t("searchAdd")} …</option>
          {free.map((name) => (
            <option key={name} value={name}>
              {searchedName(name)}
            </option>
          ))}
        </select>
        {search.space.length > 0 && <How search={search} change={change} />}
      </div>
    </details>
  );
}

/** Layers are no option of a task, but of searches. */
export const searchedName = (name: string): string => (name === LAYERS ? t("layers") : nameOf(name));

function Dimension(props: { readonly searched: Searched; set(next: Searched): void; remove(): void }) {
  const { searched, set, remove } = props;
  const { option, values } = searched;
  const id = useId();
  const empty = values.trim() === "";
  return (
    <li>
      <label for={id} class="small">
        {searchedName(option)}
      </label>
      <input
        id={id}
        class="input mono"
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={values}
        aria-invalid={empty}
        placeholder="16,32,64"
        onInput={({ currentTarget }) => set({ option, values: currentTarget.value })}
      />
      <button
        type="button"
        class="button plain small icon"
        aria-label={t("remove", { name: searchedName(option) })}
        onClick={remove}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

const METHODS = ["tpe", "random", "grid"] as const;

function How({ search, change }: { readonly search: Search; change(changes: Partial<Search>): void }) {
  const id = useId();
  return (
    <div class="options">
      <div class="field">
        <label for={`${id}-trials`}>{t("trials")}</label>
        <NumberInput
          id={`${id}-trials`}
          least={1}
          value={search.trials}
          onValue={(trials) => change({ trials: trials ?? NO_SEARCH.trials })}
        />
      </div>
      <div class="field">
        <label for={`${id}-method`}>{t("method")}</label>
        <select
          id={`${id}-method`}
          class="select"
          value={search.method}
          onChange={({ currentTarget }) => change({ method: currentTarget.value as Search["method"] })}
        >
          {METHODS.map((method) => (
            <option key={method} value={method}>
              {t(method)}
            </option>
          ))}
        </select>
      </div>
      <div class="field">
        <span class="label">{t("halving")}</span>
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={search.halving}
            onChange={() => change({ halving: !search.halving })}
          />
          <span class="small muted">{t("halvingHelp")}</span>
        </label>
      </div>
    </div>
  );
}
