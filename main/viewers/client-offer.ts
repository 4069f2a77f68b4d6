import { GatehouseError } from '../base/gatehouse-error.ts';

/** What a client of WHEP or WHIP wants, from its offer. */
export interface ClientOffer {
  /** The offer with no more than what can be answered: one format of H.264, H.265 behind it. */
  readonly sdp: string;
  readonly wantsSound: boolean;
  readonly takesH265: boolean;
  readonly iceUfrag: string;
}

interface Section {
  readonly kind: string;
  readonly lines: readonly string[];
}

interface VideoFormat {
  readonly payloadType: string;
  /** In capitals. */
  readonly name: string;
  readonly parameters: string;
}

/** Profiles of H.264 in the order in which they are chosen; decoders take Main and High under any of them. */
const profiles = ['42e01f', '42001f', '42c01f', '4d', '64'];

/**
 * Reads the offer of a client that wants to see (draft-ietf-wish-whep section 4.2): one video to receive, at most one sound, in one
 * bundle. werift takes the first format of each name, so the one that suits best is put first and its likes are left out.
 * @throws GatehouseError bad-input
 */
export function readWhepOffer(text: string): ClientOffer {
  return readOffer(text, 'receive');
}

/**
 * The same of a client that wants to be seen (RFC 9725 section 4.2). H.265 is left where there is no H.264, which every window shows;
 * of several layers one is taken.
 * @throws GatehouseError bad-input
 */
export function readWhipOffer(text: string): ClientOffer {
  return readOffer(text, 'send');
}

function readOffer(text: string, wants: 'receive' | 'send'): ClientOffer {
  const [session = [], ...parts] = split(text);
  if (!session.includes('v=0')) throw bad('must be an SDP offer');
  const sections = parts.map(
    (lines): Section => ({ kind: /^m=(\w+) /.exec(lines[0] ?? '')?.[1] ?? '', lines }),
  );
  const videos = sections.filter(({ kind }) => kind === 'video');
  const sounds = sections.filter(({ kind }) => kind === 'audio');
  const [video] = videos;
  if (video === undefined || videos.length > 1)
    throw bad(wants === 'receive' ? 'must ask for one video' : 'must have one video');
  if (sounds.length > 1 || sections.length > videos.length + sounds.length) {
    throw bad('must be about nothing but one video and at most one sound');
  }
  for (const { lines } of sections) {
    const isOpposite = lines.includes(wants === 'receive' ? 'a=sendonly' : 'a=recvonly');
    if (isOpposite || lines.includes('a=inactive')) throw bad(`must ask to ${wants}`);
  }
  const all = [...session, ...parts.flat()];
  const iceUfrag = attributeOf(all, 'ice-ufrag');
  if (
    iceUfrag === undefined ||
    attributeOf(all, 'ice-pwd') === undefined ||
    attributeOf(all, 'fingerprint') === undefined
  ) {
    throw bad('must have ice-ufrag, ice-pwd and fingerprint');
  }
  if (sections.length > 1 && !session.some((line) => line.startsWith('a=group:BUNDLE '))) {
    throw bad('must put sound and video into one BUNDLE');
  }
  const formats = formatsOf(video);
  const known = [bestH264(formats), formats.find(({ name }) => name === 'H265')].filter(
    (one) => one !== undefined,
  );
  const chosen = wants === 'receive' ? known : known.slice(0, 1);
  if (chosen.length === 0) throw bad('must have H.264 or H.265');
  const kept = chosen.flatMap(({ payloadType }) => [payloadType, ...repairsOf(formats, payloadType)]);
  const lines = sections.flatMap((section) =>
    withPort(section === video ? onlyFormats(section, kept, wants === 'send') : section.lines),
  );
  return {
    sdp: `${[...session, ...lines].join('\r\n')}\r\n`,
    wantsSound: sounds.length === 1,
    takesH265: chosen.some(({ name }) => name === 'H265'),
    iceUfrag,
  };
}

/** The part of the session, then a part for each medium. */
function split(text: string): string[][] {
  const parts: string[][] = [[]];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) parts.push([]);
    parts.at(-1)?.push(line);
  }
  return parts;
}

function attributeOf(lines: readonly string[], attribute: string): string | undefined {
  return lines.find((line) => line.startsWith(`a=${attribute}:`))?.slice(attribute.length + 3);
}

function formatsOf({ lines }: Section): VideoFormat[] {
  return lines.flatMap((line) => {
    const [, payloadType = '', name = ''] = /^a=rtpmap:(\d{1,3}) ([^/\s]+)\/90000/.exec(line) ?? [];
    if (payloadType === '') return [];
    return [{ payloadType, name: name.toUpperCase(), parameters: parametersOf(lines, payloadType) }];
  });
}

function parametersOf(lines: readonly string[], payloadType: string): string {
  const start = `a=fmtp:${payloadType} `;
  return lines.find((line) => line.startsWith(start))?.slice(start.length) ?? '';
}

function bestH264(formats: readonly VideoFormat[]): VideoFormat | undefined {
  const h264 = formats.filter(({ name }) => name === 'H264');
  // A picture is more than one packet: without the mode that can say so every one would have to fit into one.
  const fragmented = h264.filter(({ parameters }) => /packetization-mode=1/.test(parameters));
  const candidates = fragmented.length > 0 ? fragmented : h264;
  const rank = ({ parameters }: VideoFormat) => {
    const profile = /profile-level-id=([0-9a-f]{6})/i.exec(parameters)?.[1]?.toLowerCase() ?? '42e01f';
    const at = profiles.findIndex((known) => profile.startsWith(known));
    return at === -1 ? profiles.length : at;
  };
  return candidates.toSorted((a, b) => rank(a) - rank(b))[0];
}

function repairsOf(formats: readonly VideoFormat[], payloadType: string): string[] {
  return formats
    .filter(
      ({ name, parameters }) => name === 'RTX' && new RegExp(`^apt=${payloadType}(?:;|$)`).test(parameters),
    )
    .map((repair) => repair.payloadType)
    .slice(0, 1);
}

function onlyFormats({ lines }: Section, kept: readonly string[], isSending: boolean): string[] {
  const [first = '', ...rest] = lines;
  const head = first.split(' ').slice(0, 3).join(' ');
  return [
    `${head} ${kept.join(' ')}`,
    ...rest.filter((line) => {
      if (/^a=(?:simulcast|rid):/.test(line)) return false;
      // What is answered to it would not be right: see `ReceivingPeer`.
      if (isSending && /^a=(?:rtcp-fb:\S+ transport-cc$|extmap:.*-transport-wide-cc-)/.test(line))
        return false;
      const payloadType = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}) /.exec(line)?.[1];
      return payloadType === undefined || kept.includes(payloadType);
    }),
  ];
}

/** With `bundle-only`, port 0 says that a section comes over the way of the others (RFC 8843 section 6); werift takes it for refused. */
function withPort(lines: readonly string[]): readonly string[] {
  const [first = '', ...rest] = lines;
  return rest.includes('a=bundle-only') ? [first.replace(/^(m=\w+) 0 /, '$1 9 '), ...rest] : lines;
}

function bad(what: string): GatehouseError {
  return new GatehouseError('bad-input', `The offer ${what}.`);
}
