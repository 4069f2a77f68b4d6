/** Whether it answers each media section, and says how to reach and to recognise the window (RFC 8829). */
export function isAnswerTo(sdp: string, sections: number): boolean {
  return countSections(sdp) === sections && /^a=ice-ufrag:/m.test(sdp) && /^a=fingerprint:/m.test(sdp);
}

/** Media sections of a description. */
export function countSections(sdp: string): number {
  return sdp.match(/^m=/gm)?.length ?? 0;
}
