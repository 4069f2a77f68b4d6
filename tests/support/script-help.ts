/** Asked with `--help`, a script prints how it is called and ends with 0, before it starts anything. */
export function helpIfAsked(usage: string): void {
  if (!process.argv.slice(2).includes('--help')) return;
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
