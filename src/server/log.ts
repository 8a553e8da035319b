/** Structured logs: one JSON object a line, without bodies, tokens or other secrets. */

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What happened, as a short phrase that never varies, and the details as fields. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

export const silent: Log = () => undefined;

/**
 * A log of JSON lines: `{"time":"…","level":"info","event":"request","method":"POST",…}`.
 * @param write takes one line with its end
 * @param least lines of lesser levels are left out
 */
export function jsonLog(write: (line: string) => void, least: LogLevel = "info"): Log {
  const from = LOG_LEVELS.indexOf(least);
  return (level, event, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < from) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  };
}
