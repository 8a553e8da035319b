/** Registered with IANA for the IPC stream format. */
export const ARROW_TYPE = "application/vnd.apache.arrow.stream";
