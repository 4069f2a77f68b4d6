/** A number of the command line, of at most six digits; undefined for anything else, or for more than the maximum. */
export function wholeNumber(text: string, maximum: number): number | undefined {
  return /^\d{1,6}$/.test(text) && Number(text) <= maximum ? Number(text) : undefined;
}
