// What can be chosen, what is in it, and how a network would see it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { DataReply, FolderListing, WindowsReply } from "../../src/studio/api/index.js";
import { fromFloats } from "../../src/studio/floats.js";
import { writeClips, writeHouses, writeNovel, writePrices, writeReviews } from "../cli/samples.js";
import { TestStudio } from "./studio.js";

const MARKUP = "<script>alert(1)</script>";
const studio = await TestStudio.open((folder) => {
  writePrices(folder);
  writeReviews(folder);
  writeNovel(folder);
  writeHouses(folder);
  writeClips(folder, "clips", 4);
  mkdirSync(join(folder, "node_modules"));
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "semi.csv"), `day;${MARKUP}\n2024-01-01;1,5\n2024-01-02;\n2024-01-04;2,5\n`);
  writeFileSync(join(folder, `${MARKUP.replace("/", "")}.csv`), "a,b\n1,2\n");
  writeFileSync(join(folder, "bad.csv"), "a,b\n1,2\n1\n");
});

const data = (path: string, query = "") => studio.get<DataReply>(`/api/data?path=${encodeURIComponent(path)}${query}`);

test("files are listed, folders first, without what programs keep for themselves", async () => {
  const { entries, path, more } = await studio.get<FolderListing>("/api/files");
  assert.deepEqual([path, more], ["", false]);
  const kinds = Object.fromEntries(entries.map(({ name, kind }) => [name, kind]));
  assert.deepEqual(kinds, {
    empty: "folder",
    clips: "data",
    "bad.csv": "data",
    "houses.csv": "data",
    "novel.txt": "data",
    "prices.csv": "data",
    "reviews.tsv": "data",
    "semi.csv": "data",
    "<script>alert(1)<script>.csv": "data",
  });
  assert.equal(entries[0]!.name, "empty");
  await studio.refused("/api/files?path=prices.csv", 422);
  await studio.refused("/api/files?path=nothing", 404);
});

test("columns, gaps, histograms, the first rows, and what to train", async () => {
  const { facts, histograms, head, path } = await data("prices.csv");
  assert.ok(facts.kind === "table" && facts.source === "prices.csv" && path === "prices.csv");
  assert.deepEqual(facts.columns.map(({ name, type }) => [name, type]), [["date", "date"], ["close", "number"], ["volume", "number"]]); // prettier-ignore
  assert.equal(facts.proposals[0]!.task, "forecast");
  const { edges, counts } = histograms["close"]!;
  assert.equal(
    counts.reduce((sum, n) => sum + n, 0),
    facts.rows,
  );
  assert.deepEqual([edges[0], edges.at(-1)], [facts.columns[1]!.range!.least, facts.columns[1]!.range!.greatest]);
  assert.equal(head!.rows.length, 20);
  assert.match(head!.rows[0]![0]!, /^2024-01-01$/);
});

test("classes of texts, and markup as text", async () => {
  const reviews = await data("reviews.tsv");
  assert.ok(reviews.facts.kind === "table");
  assert.deepEqual(
    reviews.facts.columns[1]!.classes!.map(({ count }) => count),
    [40, 40],
  );
  const marked = await data("semi.csv");
  assert.ok(marked.facts.kind === "table");
  assert.deepEqual(marked.facts.columns.map(({ name, missing }) => [name, missing]), [["day", 0], [MARKUP, 1]]); // prettier-ignore
  assert.equal(marked.facts.columns[0]!.dates!.gaps, 1);
  assert.deepEqual(marked.head!.rows[1], ["2024-01-02", null]);
});

test("texts and clips", async () => {
  const novel = await data("novel.txt");
  assert.ok(novel.facts.kind === "text" && novel.head === null);
  const clips = await data("clips");
  assert.ok(clips.facts.kind === "clips");
  assert.deepEqual(clips.facts.classes, [{ value: "high", count: 4 }, { value: "low", count: 4 }]); // prettier-ignore
});

test("how a file is read may be said, and what is wrong with it is told", async () => {
  const read = await data("semi.csv", "&delimiter=%7C&header=false");
  assert.ok(read.facts.kind === "table" && read.facts.columns.length === 1 && read.facts.rows === 4);
  const { detail } = await studio.refused("/api/data?path=bad.csv", 422);
  assert.match(detail, /bad\.csv, line 3: expected 2 fields, got 1/);
  assert.match((await studio.refused("/api/data?path=prices.csv&delimitr=;", 422)).detail, /delimiter/);
  await studio.refused("/api/data?path=empty", 422);
});

const windows = (task: string, path: string, settings: object) => {
  const query = new URLSearchParams({ path, settings: JSON.stringify({ task, data: path, settings }) });
  return `/api/data/windows?${query.toString()}`;
};

test("windows as the network sees them: scaled, with their dates", async () => {
  const asked = windows("forecast", "prices.csv", { target: "close", lookback: 12, horizon: 2 });
  const { inputs, references, parameters, facts } = await studio.get<WindowsReply>(asked);
  const [x] = inputs;
  assert.deepEqual(x!.shape.slice(0, 2), [12, 12]);
  assert.equal(references.length, 12);
  assert.ok(parameters > 100 && facts.length > 3);
  const values = fromFloats(x!.values);
  assert.equal(
    values.length,
    x!.shape.reduce((a, b) => a * b),
  );
  assert.ok(values.every((v) => Number.isFinite(v) && Math.abs(v) < 10));
  assert.ok(x!.steps.every((steps) => steps.length === 12 && steps.every((day) => /^2024-\d\d-\d\d$/.test(day))));
  // The last day of a window is what tells it.
  assert.deepEqual(x!.steps.map((steps) => steps.at(-1)), references.map(({ date }) => date)); // prettier-ignore
});

test("texts as indices of words, padded; settings that do not fit are told", async () => {
  const asked = windows("classify", "reviews.tsv", { text: "review", label: "label" });
  const { inputs } = await studio.get<WindowsReply>(asked);
  assert.equal(inputs[0]!.kind, "tokens");
  assert.equal(inputs[0]!.shape[0], 12);
  assert.ok(fromFloats(inputs[0]!.values).every((id) => Number.isInteger(id) && id >= 0));
  assert.match(
    (await studio.refused(windows("forecast", "prices.csv", { target: "nope" }), 422)).detail,
    /no column "nope"/,
  );
  await studio.refused("/api/data/windows?settings=rubbish", 400);
  await studio.refused(windows("cook", "prices.csv", {}), 404);
});

test("no fault of the studio's own", () => assert.deepEqual(studio.faults, []));
