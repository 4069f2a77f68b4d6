import { expect, test } from 'vitest';
import { IceServersForm } from '../../../renderer/settings/ice-servers-form.svelte.ts';

const stored = {
  servers: [{ url: 'turn:relay.example', login: 'password', username: 'gate' }],
} as const;

test('a stored password is not typed again, and stays', () => {
  const form = new IceServersForm({ servers: [...stored.servers] });
  expect(form.read()).toEqual({ servers: [{ ...stored.servers[0], secret: null }] });
});

test('another address or name asks for the password, beside its field', () => {
  for (const changed of [{ url: 'turn:elsewhere.example' }, { username: 'porter' }]) {
    const form = new IceServersForm({ servers: [...stored.servers] });
    Object.assign(form.rows[0] ?? {}, changed);
    expect(form.read()).toBeUndefined();
    expect(form.error('servers.0.secret')).toBe(form.error());
    expect(form.error()).toBeDefined();
  }
});

test('a STUN server has no login, whatever was typed before', () => {
  const form = new IceServersForm({ servers: [] });
  form.add();
  Object.assign(form.rows[0] ?? {}, { url: ' stun:a ', login: 'none', username: 'x' });
  expect(form.read()).toEqual({ servers: [{ url: 'stun:a', login: 'none', username: '', secret: null }] });
  form.remove(0);
  expect(form.read()).toEqual({ servers: [] });
});

test('why nothing was saved is said where it is seen, also when the last server was removed', async () => {
  const failure = { code: 'no-answer' as const, message: 'Gatehouse cannot be reached.', issues: [] };
  const station = { ask: () => Promise.resolve({ failure }) };
  const form = new IceServersForm({ servers: [...stored.servers] });
  expect(await form.save(station)).toBe(false);
  expect(form.error('servers.0.url')).toBe(failure.message);
  form.remove(0);
  expect(await form.save(station)).toBe(false);
  expect(form.errorOfAll).toBe(failure.message);
});

test('what is wrong with the list as a whole is said below its rows, what is wrong in a row beside its field alone', () => {
  const form = new IceServersForm({ servers: [...stored.servers] });
  form.refuse('servers', 'must be at most 8');
  expect(form.errorOfAll).toBe('must be at most 8');
  form.refuse('servers.0.url', 'must be an address');
  expect(form.errorOfAll).toBeUndefined();
  // A field that this row does not show.
  form.refuse('servers.0.secret', 'must be given');
  expect(form.errorOfAll).toBeUndefined();
  Object.assign(form.rows[0] ?? {}, { login: 'none' });
  expect(form.errorOfAll).toBe('must be given');
});
