import type { DataSource } from "../readers/source.js";
import { SluiceError } from "../../util/errors.js";
import type { AudioClips, ClipOptions } from "./clips.js";

/** The twin of clips.ts in browsers, which have no folders: a page reads each recording with `readWav`. */
export function readClips(_source: DataSource, _options?: ClipOptions): Promise<AudioClips> {
  return Promise.reject(new SluiceError("readClips: a page has no folders; read each recording with readWav"));
}
