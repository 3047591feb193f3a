/** Lists whose rows are pressed while others act on them: nothing moves away under a finger. */

const MOST_GONE = 20;

export interface Row<T> {
  readonly item: T;
  /** It is over for this one; its row only keeps the place of those below it. */
  readonly gone: boolean;
}

/**
 * The rows to show next: whoever is new comes last, and whoever has gone keeps their row while somebody stands below
 * it. Beyond twenty rows of that kind the list is drawn together.
 */
export function steadied<T extends { readonly id: string }>(
  shown: readonly Row<T>[],
  there: readonly T[],
): readonly Row<T>[] {
  const now = new Map(there.map((item) => [item.id, item]));
  const known = new Set(shown.map(({ item }) => item.id));
  const rows = [
    ...shown.map(({ item }) => ({ item: now.get(item.id) ?? item, gone: !now.has(item.id) })),
    ...there.filter(({ id }) => !known.has(id)).map((item) => ({ item, gone: false })),
  ];
  const placed = rows.slice(0, rows.map(({ gone }) => gone).lastIndexOf(false) + 1);
  const standing = placed.filter(({ gone }) => !gone);
  return placed.length - standing.length > MOST_GONE ? standing : placed;
}
