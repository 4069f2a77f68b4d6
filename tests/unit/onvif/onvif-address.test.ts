import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOnvifAddress, serviceAddress, streamAddress } from '../../../main/onvif/onvif-address.ts';

const device = new URL('http://192.168.1.20:8080/onvif/device_service');

describe('an ONVIF address as people type it', () => {
  test.each([
    ['192.168.1.20', 'http://192.168.1.20/onvif/device_service'],
    [' gate.local:8080 ', 'http://gate.local:8080/onvif/device_service'],
    ['https://[fe80::1]/', 'https://[fe80::1]/onvif/device_service'],
    ['http://cam/onvif/other?x=1#y', 'http://cam/onvif/other?x=1'],
  ])('%s is %s', (typed, url) => {
    expect(parseOnvifAddress(typed).href).toBe(url);
  });

  test.each(['', 'http://', 'rtsp://cam/', 'http://a b/', 'http://guard:hunter2@cam/', 'x'.repeat(3_000)])(
    '%s is refused, without repeating it',
    (typed) => {
      let message = '';
      try {
        parseOnvifAddress(typed);
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('The ONVIF address');
      expect(message).not.toContain('hunter2');
    },
  );
});

describe('a service that the device names', () => {
  test.each([
    ['http://192.168.1.20:8080/onvif/media', 'http://192.168.1.20:8080/onvif/media'],
    ['http://192.168.1.20/onvif/media?x=1', 'http://192.168.1.20/onvif/media?x=1'],
    ['http://0.0.0.0:80/onvif/media', 'http://192.168.1.20:8080/onvif/media'],
    ['https://192.168.1.20/onvif/media', 'http://192.168.1.20:8080/onvif/media'],
    ['http://evil.example:81/x', 'http://192.168.1.20:8080/x'],
    ['ftp://192.168.1.20/', device.href],
    ['', device.href],
    [undefined, device.href],
  ])('%s is asked at %s', (named, url) => {
    expect(serviceAddress(named, device).href).toBe(url);
  });

  test('whatever it is, it stays on the host and the protocol of the device, without a user', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (named) => {
        const { hostname, protocol, username } = serviceAddress(named, device);
        expect([hostname, protocol, username]).toEqual(['192.168.1.20', 'http:', '']);
      }),
    );
  });
});

describe('a stream that the device names', () => {
  test.each([
    ['rtsp://10.0.0.5/a?b=1', 'rtsp://192.168.1.20/a?b=1'],
    ['rtsp://10.0.0.5:8554/a', 'rtsp://192.168.1.20:8554/a'],
    ['rtsp://[::]:554/a', 'rtsp://192.168.1.20:554/a'],
    ['rtsp://guard:secret@192.168.1.20/a', 'rtsp://192.168.1.20/a'],
    ['http://192.168.1.20/a', null],
    ['nonsense', null],
  ])('%s is offered as %s', (named, url) => {
    expect(streamAddress(named, device)).toBe(url);
  });
});
