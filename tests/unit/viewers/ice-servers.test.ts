import { beforeEach, expect, test } from 'vitest';
import type { GatehouseError } from '../../../main/base/gatehouse-error.ts';
import { type IceServerInput, iceServerInput } from '../../../main/contract/ice-server.ts';
import { IceServerError, readIceServerUrl } from '../../../main/viewers/ice-server.ts';
import { type IceServerStore, IceServers } from '../../../main/viewers/ice-servers.ts';

let store: IceServerStore;
let servers: IceServers;

beforeEach(() => {
  let kept: IceServerStore['servers'] = [];
  store = {
    get servers() {
      return kept;
    },
    save: (changed) => {
      kept = changed;
    },
  };
  servers = new IceServers(store);
});

function turn(changed: Partial<IceServerInput> = {}): IceServerInput {
  return { url: 'turn:relay.example', login: 'password', username: 'gate', secret: 'sesame', ...changed };
}

test.each([
  ['stun:stun.example.com', { kind: 'stun', host: 'stun.example.com', port: 3478, transport: 'udp' }],
  ['turn:10.0.0.1:5000', { kind: 'turn', host: '10.0.0.1', port: 5000, transport: 'udp' }],
  ['turn:a?transport=tcp', { kind: 'turn', host: 'a', port: 3478, transport: 'tcp' }],
  ['turns:a:443?transport=tcp', { kind: 'turn', host: 'a', port: 443, transport: 'tls' }],
  ['turns:a', { kind: 'turn', host: 'a', port: 5349, transport: 'tls' }],
])('%s is an address of a server', (url, read) => {
  const login = url.startsWith('stun') ? 'none' : 'password';
  expect(iceServerInput.safeParse(turn({ url, login })).success).toBe(true);
  expect(readIceServerUrl(url)).toEqual(read);
});

test.each([
  '',
  'relay.example',
  'https://relay.example',
  'turn://relay.example',
  'turn:user@relay.example',
  'turn:relay.example:0',
  'turn:relay.example?transport=quic',
  'turns:relay.example?transport=udp',
  'stun:relay.example?transport=tcp',
  'turn:relay.example/path',
  'turn:-relay.example',
  'turn:relay example',
])('“%s” is none', (url) => {
  expect(iceServerInput.safeParse(turn({ url })).success).toBe(false);
});

test('TURN needs a login that is whole, STUN has none', () => {
  const failing = [
    turn({ login: 'none' }),
    turn({ username: '' }),
    turn({ secret: '' }),
    turn({ url: 'stun:a', login: 'password' }),
  ];
  for (const input of failing) expect(iceServerInput.safeParse(input).success).toBe(false);
  expect(iceServerInput.safeParse(turn({ login: 'shared-secret', username: '' })).success).toBe(true);
});

test('a stored secret stays with its server and its name, and goes to no other one', () => {
  servers.change([turn()]);
  servers.change([turn({ secret: null }), turn({ url: 'turn:other.example', secret: 'north' })]);
  expect(store.servers.map(({ secret }) => secret?.reveal())).toEqual(['sesame', 'north']);
  for (const moved of [{ url: 'turn:elsewhere.example' }, { username: 'other' }]) {
    let refusal: unknown;
    try {
      servers.change([turn({ secret: null, ...moved })]);
    } catch (error) {
      refusal = error;
    }
    expect((refusal as GatehouseError).issues).toMatchObject([{ path: 'servers.0.secret' }]);
  }
  expect(store.servers).toHaveLength(2);
});

test('windows get a static password as it is, and of a shared secret credentials for an hour', () => {
  servers.change([turn(), turn({ url: 'turn:b', login: 'shared-secret', username: '' })]);
  const [fixed, limited] = servers.forBrowser('window');
  expect(fixed).toEqual({ urls: 'turn:relay.example', username: 'gate', credential: 'sesame' });
  const [end = '', who] = limited?.username?.split(':') ?? [];
  expect(who).toBe('window');
  const seconds = Number(end) - Date.now() / 1_000;
  expect(seconds).toBeGreaterThan(3_500);
  expect(seconds).toBeLessThanOrEqual(3_600);
  expect(limited?.credential).not.toContain('sesame');
});

test('what the system says of a server becomes a reason that can be told', () => {
  const of = (code: string) => IceServerError.from(Object.assign(new Error(), { code })).problem;
  expect(of('ENOTFOUND')).toBe('unknown-name');
  expect(of('EAI_AGAIN')).toBe('unknown-name');
  expect(of('ECONNREFUSED')).toBe('connection-refused');
  expect(of('DEPTH_ZERO_SELF_SIGNED_CERT')).toBe('certificate');
  expect(of('ERR_TLS_CERT_ALTNAME_INVALID')).toBe('certificate');
  expect(of('EHOSTUNREACH')).toBe('no-answer');
  expect(IceServerError.from(AbortSignal.abort().reason).problem).toBe('no-answer');
});
