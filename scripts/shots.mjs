// `npm run shots`: pictures of every page of the studio and the playground, in light and dark, on a desktop and a phone, into
// build/shots/, to be looked at. A run of each kind is trained first, quickly, in build/shots/work/ (kept for the next time).
// `npm run shots -- inside playground` takes only pages whose name contains one of the words; `--zh` takes them in Chinese.
// Needs `npm run build` and, for the playground, `npm run build:playground`; where that is missing, it says so.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "build/shots");
const work = join(out, "work");
const playground = join(root, "build/playground");
const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const language = process.argv.includes("--zh") ? "zh" : "en";

const SIZES = { desktop: { width: 1320, height: 860 }, phone: { width: 390, height: 844 } };
/** Taller pages are cut: nobody looks at more at once. */
const TALLEST = 5000;
const READY_MS = 8000;
/** What a page that has fetched everything still needs to draw it. */
const DRAWN_MS = 500;
/** Until a playground has learned something. */
const LEARNED_MS = 6000;

const program = [process.execPath, "--conditions=sluice-modules", join(root, "dist/cli/sluice.js")];

/** @param {string} flags */
function sluice(flags) {
  const [command, ...start] = program;
  const child = spawn(command, [...start, ...flags.split(" ")], { cwd: work, stdio: ["ignore", "ignore", "inherit"] });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done(undefined) : fail(new Error(`sluice ${flags} exited with ${code}`)),
    );
  });
}

/** Days of a museum: a weekly rhythm, a yearly one, and chance that is the same each time. */
function visitors() {
  let state = 7;
  const chance = () => (state = (state * 16807) % 2147483647) / 2147483647 - 0.5;
  const rows = Array.from({ length: 760 }, (_, i) => {
    const date = new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10);
    const weekend = [0, 6].includes(new Date(date).getUTCDay());
    const warmth = 12 - 10 * Math.cos((2 * Math.PI * i) / 365) + 3 * chance();
    const count = 120 + (weekend ? 55 : 0) + 3 * warmth + 24 * chance();
    const rain = i % 23 === 5 ? "" : Math.max(0, 12 * chance()).toFixed(1);
    return `${date},${warmth.toFixed(1)},${rain},${weekend ? "weekend" : "weekday"},${Math.round(count)}`;
  });
  return `${["date,temperature,rain,kind,visitors", ...rows].join("\n")}\n`;
}

/** Twelve shops of that kind, two of which have only just opened. */
function shops() {
  const [head, ...days] = visitors().trimEnd().split("\n");
  const rows = Array.from({ length: 12 }, (_, i) =>
    days.slice(i < 2 ? -9 : 60 * i).map((day) => `${day},shop ${i + 1}`),
  );
  return `${[`${head},shop`, ...rows.flat()].join("\n")}\n`;
}

/** By name: the command that trains it. */
const RUNS = {
  visitors: "train visitors.csv --task forecast --target visitors --epochs 14 --units 24 --horizon 14 --intervals conformal --gradient-norms", // prettier-ignore
  lstm: "train visitors.csv --task forecast --target visitors --epochs 14 --units 12 --cell lstm --horizon 14",
  origins: "backtest visitors.csv --target visitors --horizon 14 --origins 6 --epochs 4 --units 12",
  opinions: "train opinions.tsv --task classify --text text --label label --min-count 1 --epochs 20 --units 16 --embedding 16 --learning-rate 0.01", // prettier-ignore
  commands: "train commands --task classify --audio --epochs 10 --units 24",
  guide: "train guide.txt --task generate --epochs 3 --units 96 --steps-per-epoch 60",
  search: "sweep visitors.csv --task forecast --target visitors --horizon 14 --epochs 9 --method random --trials 24 --halving --space units=8,16,32 cell=gru,lstm rate=log:1e-4..3e-2 dropout=0..0.5?units=16,32", // prettier-ignore
  shops: "train shops.csv --task forecast --target visitors --id shop --per-series --horizon 7 --epochs 4 --units 8",
  shards:
    "train visitors.csv --task forecast --target visitors --horizon 14 --epochs 6 --units 12 --diloco --workers 2 --inner-steps 6",
  // Trains while the pictures are taken.
  live: "train visitors.csv --task forecast --target visitors --epochs 100000 --patience 100000 --units 48 --horizon 14 --gradient-norms", // prettier-ignore
};

const folders = () => (existsSync(join(work, "runs")) ? readdirSync(join(work, "runs")) : []);
const runNamed = (name) =>
  folders().findLast((folder) => folder.replace(/-(?:backtest|sweep|series)$/, "").endsWith(`-${name}`));

async function prepare() {
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "visitors.csv"), visitors());
  writeFileSync(join(work, "shops.csv"), shops());
  cpSync(join(root, "examples/data/sentences.tsv"), join(work, "opinions.tsv"));
  cpSync(join(root, "README.md"), join(work, "guide.txt"));
  cpSync(join(root, "examples/data/spoken-commands"), join(work, "commands"), { recursive: true });
  // One of an earlier time has been interrupted.
  for (let old = runNamed("live"); old !== undefined; old = runNamed("live"))
    rmSync(join(work, "runs", old), { recursive: true });
  for (const [name, flags] of Object.entries(RUNS)) {
    if (name === "live" || runNamed(name) !== undefined) continue;
    console.log(`training ${name}`);
    await sluice(`${flags} --quiet --name ${name}`);
  }
}

/** @type {(place: string) => (page: import("playwright-core").Page) => Promise<void>} */
const at = (place) => async (page) => {
  const { origin } = new URL(page.url());
  await page.goto(`${origin}/#/${place}`);
  await page.reload();
};

