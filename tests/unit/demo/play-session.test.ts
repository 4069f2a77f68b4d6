import { expect, test } from 'vitest';
import { ClipFrame } from '../../../main/demo/clip.ts';
import { Corruption } from '../../../main/demo/corruption.ts';
import { PlaySession } from '../../../main/demo/play-session.ts';

const keyPicture = new ClipFrame([Buffer.from([0x67, 1]), Buffer.from([0x68, 2]), Buffer.from([0x65, 3])]);
const picture = new ClipFrame([Buffer.from([0x41, 4])]);

/** A client whose connection is as full as the test wants. */
class Client extends PlaySession {
  readonly transport = '';
  readonly written: Buffer[] = [];
  readonly reports: Buffer[] = [];
  protected unsentBytes = 0;

  fill(bytes: number): void {
    this.unsentBytes = bytes;
  }

  close(): void {}

  protected write(bytes: Buffer): void {
    this.written.push(bytes);
  }

  protected writeReport(report: Buffer): void {
    this.reports.push(report);
  }
}

test('who does not read loses whole pictures, and gets the next ones from a key frame on', () => {
  const client = new Client();
  const sent: string[] = [];
  let ticks = 0;
  const send = (name: string, frame: ClipFrame) => {
    const before = client.written.length;
    client.send({ picture: frame, ticks }, undefined);
    ticks += 6_000;
    if (client.written.length > before) sent.push(name);
  };
  send('key 1', keyPicture);
  send('after key 1', picture);
  client.fill(3 * 1024 * 1024);
  send('lost', picture);
  send('lost key', keyPicture);
  client.fill(0);
  send('without its key', picture);
  send('key 2', keyPicture);
  send('after key 2', picture);
  expect(sent).toEqual(['key 1', 'after key 1', 'key 2', 'after key 2']);
  // What was not sent has no sequence number: it is no loss of the network.
  const sequenceNumbers = client.written.map((bytes) => bytes.readUInt16BE(6));
  const [start = 0] = sequenceNumbers;
  expect(sequenceNumbers.map((number) => (number - start + 65_536) % 65_536)).toEqual([0, 3, 4, 7]);
});

test('a sender report comes with the first picture and tells of it', () => {
  const client = new Client();
  client.send({ picture: keyPicture, ticks: 6_000 }, undefined);
  client.send({ picture, ticks: 12_000 }, undefined);
  expect(client.reports).toHaveLength(1);
  const [report] = client.reports;
  expect(report?.readUInt32BE(4)).toBe(client.ssrc);
  expect(report?.readUInt32BE(16)).toBe(client.timestampOf(6_000));
  expect(report?.readUInt32BE(20)).toBe(3);
  expect(report?.readUInt32BE(24)).toBe(6);
});

test('damage is the same in every run, hits a share of the packets, and no other client', () => {
  const large = new ClipFrame([Buffer.alloc(500_000, 0x41)]);
  const damaged = [new Client(), new Client()];
  for (const client of damaged) client.send({ picture: large, ticks: 0 }, new Corruption(7));
  const healthy = new Client();
  healthy.send({ picture: large, ticks: 0 }, undefined);
  const payloads = (client: Client) =>
    large.template.starts.map((start, index) =>
      (client.written[0] ?? Buffer.alloc(0))
        .subarray(start + 16, large.template.starts[index + 1])
        .toString('latin1'),
    );
  const [first = [], second] = damaged.map(payloads);
  const right = payloads(healthy);
  expect(first).toEqual(second);
  const share = first.filter((payload, index) => payload !== right[index]).length / right.length;
  expect(share).toBeGreaterThan(0.01);
  expect(share).toBeLessThan(0.15);
  expect(first.map(({ length }) => length)).toEqual(right.map(({ length }) => length));
});
