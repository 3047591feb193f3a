/** What a browser keeps for the page, or null where it forbids that or has no room: the page goes on without. */
export function guarded<T>(access: () => T): T | null {
  try {
    return access();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
