// Nothing to shake off: every export of the main entry is kept.
export * from "sluice";