/** Name and what leads to it. */
function studioPages() {
  const run = (name, tab) => at(["runs", encodeURIComponent(runNamed(name)), ...(tab ? [tab] : [])].join("/"));
  return {
    runs: at("runs"),
    live: run("live"),
    overview: run("visitors"),
    compare: at(`compare?runs=${runNamed("visitors")},${runNamed("lstm")},${runNamed("live")}`),
    "inside-series": run("visitors", "inside"),
    "inside-text": run("opinions", "inside"),
    "inside-audio": run("commands", "inside"),
    "inside-generate": run("guide", "inside"),
    model: run("visitors", "model"),
    forecast: run("visitors", "forecast"),
    "forecast-origins": run("origins", "forecast"),
    backtest: run("origins"),
    sweep: run("search"),
    "sweep-marked": async (page) => {
      await run("search")(page);
      const track = await page.locator(".parallel-track").last().boundingBox();
      await page.mouse.move(track.x + 8, track.y);
      await page.mouse.down();
      await page.mouse.move(track.x + 8, track.y + 60, { steps: 3 });
      await page.mouse.up();
    },
    series: run("shops"),
    shards: run("shards"),
    classify: run("opinions"),
    generate: async (page) => {
      await run("guide", "generate")(page);
      await page.locator("main .button.primary").first().click();
      await page.waitForTimeout(2500);
    },
    files: at("data"),
    data: at("data?path=visitors.csv"),
    "data-text": at("data?path=opinions.tsv"),
    "data-audio": at("data?path=commands"),
    "new-files": at("new"),
    new: at("new?path=visitors.csv"),
    "new-search": async (page) => {
      await at("new?path=visitors.csv")(page);
      await page
        .locator(".fold", { has: page.locator(".space-add") })
        .locator("summary")
        .click();
      for (const option of ["units", "learningRate", "cell"]) await page.locator(".space-add").selectOption(option);
    },
    missing: at("nowhere"),
    refused: async (page) => {
      await page.context().clearCookies();
      await page.reload();
    },
  };
}

const PROBLEMS = ["sine", "adding", "parity", "brackets", "text"];

function playgroundPages() {
  const open = (problem) => async (page) => {
    await page.goto(`${new URL(page.url()).origin}/#problem=${problem}`);
    await page.reload();
    const train = page.getByRole("button", { name: /^(Train|Play|Start|训练|开始)/ }).first();
    if (await train.isVisible()) await train.click();
    await page.waitForTimeout(LEARNED_MS);
  };
  return Object.fromEntries(PROBLEMS.map((problem) => [`playground-${problem}`, open(problem)]));
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json" }; // prettier-ignore

function serve(folder) {
  const server = createServer(({ url = "/" }, response) => {
    const path = join(folder, normalize(new URL(url, "http://localhost").pathname).replace(/[\\/]$/, "/index.html"));
    if (relative(folder, path).startsWith("..") || !existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    return response.end(readFileSync(path));
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

/** @param {() => string} address gives one for each session */
async function shoot(browser, address, pages) {
  const wanted = Object.entries(pages).filter(
    ([name]) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  for (const theme of ["light", "dark"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const context = await browser.newContext({ viewport, deviceScaleFactor: size === "phone" ? 2 : 1 });
      await context.addInitScript(
        ([chosenTheme, chosenLanguage]) => {
          localStorage.setItem("sluice.theme", chosenTheme);
          localStorage.setItem("sluice.language", chosenLanguage);
        },
        [theme, language],
      );
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(`${page.url()}: ${error.message}`));
      if (wanted.length > 0) await page.goto(address());
      for (const [name, open] of wanted) {
        await open(page);
        await take(page, viewport, join(out, `${name}-${theme}-${size}${language === "zh" ? "-zh" : ""}.png`));
      }
      await context.close();
    }
  }
}

/** The whole page in one window, so that what sticks to an edge stands at that edge. */
async function take(page, viewport, path) {
  const ready = () => document.querySelector("h1") !== null && document.querySelector(".skeleton") === null;
  await page.waitForFunction(ready, undefined, { timeout: READY_MS }).catch(() => console.error(`${path}: not ready`));
  await page.waitForTimeout(DRAWN_MS);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...viewport, height: Math.min(TALLEST, Math.max(viewport.height, height)) });
  await page.waitForTimeout(DRAWN_MS);
  await page.screenshot({ path });
  await page.setViewportSize(viewport);
  console.log(relative(root, path));
}

async function shootStudio(browser) {
  const { startStudio } = await import("../dist/studio/index.js");
  const [command, ...start] = program;
  const [first, ...flags] = [...start, ...RUNS.live.split(" "), "--quiet", "--name", "live"];
  const live = spawn(command, [first, ...flags], { cwd: work, stdio: "ignore" });
  const studio = await startStudio({ folder: work, program });
  try {
    while (runNamed("live") === undefined) await new Promise((done) => setTimeout(done, 200));
    await shoot(browser, () => studio.newAddress(), studioPages());
  } finally {
    live.kill("SIGINT");
    await studio.close();
  }
}

async function shootPlayground(browser) {
  if (!existsSync(join(playground, "index.html"))) return console.log("no playground: npm run build:playground");
  const server = await serve(playground);
  try {
    await shoot(browser, () => `http://127.0.0.1:${server.address().port}/`, playgroundPages());
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

await prepare();
const browser = await chromium.launch({
  executablePath: process.env["SLUICE_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
});
try {
  await shootStudio(browser);
  await shootPlayground(browser);
} finally {
  await browser.close();
}
