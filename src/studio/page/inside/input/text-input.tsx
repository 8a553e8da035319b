import { useEffect, useRef, useState } from "preact/hooks";
import { dictionary } from "../../../ui/i18n.js";

const t = dictionary(
  {
    label: "Text",
    help: "Type anything: the pictures follow.",
    emptied: "There is nothing to read. The pictures show what stood here before.",
    placeholder: "Type a text …",
  },
  {
    label: "文本",
    help: "随意输入，下面的图会随之变化。",
    emptied: "没有可读的内容。下面的图仍然是清空之前的文本。",
    placeholder: "输入文本……",
  },
);

/** As long as somebody goes on typing nothing is asked. */
const PAUSE_MS = 250;

interface TextInputProps {
  /** What stands there until somebody types. */
  readonly start: string;
  /** Whether there are pictures of a text. */
  readonly seen: boolean;
  /** Somebody types: what comes later must not replace it. */
  readonly onTyping: () => void;
  readonly onText: (text: string) => void;
}

export function TextInput({ start, seen, onTyping, onText }: TextInputProps) {
  const [text, setText] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: string) => {
    setText(next);
    onTyping();
    clearTimeout(timer.current);
    if (next !== "") timer.current = setTimeout(() => onText(next), PAUSE_MS);
  };
  return (
    <div class="field">
      <label for="inside-text">{t("label")}</label>
      <textarea
        id="inside-text"
        class="textarea"
        rows={3}
        spellcheck={false}
        placeholder={t("placeholder")}
        value={text ?? start}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <span class="help" role="status">
        {t(text === "" && seen ? "emptied" : "help")}
      </span>
    </div>
  );
}
