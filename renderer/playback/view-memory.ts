import { gridColumns, gridRows, type PictureSample } from './picture-sample.ts';

export type View =
  /** As it has been, or not known well enough to say. */
  | 'usual'
  /** What there was to see is not there any more: a cover, spray, or darkness. */
  | 'covered'
  /** There is something else to see. */
  | 'moved';

/** Of the rows at the upper and lower edge nothing is taken: there is what the camera writes into the picture. */
const edgeRows = 2;
/** A view is known after so many pictures, one a second. */
const learntPictures = 15;
/** How fast what is known follows what is seen: dusk takes longer, a cover does not. */
const learningMilliseconds = 30_000;
/** Contrast from cell to cell, of 255: with less there is nothing that could be missed. */
const leastContrast = 1.2;
/** Farther from grey than this on average, a picture has colours. */
const leastColour = 3;
/** Of the contrasts seen and those known, -1 … 1: less, and it is another view. */
const leastLikeness = 0.35;
const coveredMilliseconds = 2_900;
/** Longer: what passes close by hides a view, too. */
const movedMilliseconds = 7_900;
/** Alike again for so long, a view is the one it was. */
const backMilliseconds = 1_400;
/** A camera that shows another view so often goes round by itself: it is not said any more. */
const restlessMoves = 3;

/**
 * What one view looks like: where its contrasts are, learnt slowly. Light and colours do not count. A camera that changes over to
 * its night picture, or back, is learnt anew: infrared light shows other contrasts.
 */
export class ViewMemory {
  readonly #edges = new Float32Array((gridRows - 2 * edgeRows) * (gridColumns - 2));
  #pictures = 0;
  #moves = 0;
  #hasColour = true;
  #previous: Float32Array | undefined;
  #seenAt: number | undefined;
  #suspicion: { readonly view: View; readonly since: number } | undefined;
  #view: View = 'usual';

  get view(): View {
    return this.#view;
  }

  /** Begins anew: what is seen from now on is the view. */
  forget(): void {
    this.#edges.fill(0);
    this.#pictures = 0;
    this.#view = 'usual';
    this.pause();
  }

  /** Pictures were missing: what was suspected is not any more. */
  pause(): void {
    this.#suspicion = undefined;
    this.#seenAt = undefined;
    this.#previous = undefined;
  }

  take({ at, luma, colour }: PictureSample): void {
    const edges = edgesOf(luma);
    const seen = this.#look(edges, colour > leastColour);
    const elapsed = Math.min(2_000, at - (this.#seenAt ?? at));
    this.#previous = edges;
    this.#seenAt = at;
    if (seen === null) return;
    if (seen !== this.#suspicion?.view) this.#suspicion = { view: seen, since: at };
    const lasted = at - this.#suspicion.since;
    if (seen === 'usual') {
      if (lasted >= backMilliseconds) this.#view = 'usual';
    } else if (lasted >= (seen === 'covered' ? coveredMilliseconds : movedMilliseconds)) {
      if (seen === 'moved' && this.#view !== 'moved') this.#moves++;
      this.#view = seen;
    }
    // What is suspected is not learnt: else it would be the usual soon.
    if (seen === 'usual' && this.#view === 'usual') this.#learn(edges, elapsed);
  }

  /** Null: not to be said of this picture. */
  #look(edges: Float32Array, hasColour: boolean): View | null {
    const before = mean(this.#edges);
    const isKnown = this.#pictures >= learntPictures && before >= leastContrast;
    const likeness = isKnown ? correlation(edges, this.#edges) : 1;
    // A dark lens shows no colours; a camera that gets its colours back is not covered.
    const isFlat = mean(edges) < before * 0.4 && likeness < 0.5;
    if (isKnown && isFlat && !(hasColour && !this.#hasColour)) return 'covered';
    if (hasColour !== this.#hasColour) {
      this.forget();
      this.#hasColour = hasColour;
      return 'usual';
    }
    if (likeness >= leastLikeness || this.#moves > restlessMoves) return 'usual';
    // Something that drives by looks different each time; a view that somebody has turned to stands still.
    const steadiness = this.#previous === undefined ? 0 : correlation(edges, this.#previous);
    return steadiness > 0.6 || this.#view === 'moved' ? 'moved' : null;
  }

  #learn(edges: Float32Array, elapsed: number): void {
    this.#pictures++;
    const share = Math.max(1 / this.#pictures, 1 - Math.exp(-elapsed / learningMilliseconds));
    for (const [index, edge] of edges.entries()) {
      const old = this.#edges[index] ?? 0;
      this.#edges[index] = old + share * (edge - old);
    }
  }
}

/** How much brightness changes around each cell, inside the picture. */
function edgesOf(luma: Uint8Array): Float32Array {
  const edges = new Float32Array((gridRows - 2 * edgeRows) * (gridColumns - 2));
  const at = (row: number, column: number) => luma[row * gridColumns + column] ?? 0;
  let index = 0;
  for (let row = edgeRows; row < gridRows - edgeRows; row++) {
    for (let column = 1; column < gridColumns - 1; column++) {
      edges[index++] =
        Math.abs(at(row, column + 1) - at(row, column - 1)) +
        Math.abs(at(row + 1, column) - at(row - 1, column));
    }
  }
  return edges;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Pearson's, -1 … 1; 0 where one of them is flat. */
function correlation(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [index, value] of a.entries()) {
    const [da, db] = [value - meanA, (b[index] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
