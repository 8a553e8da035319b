import { useState } from "preact/hooks";
import { Icon } from "../ui/icons.js";
import { settings } from "./session.js";
import { toFragment } from "./settings.js";
import { t } from "./texts.js";

/** Where the browser gives pages no clipboard (plain http), the address bar holds the same link. */
export function CopyLink() {
  const [copied, setCopied] = useState(false);
  if (!isSecureContext) return null;
  const copy = async () => {
    const link = new URL(`#${toFragment(settings.value)}`, location.href);
    await navigator.clipboard.writeText(link.href);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <button
      type="button"
      class="button plain copy"
      aria-label={copied ? t("copied") : t("copyLink")}
      onClick={() => void copy()}
    >
      <Icon name={copied ? "check" : "link"} />
      <span aria-live="polite">{copied ? t("copied") : t("copyLink")}</span>
    </button>
  );
}
