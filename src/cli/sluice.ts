#!/usr/bin/env node
/** The program `sluice`. */
import { main } from "./main.js";

// Whoever reads our output may stop reading, as `head` does: then there is nothing more to say.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

process.exitCode = await main(process.argv.slice(2));
