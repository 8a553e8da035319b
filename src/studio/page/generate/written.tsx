import { useEffect, useRef, useState } from "preact/hooks";
import { duration, percent } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { Empty } from "../../ui/notices.js";
import { toast, toastError } from "../../ui/toasts.js";
import { t } from "./texts.js";
import type { Piece, Writing } from "./writing.js";

/** What came, coloured by how little it was expected; the end stays in sight as long as nobody scrolls away from it. */
export function WrittenText({ writing }: { readonly writing: Writing }) {
  const [coloured, setColoured] = useState(true);
  const field = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const pieces = writing.pieces.value;
  const known = pieces.some(({ probability }) => probability !== null);
  useEffect(() => {
    const { current } = field;
    if (current && atEnd.current) current.scrollTop = current.scrollHeight;
  }, [pieces]);
  const copy = () => {
    const text = writing.prompt.value + pieces.map((piece) => piece.text).join("");
    navigator.clipboard.writeText(text).then(() => toast(t("copied"), "good"), toastError);
  };
  return (
    <section class="card" aria-labelledby="generate-text">
      <div class="head">
        <h2 id="generate-text">{t("text")}</h2>
        <div class="row wrap">
          <label class="row small">
            <input type="checkbox" checked={coloured} onChange={(event) => setColoured(event.currentTarget.checked)} />
            {t("colour")}
          </label>
          <button type="button" class="button small" disabled={pieces.length === 0} onClick={copy}>
            <Icon name="file" />
            {t("copy")}
          </button>
        </div>
      </div>
      <div class="body stack tight">
        {writing.state.value === "idle" ? (
          <Empty icon="generate" title={t("empty")}>
            <p>{t("emptyHelp")}</p>
          </Empty>
        ) : (
          <>
            <div
              class="written"
              ref={field}
              role="region"
              aria-labelledby="generate-text"
              aria-busy={writing.state.value === "writing"}
              tabIndex={0}
              onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
                atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
              }}
            >
              <span class="written-prompt">{writing.prompt.value}</span>
              {blocks(pieces).map((block, i) => (
                <Block key={i} pieces={block} coloured={coloured} />
              ))}
            </div>
            <div class="row wrap between small muted">
              <span role="status" class="tabular">
                {status(writing)}
              </span>
              {coloured && known && (
                <span class="row" title={t("legend")}>
                  {t("expected")}
                  <i class="surprise-scale" aria-hidden="true" />
                  {t("surprising")}
                </span>
              )}
            </div>
          </>
        )}
      </div>
    </section>
  );
}

function status(writing: Writing): string {
  const count = writing.pieces.value.length;
  const { value: state } = writing.state;
  if (state === "writing") return t("writing", { count });
  if (state === "stopped") return t("stopped", { count });
  const end = writing.end.value;
  return end ? t("done", { count, time: duration(end.seconds) }) : "";
}

/** Blocks that are full are not drawn again. */
const BLOCK = 200;

function blocks(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const count = Math.ceil(pieces.length / BLOCK);
  return Array.from({ length: count }, (_, i) => pieces.slice(i * BLOCK, (i + 1) * BLOCK));
}

interface BlockProps {
  readonly pieces: readonly Piece[];
  readonly coloured: boolean;
}

function Block({ pieces, coloured }: BlockProps) {
  const drawn = useRef<{ readonly key: string; readonly node: preact.JSX.Element } | null>(null);
  const key = `${pieces.length} ${coloured}`;
  if (drawn.current?.key !== key || pieces.length < BLOCK) {
    const node = (
      <span>
        {pieces.map((piece, i) => (
          <span key={i} style={{ background: coloured ? surprise(piece) : "" }} title={chance(piece)}>
            {piece.text}
          </span>
        ))}
      </span>
    );
    drawn.current = { key, node };
  }
  return drawn.current.node;
}

function chance({ text, probability }: Piece): string | undefined {
  return probability === null ? undefined : t("chance", { text, share: percent(probability, 1) });
}

/** −ln P of what nobody expects: 1 in 150. */
const GREATEST = 5;

function surprise({ probability }: Piece): string | undefined {
  if (probability === null) return undefined;
  const share = Math.min(1, -Math.log(Math.max(1e-12, probability)) / GREATEST);
  const part = Math.round(60 * share);
  return part < 4 ? undefined : `color-mix(in srgb, var(--tint-more) ${part}%, transparent)`;
}
