/** Quantile by linear interpolation; NaN for no values. `share` from 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low + (high - low) * (position - Math.floor(position));
}

export interface Summary {
  n: number;
  minimum: number;
  median: number;
  p95: number;
  maximum: number;
}

/** Rounded to a tenth. */
export function summarize(values: readonly number[]): Summary {
  const tenth = (value: number) => Math.round(value * 10) / 10;
  return {
    n: values.length,
    minimum: tenth(quantile(values, 0)),
    median: tenth(quantile(values, 0.5)),
    p95: tenth(quantile(values, 0.95)),
    maximum: tenth(quantile(values, 1)),
  };
}
