/** What a process that has started a training sends it, to have it end as Ctrl-C does: Windows delivers no such signal. */
export const STOP_MESSAGE = "sluice: stop";
