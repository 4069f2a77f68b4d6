import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { timeLimitedCredentials } from '../../../main/viewers/turn-credentials.ts';

test('time-limited credentials begin with their end, and are signed with the secret of the server', () => {
  const { username, password } = timeLimitedCredentials('north', 'window', 1_700_000_000_999);
  expect(username).toBe('1700000000:window');
  // By another implementation.
  const signed = execFileSync('openssl', ['dgst', '-sha1', '-hmac', 'north', '-binary'], { input: username });
  expect(password).toBe(signed.toString('base64'));
});
