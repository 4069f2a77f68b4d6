import { describe, expect, test } from 'vitest';
import { type CheckedDevice, judgeMove } from '../../../main/discovery/moved-camera.ts';

const camera = {
  id: '6f1c1d2e-7c1b-4b53-9a70-0123456789ab',
  address: '192.168.1.20',
  uuid: 'abcdef00-0000-4000-8000-000000000001',
  mac: '00:40:8c:12:34:56',
  serial: '00408C123456',
};
const twoNetworks = [
  { name: 'eth0', address: '192.168.1.5', prefix: 24 },
  { name: 'eth1', address: '10.0.0.5', prefix: 24 },
];
const device = { uuid: camera.uuid, mac: camera.mac, address: '192.168.1.77' };
const genuine: CheckedDevice = { serial: camera.serial, scheme: 'digest' };

/** The judgement, and where the device was asked with the camera's password. */
async function judge(
  changes: { of?: Partial<typeof camera>; found?: Partial<Record<keyof typeof device, string | null>> },
  checked: CheckedDevice | null = genuine,
  networks = twoNetworks,
) {
  const asked: string[] = [];
  const check = {
    check: async (_cameraId: string, address: string) => {
      asked.push(address);
      return checked;
    },
  };
  const found = { ...device, ...changes.found } as typeof device;
  const { signal } = new AbortController();
  const judgement = await judgeMove({ ...camera, ...changes.of }, found, { networks, check, signal });
  return { judgement, asked };
}

describe('a camera at a new address', () => {
  test('is followed on the same network when it proves by Digest that it has the same serial number', async () => {
    expect(await judge({})).toEqual({ judgement: 'follow', asked: ['192.168.1.77'] });
    expect(await judge({ found: { uuid: null } })).toMatchObject({ judgement: 'follow' });
  });

  test.each([
    ['wants the password in the clear', { serial: camera.serial, scheme: 'other' } as const],
    ['has another serial number', { serial: '00408C999999', scheme: 'digest' } as const],
    ['has none', { serial: null, scheme: 'digest' } as const],
    ['does not answer', null],
  ])('is for a person to decide when the device %s', async (_what, checked) => {
    expect(await judge({}, checked)).toMatchObject({ judgement: 'ask' });
  });

  test('is for a person to decide on another network, even on one of ours, and is sent no password', async () => {
    for (const address of ['10.0.0.77', '192.168.2.77'])
      expect(await judge({ found: { address } })).toEqual({ judgement: 'ask', asked: [] });
    expect(await judge({}, genuine, [])).toEqual({ judgement: 'ask', asked: [] });
  });

  test('is not one without the same UUID or MAC address, nor at the address where it was', async () => {
    expect(await judge({ found: { uuid: 'other', mac: null } })).toEqual({ judgement: 'ignore', asked: [] });
    expect(await judge({ found: { address: camera.address } })).toEqual({ judgement: 'ignore', asked: [] });
  });
});
