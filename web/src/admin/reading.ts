/** Values of answers: read, never trusted. */

export type Tree = Record<string, unknown>;

export function treeOf(value: unknown): Tree {
  return typeof value === "object" && value !== null ? (value as Tree) : {};
}

export function listOf<T>(value: unknown, read: (tree: Tree) => T): T[] {
  return Array.isArray(value) ? value.map((one) => read(treeOf(one))) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Null for what is no number, as the service says what was not measured. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
