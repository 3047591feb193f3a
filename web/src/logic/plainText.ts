/** Words that come from a room: what is said about people and things in it. */

/** Marks that turn the direction of writing around would do so to what stands behind them as well. */
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
const BLANKS = /[\s\p{Cc}\ufeff]+/gu;

/** One line of at most `most` characters, without marks that change what stands around it. */
export function plainText(text: string, most: number): string {
  const start = text
    .slice(0, 4 * most)
    .replaceAll(TURNING, "")
    .replaceAll(BLANKS, " ")
    .trim();
  const points = [...start];
  return points.length > most ? `${points.slice(0, most - 1).join("")}…` : start;
}
