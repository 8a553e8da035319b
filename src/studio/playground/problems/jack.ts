/** "The House That Jack Built" (traditional; printed in 1755): short, and each line hangs on the ones before. */
const LINES = [
  "house that Jack built",
  "malt\nThat lay in",
  "rat,\nThat ate",
  "cat,\nThat killed",
  "dog,\nThat worried",
  "cow with the crumpled horn,\nThat tossed",
  "maiden all forlorn,\nThat milked",
  "man all tattered and torn,\nThat kissed",
  "priest all shaven and shorn,\nThat married",
  "cock that crowed in the morn,\nThat waked",
  "farmer sowing his corn,\nThat kept",
];

/** Each verse is the new line and the verse before. */
export const JACK = LINES.map(
  (_, n) =>
    `This is the ${LINES.slice(0, n + 1)
      .toReversed()
      .join(" the ")}.`,
).join("\n\n");
