import { check, show } from "../util/errors.js";
import { makeNamed, type Factories } from "../util/named.js";
import { constant, identity, ones, zeros } from "./constant.js";
import { customInitializer, lostInitializer, type Initializer, type InitializerLike } from "./initializer.js";
import { orthogonal } from "./orthogonal.js";
import { randomNormal, randomUniform, truncatedNormal } from "./random.js";
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from "./variance-scaling.js";

export type { Initializer, InitializerLike } from "./initializer.js";

/** All initializers, under the names that options and saved models use. */
export const initializers = {
  zeros,
  ones,
  constant,
  identity,
  randomNormal,
  randomUniform,
  truncatedNormal,
  varianceScaling,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
};

const FACTORIES: Factories<Initializer> = { ...initializers, custom: lostInitializer };

/** Makes an initializer of what a user wrote; `where` opens the error, such as `GRU "gru_1": kernelInitializer`. */
export function resolveInitializer(value: InitializerLike, where: string): Initializer {
  if (typeof value === "function") return customInitializer(value);
  check(typeof value === "string" || (typeof value === "object" && value !== null), () => {
    return `${where}: expected an initializer (a name, { className, config } or a function), got ${show(value)}`;
  });
  return isInitializer(value) ? value : makeNamed(where, "initializer", FACTORIES, value);
}

function isInitializer(value: unknown): value is Initializer {
  return typeof (value as Partial<Initializer>).init === "function";
}
