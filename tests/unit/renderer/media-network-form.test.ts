import { expect, test } from 'vitest';
import type { MediaNetworks } from '../../../main/contract/media-network.ts';
import { MediaNetworkForm } from '../../../renderer/settings/media-network-form.svelte.ts';

const interfaces: MediaNetworks['interfaces'] = [
  { name: 'eth0', addresses: ['192.0.2.7', '198.51.100.7'], isUsual: true },
  { name: 'tun0', addresses: ['203.0.113.7'], isUsual: false },
];

test('nothing chosen is read as nothing chosen', () => {
  const form = new MediaNetworkForm({ chosen: { interfaces: null, ports: null }, interfaces });
  expect(form.networks.rows).toEqual([
    { name: 'eth0', words: '192.0.2.7, 198.51.100.7' },
    { name: 'tun0', words: '203.0.113.7' },
  ]);
  expect(form.read()).toEqual({ interfaces: null, ports: null });
});

test('who begins to choose begins with what is used now', () => {
  const form = new MediaNetworkForm({ chosen: { interfaces: null, ports: null }, interfaces });
  form.networks.usual = false;
  expect(form.read()?.interfaces).toEqual(['eth0']);
  form.networks.chosen.tun0 = true;
  form.networks.chosen.eth0 = false;
  expect(form.read()?.interfaces).toEqual(['tun0']);
});

test('a network that is gone stays chosen, and the dialog says that it is gone', () => {
  const chosen = { interfaces: ['wlan0'], ports: { first: 50_000, last: 50_063 } };
  const form = new MediaNetworkForm({ chosen, interfaces });
  expect(form.networks.rows.at(-1)).toEqual({ name: 'wlan0', words: 'not there now' });
  expect(form.read()).toEqual(chosen);
});

test.each([
  ['too few', '50000', '50003', 'ports.last'],
  ['the wrong way round', '50063', '50000', 'ports.last'],
  ['no number', 'many', '50063', 'ports.first'],
  ['one end only', '50000', '', 'ports.last'],
  ['beyond all ports', '65000', '70000', 'ports.last'],
])('ports that are %s are told beside the field, and nothing is saved', (_what, first, last, field) => {
  const form = new MediaNetworkForm({ chosen: { interfaces: null, ports: null }, interfaces });
  form.first = first;
  form.last = last;
  expect(form.read()).toBeUndefined();
  expect(form.error(field)).toBeDefined();
  form.first = '';
  form.last = '';
  expect(form.read()).toEqual({ interfaces: null, ports: null });
  expect(form.error()).toBeUndefined();
});
