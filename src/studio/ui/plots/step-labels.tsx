/** Pixels that a name of a step needs. */
const LABEL_PX = 9;

/** Names below the columns, as many as there is room for. */
export function StepLabels({ labels, width, step }: { labels: readonly string[]; width: number; step: number | null }) {
  const longest = Math.max(1, ...labels.map((label) => [...label].length));
  const every = Math.max(1, Math.ceil((labels.length * (longest * LABEL_PX + 2)) / Math.max(1, width)));
  return (
    <div class="step-labels" aria-hidden="true">
      {labels.map((label, t) =>
        t % every === 0 || t === step ? (
          <span key={t} class={t === step ? "current" : ""} style={{ left: `${(100 * (t + 0.5)) / labels.length}%` }}>
            {label === " " ? "␣" : label === "\n" ? "↵" : label}
          </span>
        ) : null,
      )}
    </div>
  );
}
