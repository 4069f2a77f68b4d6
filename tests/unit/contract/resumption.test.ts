import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isLinkControl,
  type LinkControl,
  MessageLedger,
  parseLinkControl,
} from '../../../main/contract/resumption.ts';
import { testDamagedInput } from '../../support/damaged-input.ts';

const samples: readonly LinkControl[] = [
  ['open'],
  ['resume', 'dG9rZW4', 3],
  ['opened', 'dG9rZW4'],
  ['resumed', 0],
  ['gone'],
  ['beat', 1],
  ['received', 2 ** 40],
];

test('what the ends say is read as it was meant, and is no message of the API', () => {
  for (const control of samples) {
    expect(isLinkControl(JSON.stringify(control))).toBe(true);
    expect(parseLinkControl(JSON.stringify(control))).toEqual(control);
  }
  expect(isLinkControl('{"i":"1"}')).toBe(false);
});

test('what is no control is none', () => {
  const others = [
    '[',
    '[]',
    '["open",1]',
    '["resume","",1]',
    '["resume","a",-1]',
    '["beat",1.5]',
    '["x"]',
    '[1]',
  ];
  for (const text of [...others, `["opened","${'a'.repeat(65)}"]`, `["beat",1${' '.repeat(256)}]`]) {
    expect(parseLinkControl(text)).toBeUndefined();
  }
});

test('whatever is lost on the way, each message arrives once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(fc.constant('send'), fc.constant('arrive'), fc.constant('drop'), fc.constant('confirm')),
      ),
      (steps) => {
        const [sender, receiver] = [new MessageLedger(), new MessageLedger()];
        const arrived: string[] = [];
        let way: string[] = [];
        let sent = 0;
        const arrive = (message: string) => {
          receiver.count(message);
          arrived.push(message);
        };
        for (const step of steps) {
          if (step === 'send') {
            const message = String(sent++);
            sender.keep(message);
            way.push(message);
          } else if (step === 'arrive') {
            const message = way.shift();
            if (message !== undefined) arrive(message);
          } else {
            expect(sender.confirm(receiver.tellReceived())).toBe(true);
            if (step === 'drop') way = sender.kept.map(String);
          }
        }
        for (const message of way) arrive(message);
        expect(arrived).toEqual(Array.from({ length: sent }, (_, index) => String(index)));
      },
    ),
  );
});

testDamagedInput(
  'what the other end of a link says',
  { seed: 74, samples: samples.map((control) => JSON.stringify(control)), share: 0.2 },
  (input) => parseLinkControl(input.toString('utf8')),
);
