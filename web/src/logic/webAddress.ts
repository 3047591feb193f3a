const LONGEST = 2000;

/** `value` where it is the whole address of a page on the web; null for anything else, such as script. */
export function webAddress(value: unknown): string | null {
  if (typeof value !== "string" || value.length > LONGEST || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  return protocol === "https:" || protocol === "http:" ? href : null;
}
