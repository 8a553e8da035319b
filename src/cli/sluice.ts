#!/usr/bin/env node
/** The program `sluice`. */
import { main } from "./main.js";

// Whoever reads our output may stop reading, as `head` does: then there is nothing more to say.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    if (stream === process.stdout) process.stderr.write(`Error: cannot write to standard output: ${error.message}\n`);
    process.exit(1);
  });
}

process.exitCode = await main(process.argv.slice(2));
