/** The most that a tile may have of its camera, so that this computer keeps up: `sub` is all pictures of the small stream. */
export type Ceiling = 'main' | 'sub' | 'key-frames' | 'seldom';

/** What the tiles of a wall may have together, besides those that come first. */
export interface Allowance {
  /** So many tiles may show their main stream. */
  readonly mains: number;
  /** So many get key frames only. */
  readonly reduced: number;
  /** So many of these get them seldom. */
  readonly seldom: number;
}

/** A tile that shows something, as far as it matters for what it may have. */
export interface BudgetTile {
  readonly tile: number;
  /** Somebody looks at it, or has to: it always has everything. */
  readonly comesFirst: boolean;
  readonly isAlarmed: boolean;
  /** In units of the smallest tile. */
  readonly area: number;
  /** From the selected tile, in the same unit. */
  readonly distance: number;
  /** Whether it would show its main stream, and its camera has a smaller one. */
  readonly wantsMain: boolean;
}

/** Those that may have less, in the order in which they keep their pictures: with an alarm, large, near the selected one. */
export function reducible(tiles: readonly BudgetTile[]): BudgetTile[] {
  return tiles
    .filter(({ comesFirst }) => !comesFirst)
    .sort(
      (a, b) =>
        Number(b.isAlarmed) - Number(a.isAlarmed) ||
        b.area - a.area ||
        a.distance - b.distance ||
        a.tile - b.tile,
    );
}

/** What each tile may have, by its number; one that does not want its main stream gets no leave to it, either. */
export function ceilingsOf(tiles: readonly BudgetTile[], allowance: Allowance): Ceiling[] {
  const ceilings = ceilingsInOrder(reducible(tiles), allowance);
  for (const { tile } of tiles) ceilings[tile] ??= 'main';
  return ceilings;
}

/** The same for tiles in the order in which they keep what they have. */
export function ceilingsInOrder(
  tiles: readonly BudgetTile[],
  { mains, reduced, seldom }: Allowance,
): Ceiling[] {
  const ceilings: Ceiling[] = [];
  let left = mains;
  for (const [place, { tile, wantsMain }] of tiles.entries()) {
    const hasMain = wantsMain && left > 0;
    if (hasMain) left--;
    const fromEnd = tiles.length - place;
    if (fromEnd <= seldom) ceilings[tile] = 'seldom';
    else if (fromEnd <= reduced) ceilings[tile] = 'key-frames';
    else ceilings[tile] = hasMain ? 'main' : 'sub';
  }
  return ceilings;
}

const fromMost: readonly Ceiling[] = ['main', 'sub', 'key-frames', 'seldom'];

/** What a tile may have that two reasons bound. */
export function lower(a: Ceiling, b: Ceiling = 'main'): Ceiling {
  return fromMost.indexOf(a) > fromMost.indexOf(b) ? a : b;
}
