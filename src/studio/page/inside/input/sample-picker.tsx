import { useState } from "preact/hooks";
import type { SampleInfo, SamplesReply } from "../../../api/index.js";
import { count, duration } from "../../../ui/format.js";
import { dictionary } from "../../../ui/i18n.js";
import { Icon } from "../../../ui/icons.js";
import { Empty, Failure, Loading, Note } from "../../../ui/notices.js";
import { get } from "../../client.js";
import { useResource, type Resource } from "../../resource.js";
import { SAMPLES } from "./input-panel.js";

const t = dictionary(
  {
    list: "Samples",
    none: "There are no samples to pick",
    range: "{from} to {to} of {count}",
    earlier: "Earlier samples",
    later: "Later samples",
    from: "from {source}",
  },
  {
    list: "样本",
    none: "没有可选的样本",
    range: "第 {from} 至 {to} 个，共 {count} 个",
    earlier: "前面的样本",
    later: "后面的样本",
    from: "来自 {source}",
  },
);

interface SamplePickerProps {
  readonly first: Resource<SamplesReply>;
  readonly path: string;
  readonly chosen: SampleInfo | null;
  readonly onChoose: (sample: SampleInfo) => void;
}

export function SamplePicker({ first, path, chosen, onChoose }: SamplePickerProps) {
  const [from, setFrom] = useState(0);
  const later = useResource(from === 0 ? null : `${path}?from=${from}&count=${SAMPLES}`, (key, signal) =>
    get<SamplesReply>(key, signal),
  );
  const { value, error, reload } = from === 0 ? first : later;
  if (error) return <Failure error={error} retry={reload} />;
  if (!value) return <Loading height={160} />;
  if (value.problem !== null && value.samples.length === 0) return <Note tone="warn">{value.problem}</Note>;
  if (value.samples.length === 0) return <Empty icon="data" title={t("none")} />;
  const to = from + value.samples.length;
  return (
    <div class="stack tight">
      <ul class="samples" aria-label={t("list")}>
        {value.samples.map((sample) => (
          <li key={sample.index}>
            <button type="button" aria-pressed={sample.index === chosen?.index} onClick={() => onChoose(sample)}>
              <span class="muted tabular">{count(sample.index + 1)}</span>
              <span class="truncate">{sampleTitle(sample)}</span>
            </button>
          </li>
        ))}
      </ul>
      <div class="row between small muted">
        <span class="tabular break">
          {t("range", { from: from + 1, to, count: value.count })}
          {value.source !== null && <> · {t("from", { source: value.source })}</>}
        </span>
        <span class="row">
          <button
            type="button"
            class="button plain small icon"
            aria-label={t("earlier")}
            disabled={from === 0}
            onClick={() => setFrom(Math.max(0, from - SAMPLES))}
          >
            <Icon name="right" class="flipped" />
          </button>
          <button
            type="button"
            class="button plain small icon"
            aria-label={t("later")}
            disabled={to >= value.count}
            onClick={() => setFrom(to)}
          >
            <Icon name="right" />
          </button>
        </span>
      </div>
    </div>
  );
}

function sampleTitle({ reference, text, seconds }: SampleInfo): string {
  const told = Object.values(reference).map((value) =>
    Array.isArray(value) ? value.join(", ") : String(value ?? "–"),
  );
  const parts = [text?.slice(0, 200) ?? told.join(" · "), seconds === undefined ? "" : duration(seconds)];
  return parts.filter(Boolean).join(" · ");
}
