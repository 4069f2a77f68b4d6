import * as z from 'zod';
import { cameraId } from './camera.ts';

/** How a device was found: it answered WS-Discovery, mDNS (Bonjour), SSDP (UPnP), or the search of the whole subnet. */
export const foundHow = z.enum(['onvif', 'mdns', 'ssdp', 'scan']);
export type FoundHow = z.infer<typeof foundHow>;

/** A device on the network that says it is a camera, or looks like one. All its texts are a stranger's: one line, at most 100 characters. */
export const foundDevice = z.object({
  /** Stable for as long as it is listed. */
  id: z.uuid(),
  /** What it calls itself; empty when it did not say. */
  name: z.string(),
  maker: z.string(),
  model: z.string(),
  /** The one to reach it by: IPv4, or link-local IPv6 with its zone (`fe80::1%eth0`) where it has no other. */
  address: z.string(),
  /** All that it was seen at, `address` first. */
  addresses: z.array(z.string()),
  /** `00:40:8c:12:34:56` */
  mac: z.string().nullable(),
  how: z.array(foundHow),
  /** False: its address belongs to another network than those of this computer, so that it may not be reached. */
  isOnNetwork: z.boolean(),
  /** The camera in Gatehouse that it is, if it is one. */
  cameraId: cameraId.nullable(),
  /** Its ONVIF device service; always on `address`, whatever the device claims. */
  onvifAddress: z.string().nullable(),
  /** Null: it did not say; usually 554. */
  rtspPort: z.int().nullable(),
});
export type FoundDevice = z.infer<typeof foundDevice>;

/** Counted in connections to one port of one address each. */
const scanProgress = z.object({ tried: z.int(), total: z.int() });

export const discoveryState = z.object({
  /** The networks that are asked, by interface and own address; empty: there is none, or discovery is switched off. */
  networks: z.array(z.object({ name: z.string(), address: z.string() })),
  /** What stands in the way, in words for a person. */
  problems: z.array(z.string()),
  /** The search of the whole subnet; null: none is under way. */
  scan: scanProgress.nullable(),
  /** Messages that were not looked at, because there were too many. */
  dropped: z.int(),
});
export type DiscoveryState = z.infer<typeof discoveryState>;

/** First everything, then what changed, coalesced for a slow reader. Devices are looked for while somebody listens. */
export const discoveryEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), devices: z.array(foundDevice), state: discoveryState }),
  z.object({ type: z.literal('device'), device: foundDevice }),
  /** It said goodbye, or was not heard any more. */
  z.object({ type: z.literal('gone'), deviceId: z.uuid() }),
  z.object({ type: z.literal('state'), state: discoveryState }),
]);
export type DiscoveryEvent = z.infer<typeof discoveryEvent>;

/** What a search of the subnet has done. */
export const scanResult = z.object({
  /** Addresses that were tried. */
  addresses: z.int(),
  /** Of them with an open RTSP port, or an open web port and a camera maker's MAC address. */
  found: z.int(),
});
export type ScanResult = z.infer<typeof scanResult>;
