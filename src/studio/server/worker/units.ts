import type { EffectsReply, MatchReply } from "../../api.js";
import { Refusal } from "../problems.js";
import type { Given } from "./methods.js";

export async function matchOf(_given: Given<"match">): Promise<MatchReply> {
  throw new Refusal(503, "matches are not there yet");
}

export async function effectsOf(_given: Given<"effects">): Promise<EffectsReply> {
  throw new Refusal(503, "effects are not there yet");
}
