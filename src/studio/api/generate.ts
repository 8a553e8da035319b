/** Texts as they are written. */
import type { Maybe, Problem } from "./common.js";

export interface GenerateRequest {
  readonly prompt: string;
  /** Default 500. */
  readonly length?: number;
  /** Default 0.8. */
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  /** Pieces a second, at most, so that a change of the temperature can be seen. Default: as fast as the network writes. */
  readonly pace?: number;
}

export interface GenerateChange {
  readonly temperature?: number;
  readonly pace?: number;
  /** Ends the text. */
  readonly stop?: boolean;
}

export interface GenerateEvents {
  /** First. */
  readonly begin: { readonly id: string };
  /** `probability`: what the network gave to what was drawn, before temperature and cuts; of a piece of several the product. */
  readonly piece: { readonly text: string; readonly probability: Maybe };
  /** Last. */
  readonly end: { readonly pieces: number; readonly seconds: number };
  readonly error: Problem;
}
