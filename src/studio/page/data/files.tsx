/** The working folder, to choose data in: folders are opened, data are chosen. */
import type { FileEntry, FolderListing } from "../../api/index.js";
import { bytes, dateTime, NONE } from "../../ui/format.js";
import { Icon } from "../../ui/icons.js";
import { Empty, Failure, Loading } from "../../ui/notices.js";
import { get } from "../client.js";
import { useResource } from "../resource.js";
import { linkTo } from "../routes.js";
import { session } from "../session.js";
import { t } from "./texts.js";

export interface FilesProps {
  /** Seen from the working folder; "" is itself. */
  readonly folder: string;
  /** The page on which folders and files open: its path in the studio. */
  readonly page: string;
}

export function Files({ folder, page }: FilesProps) {
  const path = `/api/files?${new URLSearchParams({ path: folder })}`;
  const { value, error, reload } = useResource(path, (key, signal) => get<FolderListing>(key, signal));
  if (error) return <Failure error={error} retry={reload} />;
  if (!value) return <Loading height={200} />;
  const entries = value.entries.filter(({ kind }) => kind !== "other");
  return (
    <div class="card">
      <div class="head">
        <Crumbs folder={folder} page={page} />
        <button type="button" class="button plain small" onClick={reload}>
          <Icon name="refresh" />
          {t("again")}
        </button>
      </div>
      {entries.length === 0 ? <NothingHere /> : <List entries={entries} page={page} />}
      {value.more && <p class="muted small body">{t("more")}</p>}
    </div>
  );
}

function Crumbs({ folder, page }: FilesProps) {
  const pieces = folder.split("/").filter(Boolean);
  return (
    <nav class="crumbs path" aria-label={t("folder")}>
      <a href={linkTo([page])} aria-current={pieces.length === 0 ? "true" : undefined}>
        {t("folder")}
      </a>
      {pieces.map((piece, i) => (
        <>
          <Icon name="right" />
          <a
            class="break"
            href={linkTo([page], { folder: pieces.slice(0, i + 1).join("/") })}
            aria-current={i === pieces.length - 1 ? "true" : undefined}
          >
            {piece}
          </a>
        </>
      ))}
    </nav>
  );
}

function NothingHere() {
  const now = session.value;
  return (
    <Empty icon="folder" title={t("emptyFolder")}>
      <p>{t("emptyFolderHelp", { folder: now.state === "open" ? now.studio.folder : "" })}</p>
    </Empty>
  );
}

function List({ entries, page }: { readonly entries: readonly FileEntry[]; readonly page: string }) {
  const sorted = [...entries].sort(
    (a, b) => Number(b.kind === "data") - Number(a.kind === "data") || a.name.localeCompare(b.name),
  );
  return (
    <ul class="files">
      {sorted.map((entry) => (
        <li key={entry.path}>
          <a href={linkTo([page], entry.kind === "data" ? { path: entry.path } : { folder: entry.path })}>
            <Icon name={entry.kind === "data" && entry.bytes !== null ? "file" : "folder"} />
            <span class="break">{entry.name}</span>
            <span class="muted number">{entry.bytes === null ? NONE : bytes(entry.bytes)}</span>
            <span class="muted number date">{dateTime(entry.changed)}</span>
            <Icon name="right" />
          </a>
        </li>
      ))}
    </ul>
  );
}
