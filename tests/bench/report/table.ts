/** A table of texts; the first column is left-aligned, the others to the right. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** As Markdown whose columns line up, so that a terminal shows it well, too. */
export function tableLines({ columns, rows }: Table): string[] {
  const widths = columns.map((column, index) =>
    Math.max(3, column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths
      .map((width, index) =>
        index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width),
      )
      .join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => (index === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(columns), rule, ...rows.map(line)];
}

/** One digit behind the point below 100, none above; thousands apart. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) < 100) return String(Math.round(value * 10) / 10);
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}
