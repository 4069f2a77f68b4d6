import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../../main/rtsp/challenge.ts';
import { resolveControl } from '../../../main/rtsp/control-url.ts';
import { RtspFramer } from '../../../main/rtsp/rtsp-framer.ts';
import { header, type RtspResponse } from '../../../main/rtsp/rtsp-message.ts';
import { findVideo } from '../../../main/rtsp/session-description.ts';
import { parseSessionHeader, parseTransportHeader } from '../../../main/rtsp/session-headers.ts';

/** Answers of real cameras, byte for byte; beside some working copies only. */
const folder = path.resolve(import.meta.dirname, '../../../../shared/fixtures/rtsp-dialogues');
const isThere = existsSync(folder);
const title = isThere ? 'answers of real cameras' : 'answers of real cameras (fixtures absent)';

function read(name: string): Buffer {
  return readFileSync(path.join(folder, `${name}.txt`));
}

function answer(name: string): RtspResponse {
  const [item] = new RtspFramer().push(read(name));
  if (item?.type !== 'response') throw new Error(`${name} is no answer`);
  return item;
}

/** As the session does it: the video and the addresses of SETUP and PLAY. */
function described(name: string, requested: string) {
  const { headers, body } = answer(name);
  const video = findVideo(body.toString('utf8'));
  if (video.kind !== 'playable') return video;
  const base = header(headers, 'content-base') ?? header(headers, 'content-location');
  return {
    ...video.track,
    setup: resolveControl(requested, base, video.control),
    play: resolveControl(requested, base, video.sessionControl),
  };
}

function transport(name: string) {
  const { headers } = answer(name);
  return {
    ...parseTransportHeader(header(headers, 'transport')),
    ...parseSessionHeader(header(headers, 'session')),
  };
}

describe.skipIf(!isThere)(title, () => {
  test('every answer is one message, split at any byte', () => {
    const names = readdirSync(folder).filter((name) => name.endsWith('.txt') && name !== 'anpviz_sdp.txt');
    expect(names.length).toBeGreaterThanOrEqual(20);
    for (const name of names) {
      const data = readFileSync(path.join(folder, name));
      const whole = new RtspFramer().push(data);
      expect(whole, name).toMatchObject([{ type: 'response' }]);
      for (let place = 1; place < data.length; place++) {
        const framer = new RtspFramer();
        const items = [data.subarray(0, place), data.subarray(place)].flatMap((part) => framer.push(part));
        if (JSON.stringify(items) !== JSON.stringify(whole)) expect.fail(`${name} split at ${place}`);
      }
    }
  });

  test('Hikvision: absolute controls with a query', () => {
    expect(described('hikvision_describe', 'rtsp://10.0.0.7:8554/Streaming/Channels/101')).toMatchObject({
      payloadType: 96,
      clockRate: 90_000,
      parameterSets: [{ length: 25 }, { length: 4 }],
      setup: 'rtsp://10.0.0.7:8554/Streaming/Channels/101/trackID=1?transportmode=unicast&profile=Profile_1',
      play: 'rtsp://10.0.0.7:8554/Streaming/Channels/101/?transportmode=unicast&profile=Profile_1',
    });
    expect(transport('hikvision_setup')).toMatchObject({
      channel: 0,
      isDatagrams: false,
      id: '708345999',
      timeoutSeconds: 60,
    });
    expect(transport('hikvision_setup_ssrc_space')).toMatchObject({ channel: 0, id: '708886412' });
    expect(answer('hikvision_play').status).toBe(200);
  });

  test('Reolink: relative controls, in any order of lines', () => {
    const expected = {
      payloadType: 96,
      setup: 'rtsp://camera/h264Preview_01_main/trackID=1',
      play: 'rtsp://camera/h264Preview_01_main/',
    };
    for (const name of ['reolink_describe', 'reolink_describe_control_first']) {
      expect(described(name, 'rtsp://camera/h264Preview_01_main')).toMatchObject(expected);
    }
    expect(transport('reolink_setup')).toMatchObject({ channel: 0, id: 'F8F8E425', timeoutSeconds: 60 });
    expect(answer('reolink_teardown').status).toBe(200);
  });

  test('Foscam and Wowza: the video is found before or behind the sound', () => {
    expect(described('foscam_describe', 'rtsp://camera:65534/videoMain')).toMatchObject({
      payloadType: 96,
      setup: 'rtsp://camera:65534/videoMain/track1',
    });
    expect(described('bunny_describe', 'rtsp://camera/vod/mp4:BigBuckBunny_115k.mov')).toMatchObject({
      payloadType: 97,
      setup: 'rtsp://camera/vod/mp4:BigBuckBunny_115k.mov/trackID=2',
    });
  });

  test('IPCAM: no base, blanks at the end of rtpmap', () => {
    expect(described('ipcam_describe', 'rtsp://camera/11')).toMatchObject({
      payloadType: 96,
      parameterSets: [{ length: 21 }, { length: 4 }],
      setup: 'rtsp://camera/11/trackID=1',
      play: 'rtsp://camera/11',
    });
  });

  test('Anjvision: H.265, and a base without a scheme', () => {
    expect(described('anjvision_describe', 'rtsp://camera/stream0')).toMatchObject({
      encodingName: 'H265',
      setup: 'rtsp://camera/stream0/trackID=1',
    });
    const base = header(answer('anjvision_describe').headers, 'content-base');
    expect(resolveControl('rtsp://camera/x', base, 'trackID=1')).toBe('rtsp://camera/stream0/trackID=1');
    expect(findVideo(read('anpviz_sdp').toString())).toMatchObject({
      kind: 'playable',
      control: 'trackID=1',
    });
  });

  test('Longse: blanks behind CSeq, Digest without qop and algorithm', () => {
    const { status, headers } = answer('longse_unauthorized');
    expect(status).toBe(401);
    expect(header(headers, 'cseq')).toBe('1');
    expect(parseChallenges(headers.get('www-authenticate') ?? [])).toMatchObject([
      { realm: 'Surveillance Server', nonce: '98481030', namesAlgorithm: false, withQuality: false },
    ]);
  });

  test('Luckfox: channels behind the SSRC, and datagrams told from them', () => {
    expect(transport('luckfox_rkipc_setup_tcp')).toMatchObject({ channel: 0, isDatagrams: false });
    expect(transport('luckfox_rkipc_setup_udp')).toMatchObject({ channel: undefined, isDatagrams: true });
  });

  test('answers to PLAY with a bad RTP-Info are answers', () => {
    for (const name of ['bad_rtptime', 'bunny_play', 'laureii_play', 'reolink_play']) {
      expect(answer(name).status).toBe(200);
    }
  });
});
