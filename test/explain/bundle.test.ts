/** A page that shows explanations takes no kernels along, and one that makes them shares those of the library. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { test } from "node:test";
import { build } from "esbuild";

async function bundle(contents: string): Promise<{ kilobytes: number; files: string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", external: ["node:*"], metafile: true, write: false,
  }); // prettier-ignore
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output!.inputs).flatMap(([file, { bytesInOutput }]) =>
    bytesInOutput > 0 ? [file] : [],
  );
  return { kilobytes: gzipSync(outputFiles[0]!.contents).length / 1000, files };
}

test("what only reads traces is small and computes nothing", async () => {
  const { kilobytes, files } = await bundle(
    `export { saturation, matchUnits, meanHorizon, fromJson, SIGNALS } from "sluice/explain"`,
  );
  assert.deepEqual(files.filter((f) => /dist\/(kernels|ops|layers|model)\//.test(f)), []); // prettier-ignore
  assert.ok(kilobytes < 5, `${kilobytes} kB`);
});

test("beside the library, traces and attributions weigh little", async () => {
  const alone = await bundle(`export * from "sluice"`);
  const both = await bundle(`export * from "sluice"; export * as explain from "sluice/explain"`);
  assert.ok(both.kilobytes - alone.kilobytes < 18, `${both.kilobytes - alone.kilobytes} kB`);
});
