import http from 'node:http';
import { find, parseStrangersXml, textAt } from '../base/xml.ts';
import { parseMac } from './mac-vendor.ts';
import { plainText } from './plain-text.ts';
import { type Sighting, sighting } from './sighting.ts';

/*
 * The description of a UPnP device (UPnP Device Architecture 1.1 §2.3): the only place where it says who made it.
 */

const maximumBytes = 64 * 1_024;
const timeoutMilliseconds = 2_000;

/** Makers whose UPnP devices are cameras, or nothing that calls itself a media player or router. */
const cameraMakers =
  /axis|hikvision|dahua|hanwha|samsung techwin|bosch|uniview|reolink|amcrest|vivotek|mobotix|avigilon|foscam|i-pro|pelco|milesight|tiandy|geovision|arecont|acti\b|canon/i;
const otherDevices =
  /:(MediaRenderer|MediaServer|InternetGatewayDevice|WANDevice|Printer|Scanner|ZonePlayer|dial)/i;

/** What a description says about a device at this address; undefined when it is no camera's. Pure. */
export function parseDescription(text: string, source: string): Sighting | undefined {
  const device = find(parseStrangersXml(text), 'device');
  if (device === undefined) return undefined;
  const read = (name: string) => plainText(textAt(device, name) ?? '');
  const type = textAt(device, 'deviceType') ?? '';
  const maker = read('manufacturer');
  const model = read('modelName') ?? read('modelNumber');
  const words = `${type} ${textAt(device, 'modelDescription') ?? ''} ${model ?? ''}`.slice(0, 2_000);
  const isOther = otherDevices.test(type);
  const isCamera = /camera|ip ?cam|nvt\b/i.test(words) || cameraMakers.test(maker ?? '');
  if (isOther || !isCamera) return undefined;
  return sighting('ssdp', source, {
    // Axis writes its MAC address as the serial number.
    mac: parseMac(textAt(device, 'serialNumber') ?? ''),
    name: read('friendlyName'),
    maker,
    model,
  });
}

/**
 * Fetches a description: at most 64 kB within 2 s, no redirects. Undefined when that fails.
 * @param location its host must be the address that announced it
 * @param source that address, with its zone on IPv6
 */
export async function fetchDescription(
  location: URL,
  source: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]);
  return await new Promise((resolve) => {
    const request = http.get(location, {
      ...{ agent: false, signal: ending, maxHeaderSize: 8 * 1_024 },
      hostname: source,
      headers: { host: location.host },
    });
    const give = (text: string | undefined) => {
      resolve(text);
      request.destroy();
    };
    request.on('error', () => give(undefined));
    request.on('response', (response) => {
      if (response.statusCode !== 200) return give(undefined);
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maximumBytes) give(undefined);
        else chunks.push(chunk);
      });
      response.on('error', () => give(undefined));
      response.on('end', () => give(Buffer.concat(chunks).toString()));
      return undefined;
    });
  });
}
