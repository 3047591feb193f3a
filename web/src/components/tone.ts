const TONES = 8;

/** A stable colour for each person, as a class. */
export function toneOf(identity: string): string {
  let hash = 7;
  for (const point of identity) hash = (hash * 31 + (point.codePointAt(0) ?? 0)) % 9973;
  return `tone-${hash % TONES}`;
}

/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase() || "?";
}
