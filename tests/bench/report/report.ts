import type { Table } from './table.ts';

/** What is told of a section. */
export interface Report {
  readonly title: string;
  /** Paragraphs: what is measured, how, and by which file. */
  readonly words: readonly string[];
  readonly plots: readonly { readonly name: string; readonly alternative: string; readonly svg: string }[];
  readonly tables: readonly { readonly caption: string; readonly table: Table }[];
}
