import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import registry from 'oui-data' with { type: 'json' };

/*
 * `node build/mac-vendors.ts`: cuts the makers of cameras out of the registry of MAC addresses (IEEE's, 5.6 MB, as `oui-data`
 * packs it) into main/discovery/mac-vendors.json, which is committed.
 */

/** The name to show, and how the registry's first line begins or what it has. */
const makers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['ACTi', /^ACTi Corporation/i],
  ['Amcrest', /^Amcrest/i],
  ['Arecont Vision', /^Arecont/i],
  ['Avigilon', /^Avigilon/i],
  ['Axis', /^Axis Communications/i],
  ['Basler', /^Basler/i],
  ['Bosch', /^Bosch (Security|Building)|^Robert Bosch GmbH/i],
  ['Canon', /^Canon Inc/i],
  ['D-Link', /^D-Link/i],
  ['Dahua', /Dahua/i],
  ['Eufy', /^(Anker Innovations|Fantasia Trading)/i],
  ['Ezviz', /Ezviz/i],
  ['FLIR', /^(FLIR|Teledyne FLIR)/i],
  ['GeoVision', /^GeoVision/i],
  ['Grandstream', /^Grandstream/i],
  ['GVI', /^GVI Security/i],
  ['Hanwha Vision', /^(Hanwha (Vision|Techwin)|Samsung Techwin)/i],
  ['Hikvision', /Hikvision/i],
  ['Honeywell', /^Honeywell/i],
  ['i-PRO', /^i-PRO/i],
  ['IQinVision', /^IQinVision/i],
  ['IDIS', /^IDIS Co/i],
  ['JVC', /^(JVC|Victor Company)/i],
  ['Lorex', /^Lorex/i],
  ['LILIN', /^(Merit Li-?Lin|LILIN)/i],
  ['March Networks', /^March Networks/i],
  ['Milesight', /Milesight/i],
  ['Mobotix', /^MOBOTIX/i],
  ['Panasonic', /^Panasonic (Connect|Corporation|i-PRO|System)/i],
  ['Pelco', /^Pelco/i],
  ['Reolink', /Reolink/i],
  ['Sony', /^Sony (Corporation|Imaging)/i],
  ['Tiandy', /Tiandy/i],
  ['TP-Link', /^(TP-?LINK|Tp-Link)/i],
  ['TRENDnet', /^TRENDnet/i],
  ['TVT', /^(Shenzhen )?TVT/i],
  ['Ubiquiti', /^Ubiquiti/i],
  ['Uniview', /Uniview/i],
  ['Verkada', /^Verkada/i],
  ['Vivotek', /^Vivotek/i],
  ['Wyze', /^Wyze/i],
  ['Zmodo', /Zmodo/i],
];

const table = Object.fromEntries(
  makers.map(([name, pattern]) => [
    name,
    Object.entries(registry)
      .filter(([, text]) => pattern.test(text.split('\n')[0] ?? ''))
      .map(([prefix]) => prefix.toLowerCase())
      .sort()
      .join(' '),
  ]),
);
const file = path.resolve(import.meta.dirname, '../main/discovery/mac-vendors.json');
await writeFile(file, `${JSON.stringify(table, null, 2)}\n`);
