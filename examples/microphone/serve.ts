// Serves the page that listens, with the model that `node build/examples/spot-digits.js` has saved; a bundler makes one file of the
// page's modules. `node build/examples/microphone/serve.js [model] [port]`, then open the address that it prints.
import { createReadStream, existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const TYPES = {
  html: "text/html",
  js: "text/javascript",
  wasm: "application/wasm",
  safetensors: "application/octet-stream",
};

export async function serve(model = "build/spot-digits.safetensors", port = 8000): Promise<Server> {
  if (!existsSync(model)) throw new Error(`${model} is not there: run node build/examples/spot-digits.js first`);
  const entry = fileURLToPath(new URL("./page.js", import.meta.url));
  const out = fileURLToPath(new URL("./www", import.meta.url));
  await build({ entryPoints: [entry], outdir: out, bundle: true, format: "esm", platform: "browser", target: "es2022", conditions: ["sluice-modules"] }); // prettier-ignore
  const library = fileURLToPath(new URL(".", import.meta.resolve("sluice/package.json")));
  /** Where the files lie; no other path is answered. */
  const placeOf = (name: string) => {
    if (name === "index.html") return join("examples/microphone", name);
    if (name === "model.safetensors") return model;
    if (name === "worklet.js") return join(library, "dist/streaming", name);
    return join(name.endsWith(".wasm") ? join(library, "dist/kernels/wasm") : out, name);
  };
  const server = createServer(({ url = "/" }, response) => {
    const name = basename(new URL(url, "http://localhost").pathname) || "index.html";
    const type = TYPES[name.split(".").at(-1) as keyof typeof TYPES];
    if (type === undefined || !existsSync(placeOf(name))) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": type });
    createReadStream(placeOf(name)).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await serve(process.argv[2], Number(process.argv[3] ?? 8000));
  console.log(`http://localhost:${(server.address() as { port: number }).port}`);
}
