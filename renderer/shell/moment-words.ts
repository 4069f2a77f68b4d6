const moment = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'short',
  hourCycle: 'h23',
});

/** When something was, for a person. @param time milliseconds since 1970 */
export function momentWords(time: number): string {
  return moment.format(time);
}
