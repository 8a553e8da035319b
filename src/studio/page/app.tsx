/** What stands around every page: navigation, switches, messages, and the page itself once it is fetched. */
import type { ComponentType } from "preact";
import { useEffect, useErrorBoundary, useRef } from "preact/hooks";
import { language } from "../ui/i18n.js";
import { Icon, Mark } from "../ui/icons.js";
import { Empty, Failure, Loading } from "../ui/notices.js";
import { LanguageSwitch, ThemeSwitch } from "../ui/switches.js";
import { Toasts } from "../ui/toasts.js";
import { ownName } from "./inner-run.js";
import { pageAt, PAGES, type Match, type PageProps } from "./pages.js";
import { useResource } from "./resource.js";
import { linkTo, place } from "./routes.js";
import { RunFrame } from "./run-frame.js";
import { session, startSession } from "./session.js";
import { t } from "./texts.js";

export function App() {
  const { path } = place.value;
  const match = pageAt(path);
  const main = useRef<HTMLElement>(null);
  const address = path.join("/");
  useEffect(() => {
    document.title = `${match ? titleOf(match) : t("missing")} · Sluice`;
  }, [address, language.value]);
  const first = useRef(true);
  useEffect(() => {
    // Readers begin with the page that was asked for, not with the navigation again.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
    scrollTo(0, 0);
  }, [address]);
  return (
    <>
      <a
        class="skip button"
        href="#main"
        onClick={(event) => {
          event.preventDefault(); // the part after "#" is where we are
          main.current?.focus();
        }}
      >
        {t("skip")}
      </a>
      <Navigation active={match?.entry.path.split("/")[0] ?? ""} />
      <main id="main" ref={main} tabIndex={-1}>
        <Guarded match={match} />
      </main>
      <Toasts />
    </>
  );
}

function titleOf({ entry, params }: Match): string {
  const { run } = params;
  return run === undefined ? t(entry.title) : `${ownName(run)} · ${t(entry.title)}`;
}

function Navigation({ active }: { readonly active: string }) {
  const folder = session.value.state === "open" ? session.value.studio.folder : "";
  return (
    <header class="bar-top">
      <a class="brand" href={linkTo(["runs"])}>
        <Mark />
        <span>
          Sluice <span class="muted">Studio</span>
        </span>
      </a>
      <nav class="pages" aria-label={t("main")}>
        <ul class="pages-list">
          {PAGES.filter((page) => page.place === "main").map(({ path, title, icon }) => (
            <li key={path}>
              <a href={linkTo([path])} aria-current={path === active ? "page" : undefined}>
                <Icon name={icon} />
                <span>{t(title)}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="switches">
        {folder && (
          <span class="folder mono truncate" title={folder}>
            {folder.split(/[\\/]/).pop()}
          </span>
        )}
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function Guarded({ match }: { readonly match: Match | null }) {
  const now = session.value;
  if (now.state === "opening") return <Loading height={240} />;
  if (now.state === "failed") return <Failure error={now.error} retry={() => void startSession()} />;
  if (now.state === "refused")
    return (
      <Empty icon="link" title={t("noSession")} whole>
        <p>{t("noSessionHelp")}</p>
      </Empty>
    );
  if (!match)
    return (
      <Empty icon="search" title={t("missing")} whole>
        <p>{t("missingHelp")}</p>
        <a class="button" href={linkTo(["runs"])}>
          {t("toRuns")}
        </a>
      </Empty>
    );
  const { run } = match.params;
  const page = <Page key={`${match.entry.path} ${run}`} match={match} />;
  return run === undefined ? page : <RunFrame key={run} name={run} page={page} path={match.entry.path} />;
}

function Page({ match: { entry, params } }: { readonly match: Match }) {
  const { value, error, reload } = useResource(entry.path, async () => ({ Part: await entry.load() }));
  if (error) return <Failure error={error} retry={reload} />;
  if (!value) return <Loading height={320} />;
  return <Boundary Part={value.Part} params={params} />;
}

/** An error in one page leaves the rest of the studio as it is. */
function Boundary({ Part, params }: { readonly Part: ComponentType<PageProps> } & PageProps) {
  const [error, reset] = useErrorBoundary();
  if (error === undefined) return <Part params={params} />;
  return (
    <Failure
      error={{ title: t("crashed"), detail: error instanceof Error ? error.message : String(error) }}
      retry={reset}
    />
  );
}
