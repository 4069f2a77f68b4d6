/** Relative lengths as the value of `grid-template-columns` or `-rows`; none is ever broader than its share. */
export function tracks(lengths: readonly number[]): string {
  return lengths.map((length) => `minmax(0, ${length}fr)`).join(' ');
}
