import { check, SluiceError } from "../../util/errors.js";

/** Files with this ending are clips; what else lies in the folders is left alone, but for recordings that are not read. */
const CLIP = /\.wav(\.gz)?$/i;
const OTHER_AUDIO = /\.(mp3|flac|ogg|opus|m4a|aac|aiff?|wma|caf)$/i;

/** What lies in a folder, by name in the order of code units; names that begin with a dot are left out. */
export interface Folder {
  readonly folders: readonly string[];
  readonly clips: readonly string[];
}

/**
 * Lists a folder. A link is followed where it leads to a file within `root`; any other is an error, so that no listing leaves the
 * folder that was given or goes round in circles.
 */
export async function listFolder(where: string, root: string, folder: string): Promise<Folder> {
  const { readdir } = await import("node:fs/promises");
  const { join } = await import("node:path");
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: Error) => {
    throw new SluiceError(`${where}: cannot list ${folder}: ${error.message}`, { cause: error });
  });
  const shown = entries.filter(({ name }) => !name.startsWith("."));
  shown.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name } of shown) {
    const path = join(folder, name);
    check(!OTHER_AUDIO.test(name), () => `${where}: ${path} is no WAV file; convert it (ffmpeg -i in.mp3 out.wav)`);
  }
  for (const entry of shown) if (entry.isSymbolicLink()) await checkLink(where, root, join(folder, entry.name));
  return {
    folders: shown.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    clips: shown.filter((entry) => !entry.isDirectory() && CLIP.test(entry.name)).map(({ name }) => name),
  };
}

async function checkLink(where: string, root: string, link: string): Promise<void> {
  const { realpath, stat } = await import("node:fs/promises");
  const { sep } = await import("node:path");
  const [base, target] = await Promise.all([realpath(root), realpath(link).catch(() => undefined)]);
  const inside = target !== undefined && target.startsWith(base.endsWith(sep) ? base : base + sep);
  check(inside && (await stat(target)).isFile(), () => {
    const end = target === undefined ? "nowhere" : `to ${target}`;
    return `${where}: the link ${link} leads ${end}; links are followed to files within ${root} only, name others in a CSV file`;
  });
}

/** Every clip in the folder and the folders in it, as paths below it with "/". */
export async function listClips(where: string, root: string, folder: string): Promise<string[]> {
  const { join } = await import("node:path");
  const { folders, clips } = await listFolder(where, root, folder);
  const deeper = await Promise.all(folders.map((name) => listClips(where, root, join(folder, name))));
  return [...clips, ...deeper.flatMap((paths, i) => paths.map((path) => `${folders[i]}/${path}`))];
}
