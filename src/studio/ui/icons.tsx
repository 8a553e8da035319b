/** Line icons on a grid of 16, drawn with the text's colour; words beside them say the same, so they are hidden from readers. */
const PATHS = {
  runs: "M2 12.5 5.5 8l3 2.5L14 4M14 4h-3.5M14 4v3.5",
  start: "M8 3v10M3 8h10",
  data: "M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 3.5v9",
  inside: "M8 3.5c3 0 5 2.5 6 4.5-1 2-3 4.5-6 4.5S3 10 2 8c1-2 3-4.5 6-4.5ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  model: "M8 2 14 5 8 8 2 5ZM2 8l6 3 6-3M2 11l6 3 6-3",
  generate: "M3 4h10M3 8h6M3 12h3M10 12.5l3.5-3.5 1 1-3.5 3.5H10z",
  forecast: "M2 11 5 7l3 2M8 9l6-5M8 9l6-1M8 9l6 3",
  sound: "M3 6.2v3.6h2.2L8.5 12.5v-9L5.2 6.2zM11 6a3 3 0 0 1 0 4M12.8 4.2a5.5 5.5 0 0 1 0 7.6",
  microphone: "M8 9.5a2 2 0 0 0 2-2v-3a2 2 0 1 0-4 0v3a2 2 0 0 0 2 2ZM4 7.5a4 4 0 0 0 8 0M8 11.5V14",
  pin: "M8 9.5V14M5 9.5h6l-1-3V3h1M6 3v3.5l-1 3M5 3h6",
  silence: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 3.8l8.4 8.4",
  stop: "M4.5 4.5h7v7h-7z",
  play: "M5 3.5v9l7-4.5z",
  pause: "M5.5 4v8M10.5 4v8",
  report: "M4 2h5.5L12.5 5v9h-8.5zM9 2v3.5h3.5M6 8h4.5M6 10.5h4.5",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z",
  system: "M2.5 3.5h11v7.5h-11zM6 13.5h4",
  language:
    "M2 4h7M5.5 2.5V4M7.5 4c-.5 2.5-2.5 4.5-5 5.5M3.5 6c1 1.8 2.5 3 4.5 3.5M8.5 13.5l2.75-6.5L14 13.5M9.5 11.5H13",
  warning: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.3V11M8 5v.2",
  check: "M3 8.5 6.5 12 13 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  up: "M8 12.5v-9M4 7.5l4-4 4 4",
  down: "M8 3.5v9M4 8.5l4 4 4-4",
  right: "M6 3.5 10.5 8 6 12.5",
  folder: "M2 4h4l1.5 1.5H14v7.5H2z",
  file: "M4 2h5.5L12.5 5v9h-8.5zM9 2v3.5h3.5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3 14 14",
  refresh: "M13 4v3h-3M13 7a5 5 0 1 0 .2 2.5",
  copy: "M6 6h7.5v7.5H6zM3.5 10H2.5V2.5H10v1",
  link: "M9 3h4v4M13 3 7.5 8.5M11 9v4H3V5h4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, class: extra = "" }: { readonly name: IconName; readonly class?: string }) {
  return (
    <svg
      class={`icon ${extra}`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Bars of a gate over flowing water. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" fill="none" stroke-linecap="round" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="mark-ground" />
      <path d="M8 7v18M24 7v18M8 11h16" class="mark-gate" stroke-width="2.5" />
      <path d="M11 17c2-2 3-2 5 0s3 2 5 0M11 22c2-2 3-2 5 0s3 2 5 0" class="mark-water" stroke-width="2.2" />
    </svg>
  );
}
