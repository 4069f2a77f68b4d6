import type { FoundHow } from '../contract/discovery.ts';

/** What one message, or one open port, says about a device. */
export interface Sighting {
  readonly how: FoundHow;
  /** Where it came from: IPv4, or link-local IPv6 with its zone. */
  readonly address: string;
  /** The device's own identity: ONVIF's endpoint reference, in lower case, without `urn:uuid:`. */
  readonly uuid: string | null;
  readonly mac: string | null;
  readonly name: string | null;
  readonly maker: string | null;
  readonly model: string | null;
  readonly onvifAddress: string | null;
  readonly rtspPort: number | null;
}

/** A sighting of which only this much is known. */
export function sighting(how: FoundHow, address: string, facts: Partial<Sighting> = {}): Sighting {
  const unknown = {
    uuid: null,
    mac: null,
    name: null,
    maker: null,
    model: null,
    onvifAddress: null,
    rtspPort: null,
  };
  return { ...unknown, ...facts, how, address };
}

/** Identities that makers left in their software: many devices have them. */
const nobody = /^0{8}-0{4}-0{4}-0{4}-0{12}$|^f{8}-f{4}-f{4}-f{4}-f{12}$/;

/** `urn:uuid:…`, and what cameras make of it, in the form in which it is compared; null when it names nobody. */
export function parseUuid(text: string): string | null {
  const [, uuid = ''] = /^(?:urn:)?(?:uuid:)?([^:\s]{8,100})/i.exec(text.trim()) ?? [];
  const lower = uuid.toLowerCase();
  return lower === '' || nobody.test(lower) ? null : lower;
}
