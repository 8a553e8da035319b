/** The switches of language and theme that every page has. */
import { chooseLanguage, dictionary, language } from "./i18n.js";
import { Icon } from "./icons.js";
import { chooseTheme, theme, type Theme } from "./theme.js";

const t = dictionary(
  {
    theme: "Theme: {name}. Switch to {next}",
    auto: "as the system",
    light: "light",
    dark: "dark",
  },
  {
    theme: "主题：{name}。切换为{next}",
    auto: "跟随系统",
    light: "浅色",
    dark: "深色",
  },
);

const NEXT: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };
const ICONS = { auto: "system", light: "sun", dark: "moon" } as const;

export function ThemeSwitch() {
  const now = theme.value;
  const label = t("theme", { name: t(now), next: t(NEXT[now]) });
  return (
    <button
      type="button"
      class="button plain icon"
      aria-label={label}
      title={label}
      onClick={() => chooseTheme(NEXT[now])}
    >
      <Icon name={ICONS[now]} />
    </button>
  );
}

/** Says the other language in that language: whoever needs it can read it. */
export function LanguageSwitch() {
  const chinese = language.value === "zh";
  return (
    <button
      type="button"
      class="button plain"
      lang={chinese ? "en" : "zh-CN"}
      onClick={() => chooseLanguage(chinese ? "en" : "zh")}
    >
      <Icon name="language" />
      {chinese ? "English" : "中文"}
    </button>
  );
}
