/** What the data are: columns, gaps, balance, and samples as the network sees them. */
import type { DataReply } from "../../api/index.js";
import { Icon } from "../../ui/icons.js";
import { Failure, Loading } from "../../ui/notices.js";
import { get } from "../client.js";
import { useResource } from "../resource.js";
import { linkTo, place } from "../routes.js";
import { Columns } from "./columns.js";
import { DataFigures } from "./data-figures.js";
import { Files } from "./files.js";
import { Head } from "./head.js";
import { Proposals } from "./proposals.js";
import { t } from "./texts.js";
import { Windows } from "./windows.js";
import { ClassBalance } from "./class-balance.js";

export function DataPage() {
  const { query } = place.value;
  const path = query.get("path");
  if (path !== null) return <DataAt path={path} />;
  return (
    <>
      <div class="page-head">
        <h1>{t("choose")}</h1>
        <p class="muted small measure">{t("chooseHelp")}</p>
      </div>
      <Files folder={query.get("folder") ?? ""} page="data" />
    </>
  );
}

export const dataPath = (path: string): string => `/api/data?${new URLSearchParams({ path })}`;

function DataAt({ path }: { readonly path: string }) {
  const { value, error, reload } = useResource(dataPath(path), (key, signal) => get<DataReply>(key, signal));
  const folder = path.split("/").slice(0, -1).join("/");
  return (
    <>
      <div class="page-head beside">
        <div>
          <nav class="crumbs" aria-label={t("other")}>
            <a href={linkTo(["data"], folder ? { folder } : {})}>{folder || t("folder")}</a> <Icon name="right" />
          </nav>
          <h1 class="break">{path.split("/").pop()}</h1>
        </div>
        <a class="button primary" href={linkTo(["new"], { path })}>
          <Icon name="start" />
          {t("start")}
        </a>
      </div>
      {error ? <Failure error={error} retry={reload} /> : value ? <Facts data={value} /> : <Loading height={320} />}
    </>
  );
}

function Facts({ data }: { readonly data: DataReply }) {
  const [first] = data.facts.proposals;
  return (
    <div class="stack">
      <DataFigures facts={data.facts} />
      <Proposals data={data} />
      {data.facts.kind === "table" && <Columns facts={data.facts} histograms={data.histograms} />}
      <ClassBalance facts={data.facts} />
      {first && <Windows request={{ task: first.task, data: data.path, settings: first.options }} />}
      {data.head && <Head head={data.head} />}
    </div>
  );
}
