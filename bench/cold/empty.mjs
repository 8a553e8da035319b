/** A Node process that does nothing. */
import { finish } from "./finish.mjs";

finish();
