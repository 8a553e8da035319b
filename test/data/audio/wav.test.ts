/** WAV files that libsndfile wrote, and files that are wrong in each of the ways that happen. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { readWav } from "../../../src/data/audio/index.js";
import { largestDifference } from "../../support/data.js";
import { oracle } from "./oracle.js";
import { chunk, formatChunk, wavFile } from "./make-wav.js";

const FLOAT32_ROUNDING = 2 ** -24;
const pcm16 = (...values: number[]) => new Uint8Array(Int16Array.from(values).buffer);
const read = (bytes: Uint8Array) => readWav(bytes, { name: "a.wav" });
const refuses = (bytes: Uint8Array, message: RegExp) =>
  assert.rejects(read(bytes), (error: Error) => {
    assert.match(error.message, message);
    assert.match(error.message, /^readWav: a\.wav/);
    return error.name === "SluiceError";
  });

describe("readWav reads", () => {
  for (const { name, base64, sampleRate, channels, samples } of oracle.wavs) {
    test(`${name} as libsndfile does`, async () => {
      const wav = await readWav(new Uint8Array(Buffer.from(base64, "base64")));
      assert.deepEqual([wav.sampleRate, wav.channels], [sampleRate, channels]);
      assert.equal(wav.seconds, samples.length / sampleRate);
      assert.ok(largestDifference(wav.samples, samples) <= FLOAT32_ROUNDING);
    });
  }

  for (const [name, code] of [["alaw", 6] as const, ["mulaw", 7] as const]) {
    test(`all 256 codes of ${name}`, async () => {
      const codes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const { samples } = await read(wavFile(formatChunk({ code, bits: 8 }), chunk("data", codes)));
      assert.deepEqual(
        Array.from(samples, (v) => v * 32768),
        oracle.g711[name],
      );
    });
  }

  test("past chunks that it does not know, with padding after an odd length", async () => {
    const odd = chunk("LIST", Uint8Array.of(1, 2, 3));
    const { samples } = await read(wavFile(odd, formatChunk(), odd, chunk("data", pcm16(16384, -32768)), odd));
    assert.deepEqual([...samples], [0.5, -1]);
  });

  test("from paths, file: URLs and Blobs, packed or not", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "wav-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const bytes = wavFile(formatChunk(), chunk("data", pcm16(1, 2, 3)));
    const path = join(folder, "a b.wav");
    writeFileSync(path, bytes);
    writeFileSync(`${path}.gz`, gzipSync(bytes));
    for (const source of [
      path,
      `${path}.gz`,
      new URL(`file://${path.replace(" ", "%20")}`),
      new Blob([bytes as never]),
    ]) {
      const { samples } = await readWav(source);
      assert.deepEqual([...samples], [1 / 32768, 2 / 32768, 3 / 32768]);
    }
    await assert.rejects(readWav(join(folder, "none.wav")), /there is no such file/);
  });

  test("files written to a pipe, whose length was never filled in, up to the end", async () => {
    for (const length of [0, 0x7ffff000, 0xffffffff]) {
      const { samples } = await read(wavFile(formatChunk(), chunk("data", pcm16(1, 2, 3), length)));
      assert.equal(samples.length, 3);
    }
  });

  test("a file without samples as no samples", async () => {
    const wav = await read(wavFile(formatChunk(), chunk("data", new Uint8Array(0))));
    assert.deepEqual([wav.samples.length, wav.seconds], [0, 0]);
  });

  test("at another rate when asked", async () => {
    const bytes = wavFile(formatChunk({ sampleRate: 8000 }), chunk("data", pcm16(...new Array(80).fill(1000))));
    const wav = await readWav(bytes, { sampleRate: 16000 });
    assert.deepEqual([wav.sampleRate, wav.samples.length, wav.seconds], [16000, 160, 0.01]);
  });
});

describe("readWav refuses", () => {
  const data = chunk("data", pcm16(1, 2, 3, 4));
  const whole = wavFile(formatChunk(), data);

  test("what is no WAV, by name where it is known", async () => {
    await refuses(
      new TextEncoder().encode("not a WAV file at all"),
      /byte 0: this is no WAV file: .*got "not a WAV fi"/,
    );
    await refuses(new Uint8Array(0), /the file is empty/);
    for (const [magic, name] of [
      ["RF64", "RF64"],
      ["RIFX", "RIFX"],
      ["fLaC", "FLAC"],
      ["OggS", "Ogg"],
    ] as const) {
      const other = whole.slice();
      other.set(new TextEncoder().encode(magic));
      await refuses(other, new RegExp(`byte 0: .*${name} file`));
    }
  });

  test("every truncation, naming where", async () => {
    for (let length = 1; length < whole.length; length++)
      await refuses(
        whole.subarray(0, length),
        length < 12 ? /byte 0: this is no WAV/ : /byte \d+: the file (ends|is truncated)/,
      );
    await refuses(
      whole.subarray(0, whole.length - 2),
      /byte 36: .*truncated: the samples \(data\) have 8 bytes, 6 are left/,
    );
  });

  test("formats and sizes that cannot be", async () => {
    await refuses(wavFile(formatChunk({ code: 2 }), data), /byte 12: .*Microsoft ADPCM \(code 2\)/);
    await refuses(wavFile(formatChunk({ code: 0x55 }), data), /MP3/);
    await refuses(wavFile(formatChunk({ channels: 0 }), data), /byte 12: expected at least one channel, got 0/);
    await refuses(wavFile(formatChunk({ sampleRate: 0 }), data), /sample rate above 0/);
    await refuses(wavFile(formatChunk({ bits: 12 }), data), /pcm samples must have 8, 16, 24, 32 bits, got 12/);
    await refuses(
      wavFile(formatChunk({ blockAlign: 3 }), data),
      /1 channels of 16 bits take 2 bytes, but the file says 3/,
    );
    await refuses(wavFile(data, formatChunk()), /byte 12: the samples \(data\) come before their format/);
    await refuses(wavFile(formatChunk()), /byte 36: the file ends without samples/);
    await refuses(wavFile(chunk("fmt ", new Uint8Array(4)), data), /at least 16 bytes, got 4/);
    await refuses(wavFile(formatChunk({ code: 0xfffe }), data), /extensible fmt chunk must have 40 bytes, got 16/);
    await refuses(
      wavFile(formatChunk({ channels: 2 }), chunk("data", pcm16(1, 2, 3))),
      /6 bytes .*no whole number of frames of 4/,
    );
  });

  test("floats that are not finite", async () => {
    const floats = new Uint8Array(Float32Array.of(0, NaN).buffer);
    await refuses(
      wavFile(formatChunk({ code: 3, bits: 32 }), chunk("data", floats)),
      /byte 48: sample 1 is not a finite/,
    );
  });

  test("a broken gzip file", async () => {
    await refuses(gzipSync(whole).subarray(0, 30), /broken or truncated gzip/);
  });

  test("unknown options", async () => {
    await assert.rejects(readWav(whole, { rate: 1 } as never), /unknown option "rate"/);
    await assert.rejects(readWav(whole, { sampleRate: 0 }), /sampleRate must be a whole number of at least 1/);
  });
});
