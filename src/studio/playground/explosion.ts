/** Whether the library ended a step because its loss or a gradient was no number any more. */
export const isExplosion = (error: unknown): boolean =>
  error instanceof Error && /not finite|NaN|Infinity/.test(error.message);
