/** What may stand in brackets behind a name and is a unit; prefixes and powers aside. */
const UNITS = new Set(
  (
    "° % ‰ °C °F degC degF deg K C F m g s h d A V W J N Pa bar Hz Ω ohm l L t mol cd rad lx lm min day days week month year " +
    "Wh eV B bit px dB ppm ppb rpm bpm mph kn kt ha atm psi mmHg inch in ft mi lb oz gal USD EUR GBP CNY JPY € $ £ ¥"
  ).split(" "),
);

const PREFIX = /^(?:da|[munpkMGTPhdcµ])(?=\p{L})/u;

/** The unit that a column's name ends with, in brackets: "°C" of "temperature (°C)", "kWh" of "load [kWh]"; undefined for anything else. */
export function unitOf(name: string): string | undefined {
  const unit = /[([]([^()[\]]{1,16})[)\]]\s*$/.exec(name)?.[1]?.trim();
  if (unit === undefined) return undefined;
  const atoms = unit
    .split(/[/·* ]+/)
    .map((atom) => atom.replace(/\^?[-−⁻]?[\d²³¹]+$/, ""))
    .filter((atom) => atom !== "");
  const known = (atom: string) => UNITS.has(atom) || UNITS.has(atom.replace(PREFIX, ""));
  return atoms.length > 0 && atoms.every(known) ? unit : undefined;
}
