import { fixture } from "../../losses/cases.js";

/** Values of libsndfile, scipy and librosa (scripts/oracles/librosa_audio.py). */
export const oracle = fixture<{
  wavs: { name: string; base64: string; sampleRate: number; channels: number; samples: number[] }[];
  g711: Record<"alaw" | "mulaw", number[]>;
  ratios: { from: number; to: number; x: number[]; y: number[] }[];
  banks: { scale: "htk" | "slaney"; norm: "none" | "slaney"; rows: number[][] }[];
  sampleRate: number;
  pcm: number[];
  power: number[];
  plain: number[];
  clip: number[];
  zeros: number[];
  reflect: number[];
  mfcc: number[];
  liftered: number[];
}>("librosa-audio");

/** The signal of the oracle's features: a rising tone with a little noise, a part of it almost silent. */
export const signal = (): Float32Array => Float32Array.from(oracle.pcm, (v) => v / 32768);
