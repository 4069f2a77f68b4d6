import type { AccessUnit } from './access-unit.ts';
import { nalType, nalUnitType } from './h264.ts';

/** More than any real stream has; a camera that sends a new id each time replaces the oldest. */
const maximumSets = 16;
/** Real ones have a few dozen bytes; a larger one is passed on with its picture, but not kept. */
const maximumSetBytes = 4_096;

/**
 * The SPS and PPS of a stream, from the SDP and from the stream itself (which is right when they differ: Eufy's SDP
 * lies). A decoder that joins needs them before the first IDR picture.
 */
export class ParameterSets {
  #sps: Buffer[] = [];
  #pps: Buffer[] = [];

  constructor(fromDescription: readonly Buffer[] = []) {
    for (const nalUnit of fromDescription) this.#learn(nalUnit);
  }

  /** The newest SPS; undefined while none is known. */
  get sps(): Buffer | undefined {
    return this.#sps.at(-1);
  }

  /** NAL units of the access unit, with the known SPS and PPS put in front of an IDR picture that came without. */
  complete(accessUnit: AccessUnit): readonly Buffer[] {
    let hasSps = false;
    let hasPps = false;
    for (const nalUnit of accessUnit.nalUnits) {
      const type = nalUnitType(nalUnit);
      if (type === nalType.sps) {
        // A new SPS in band makes those of the SDP worthless.
        if (!hasSps) this.#sps = [];
        hasSps = true;
      } else if (type === nalType.pps) {
        if (!hasPps) this.#pps = [];
        hasPps = true;
      }
      this.#learn(nalUnit);
    }
    if (!accessUnit.keyFrame || (hasSps && hasPps)) return accessUnit.nalUnits;
    const missing = [...(hasSps ? [] : this.#sps), ...(hasPps ? [] : this.#pps)];
    if (missing.length === 0) return accessUnit.nalUnits;
    if (!hasSps) return [...missing, ...accessUnit.nalUnits];
    // An SPS must come before the PPS that names it.
    const afterSps = accessUnit.nalUnits.findLastIndex((nalUnit) => nalUnitType(nalUnit) === nalType.sps) + 1;
    return [...accessUnit.nalUnits.slice(0, afterSps), ...missing, ...accessUnit.nalUnits.slice(afterSps)];
  }

  #learn(nalUnit: Buffer): void {
    const type = nalUnitType(nalUnit);
    const sets = type === nalType.sps ? this.#sps : type === nalType.pps ? this.#pps : undefined;
    if (sets === undefined || nalUnit.length > maximumSetBytes) return;
    if (sets.some((known) => known.equals(nalUnit))) return;
    // A copy: a view would keep the whole socket chunk alive for as long as the stream.
    sets.push(Buffer.from(nalUnit));
    if (sets.length > maximumSets) sets.shift();
  }
}
