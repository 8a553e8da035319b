/** Light or dark: as the system has it, or as chosen. */
import { effect, signal } from "@preact/signals";
import { recall, remember } from "./storage.js";

export type Theme = "auto" | "light" | "dark";

const KEY = "sluice.theme";
const stored = recall(KEY);

export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");

const system = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(system.matches);
system.addEventListener("change", ({ matches }) => (systemDark.value = matches));

effect(() => {
  if (theme.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

export function chooseTheme(next: Theme): void {
  remember(KEY, next);
  theme.value = next;
}

/** Whether the page is dark now; canvases read it in an effect and draw anew when it changes. */
export const isDark = (): boolean => (theme.value === "auto" ? systemDark.value : theme.value === "dark");

/** A token's value: of the registered ones, a colour as canvases take it. Reading it subscribes to the theme. */
export function colourOf(token: `--${string}`): string {
  isDark();
  return getComputedStyle(document.documentElement).getPropertyValue(token);
}
