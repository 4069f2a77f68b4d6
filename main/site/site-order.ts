/**
 * Puts those that a file names into its order, in the places that they have together: the others stay where they are.
 * @param ids all, in their order now
 * @param wanted some of them, in their new order
 */
export function orderedAs(ids: readonly string[], wanted: readonly string[]): string[] {
  const named = new Set(wanted);
  const next = wanted.values();
  return ids.map((id) => (named.has(id) ? (next.next().value ?? id) : id));
}

/** Whether two lists are the same. */
export function isSameOrder(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}
