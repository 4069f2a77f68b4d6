/** What a client adds to its offer later (`application/trickle-ice-sdpfrag`, RFC 8840 section 9). */
export interface IceFragment {
  /** Undefined: it does not say for which negotiation it is. */
  readonly iceUfrag: string | undefined;
  readonly candidates: readonly {
    /** `candidate:…` */
    readonly candidate: string;
    /** Of the section that it belongs to; null: the first one. */
    readonly sdpMid: string | null;
  }[];
}

/** A client has a candidate for each of its networks. */
const maximumCandidates = 32;

/** Undefined when it is no fragment, or one with too many candidates. */
export function readIceFragment(text: string): IceFragment | undefined {
  const candidates: { candidate: string; sdpMid: string | null }[] = [];
  let iceUfrag: string | undefined;
  let sdpMid: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') continue;
    const [, type, name = '', value = ''] = /^([am])=([\w-]+)(?:[: ](.*))?$/.exec(line) ?? [];
    if (type === undefined) return undefined;
    if (type === 'm') sdpMid = null;
    else if (name === 'mid') sdpMid = value;
    else if (name === 'ice-ufrag') iceUfrag ??= value;
    else if (name === 'candidate' && /^[ -~]{1,1024}$/.test(value)) {
      candidates.push({ candidate: `candidate:${value}`, sdpMid });
    }
  }
  return candidates.length > maximumCandidates ? undefined : { iceUfrag, candidates };
}
