import type { AccessUnit } from './access-unit.ts';
import { nalType, nalUnitType } from './h264.ts';
import { h265NalUnitType, h265Type } from './h265.ts';

/** More than any real stream has; a camera that sends a new id each time replaces the oldest. */
const maximumSets = 16;
/** Real ones have a few dozen bytes; a larger one is passed on with its picture, but not kept. */
const maximumSetBytes = 4_096;

/** Types of parameter sets in the order in which one names the other, the SPS at `sps`. */
const kinds = {
  H264: { typeOf: nalUnitType, types: [nalType.sps, nalType.pps], sps: 0 },
  H265: { typeOf: h265NalUnitType, types: [h265Type.vps, h265Type.sps, h265Type.pps], sps: 1 },
} as const;

/**
 * The parameter sets of a stream (SPS and PPS, in H.265 also VPS), from the SDP and from the stream itself (which is right
 * when they differ: Eufy's SDP lies). A decoder that joins needs them before the first key frame.
 */
export class ParameterSets {
  readonly #typeOf: (nalUnit: Buffer) => number;
  readonly #types: readonly number[];
  readonly #spsKind: number;
  /** By kind, in the order of `#types`. */
  readonly #sets: Buffer[][];

  constructor(fromDescription: readonly Buffer[] = [], codec: keyof typeof kinds = 'H264') {
    const { typeOf, types, sps } = kinds[codec];
    this.#typeOf = typeOf;
    this.#types = types;
    this.#spsKind = sps;
    this.#sets = types.map(() => []);
    for (const nalUnit of fromDescription) this.#learn(nalUnit, this.#kindOf(nalUnit));
  }

  /** The newest SPS; undefined while none is known. */
  get sps(): Buffer | undefined {
    return this.#sets[this.#spsKind]?.at(-1);
  }

  /** NAL units of the access unit, with the known parameter sets put in front of a key frame that came without. */
  complete(accessUnit: AccessUnit): readonly Buffer[] {
    /** One bit for each kind that is there. */
    let present = 0;
    for (const nalUnit of accessUnit.nalUnits) {
      const kind = this.#kindOf(nalUnit);
      if (kind === -1) continue;
      // A new one in band makes those of the SDP worthless.
      if ((present & (1 << kind)) === 0) this.#sets[kind] = [];
      present |= 1 << kind;
      this.#learn(nalUnit, kind);
    }
    if (!accessUnit.keyFrame || present === (1 << this.#types.length) - 1) return accessUnit.nalUnits;
    const isMissing = (kind: number) => (present & (1 << kind)) === 0;
    if (this.#sets.every((sets, kind) => !isMissing(kind) || sets.length === 0)) return accessUnit.nalUnits;
    // Each kind before the one that names it, and all before the picture.
    const sets = this.#sets.flatMap((known, kind) =>
      isMissing(kind) ? known : accessUnit.nalUnits.filter((nalUnit) => this.#kindOf(nalUnit) === kind),
    );
    return [...sets, ...accessUnit.nalUnits.filter((nalUnit) => this.#kindOf(nalUnit) === -1)];
  }

  /** -1 for what is no parameter set. */
  #kindOf(nalUnit: Buffer): number {
    return this.#types.indexOf(this.#typeOf(nalUnit));
  }

  #learn(nalUnit: Buffer, kind: number): void {
    const sets = this.#sets[kind];
    if (sets === undefined || nalUnit.length > maximumSetBytes) return;
    if (sets.some((known) => known.equals(nalUnit))) return;
    // A copy: a view would keep the whole socket chunk alive for as long as the stream.
    sets.push(Buffer.from(nalUnit));
    if (sets.length > maximumSets) sets.shift();
  }
}
