/** Quieter than this is silence for the meter: decibels below full scale. */
const quietest = 60;

/** How loud samples of -1 … 1 are: the root of the mean square, 0 … 1. */
export function loudnessOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** How far a meter goes, 0 … 1, in even steps of decibels. @param loudness 0 … 1 */
export function meterOf(loudness: number): number {
  return loudness <= 0 ? 0 : Math.min(1, Math.max(0, 1 + (20 * Math.log10(loudness)) / quietest));
}
