/** Words that come from a room: names that people gave themselves, and what is said about them. */

/** Marks that turn the direction of writing around would do so to what stands behind them as well. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const BLANKS = /[\s\p{Cc}\ufeff]+/gu;
/** Something to be seen, besides blanks and marks that only say how to write. */
const VISIBLE = /[^\s\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u;

const MOST_IN_NAME = 80;

/** One line of at most `most` characters, without marks that change what stands around it. */
export function plainText(text: string, most: number): string {
  const start = text.slice(0, 4 * most).replaceAll(TURNING, "").replaceAll(BLANKS, " ").trim();
  const points = [...start];
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : start;
}

/** What somebody is called on the page: their name, else their identity. */
export function shownName(name: string | undefined, identity: string): string {
  const plain = plainText(name ?? "", MOST_IN_NAME);
  return VISIBLE.test(plain) ? plain : plainText(identity, MOST_IN_NAME);
}
