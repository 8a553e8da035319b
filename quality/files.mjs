/** Reads the files of the measurements' data folder. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";

/** Beside the checkout; its files may not be passed on, so that they are no part of this repository. */
export const DATA = new URL("../../shared/data/", import.meta.url);

/** @param {string} name */
export const readText = (name) => readFileSync(new URL(name, DATA), "utf8");

/** Row orders and fixed series, drawn once for all systems. @param {string} name */
export const readSplit = (name) => JSON.parse(readText(`splits/${name}.json`));

/** Rows of cells, as texts. @param {string} name @param {import("csv-parse/sync").Options} [options] @returns {string[][]} */
export const readCells = (name, options = {}) => parse(readText(name), { bom: true, ...options });

/** One column of a CSV file with a header. @param {string} name @param {number} column from 0 @returns {Float64Array} */
export function readNumbers(name, column) {
  const values = Float64Array.from(readCells(name).slice(1), (row) => Number(row[column]));
  if (values.some(Number.isNaN)) throw new Error(`${name}: column ${column} must hold numbers`);
  return values;
}

/** A UCR/UEA file. @param {string} name @returns {{ series: number[][][], labels: string[] }} series[case][channel][step] */
export function readCases(name) {
  const lines = readText(name).split(/\r?\n/);
  const cases = lines.filter((line) => line !== "" && !line.startsWith("@") && !line.startsWith("#"));
  const fields = cases.map((line) => line.split(":"));
  return {
    series: fields.map((parts) => parts.slice(0, -1).map((channel) => channel.split(",").map(Number))),
    labels: fields.map((parts) => parts[parts.length - 1]),
  };
}

/** A file of the data as it is. @param {string} name */
export const pathOf = (name) => fileURLToPath(new URL(name, DATA));

/**
 * Writes a CSV file. @param {string} folder @param {string} name @param {string[]} header @param {(string | number)[][]} rows
 * @returns {string} its path
 */
export function writeCsv(folder, name, header, rows) {
  const cell = (/** @type {string | number} */ value) => `"${String(value).replaceAll('"', '""')}"`;
  const path = join(folder, name);
  writeFileSync(path, [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join(""));
  return path;
}
