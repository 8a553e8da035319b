/** Light or dark: as the system has it, or as chosen. */
import { effect, signal } from "@preact/signals";
import { recall, remember } from "./storage.js";

export type Theme = "auto" | "light" | "dark";

const KEY = "sluice.theme";
const stored = recall(KEY);

export const theme = signal<Theme>(stored === "light" || stored === "dark" ? stored : "auto");

effect(() => {
  if (theme.value === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme.value;
});

export function chooseTheme(next: Theme): void {
  remember(KEY, next);
  theme.value = next;
}
