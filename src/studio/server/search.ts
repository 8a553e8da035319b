/** A search that is asked for: refused before anything is begun where the command line would refuse it. */
import { z } from "zod";
import { sweepOptions } from "../../distributed/search/options.js";
import { checkSettings, readSpace, withUnits } from "../../distributed/search/task-space.js";
import { readOptions } from "../../tasks/options.js";
import type { Task } from "../../tasks/task.js";
import type { SearchRequest } from "../api/index.js";
import { FILES } from "./forms.js";
import { refuseUnless } from "./problems.js";

const MOST_DIMENSIONS = 50;

const searchRequest = sweepOptions.extend({ space: z.array(z.string()).min(1).max(MOST_DIMENSIONS) });

/** @throws Refusal, or SluiceError that says which option, range or value is wrong */
export function checkSearch(task: Task, settings: Readonly<Record<string, unknown>>, search: SearchRequest): void {
  const { space: texts } = readOptions("search", searchRequest, search);
  const space = readSpace(task, texts);
  // A path that is searched would be read without anyone having looked where it lies.
  const file = space.find(({ name }) => FILES.includes(name));
  refuseUnless(file === undefined, 422, () => `${file!.name} names a file, and files are not searched`);
  checkSettings(task, withUnits(task, settings, space), space);
}
