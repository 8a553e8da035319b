import { ARROW_TYPE } from "../arrow/media-type.js";

export const JSON_TYPE = "application/json";
/** What a body may be. */
export const BODY_TYPES = [JSON_TYPE, ARROW_TYPE, "audio/wav"] as const;
/** What an answer may be. */
export const ANSWER_TYPES = [JSON_TYPE, ARROW_TYPE] as const;
