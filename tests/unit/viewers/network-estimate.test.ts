import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NetworkEstimator } from '../../../main/viewers/network-estimate.ts';
import { SendBudget } from '../../../main/viewers/send-budget.ts';

const packetBytes = 1_200;
const feedbackMilliseconds = 100;

interface Link {
  readonly bitsPerSecond: number;
  /** What its queue holds; what comes beyond it is lost. */
  readonly queueMilliseconds: number;
  readonly delayMilliseconds: number;
  /** Of every so many packets one is lost by chance; 0: none. */
  readonly oneLostOf: number;
}

/** A sender of pictures with a budget, a link, and a receiver that reports when each packet came. */
class Simulation {
  readonly estimator = new NetworkEstimator();
  readonly #budget = new SendBudget();
  now = 1_000;
  /** The receiver's clock is another one. */
  receiverClock = 7_000_000;
  link: Link;
  delivered = 0;
  refused = 0;
  sent = 0;
  #freeAt = 0;
  #packets = 0;
  /** Of sound beside each picture, which has no transport-wide number. */
  soundPackets = 0;
  readonly #onTheWay: { number: number; arrival: number }[] = [];

  constructor(link: Partial<Link> = {}) {
    const wide = { bitsPerSecond: 100e6, queueMilliseconds: 200, delayMilliseconds: 15, oneLostOf: 0 };
    this.link = { ...wide, ...link };
  }

  /** Pictures of so many packets, every 20 ms. */
  run(milliseconds: number, packetsPerPicture: number): void {
    const end = this.now + milliseconds;
    for (; this.now < end; this.now += 20) {
      this.#sendPicture(packetsPerPicture);
      if (this.now % feedbackMilliseconds === 0) this.#report();
    }
  }

  #sendPicture(packets: number): void {
    if (!this.#budget.admits(this.estimator.limit, this.now)) {
      this.estimator.withheld(packets * packetBytes, this.now);
      this.refused++;
      return;
    }
    this.sent++;
    for (let packet = 0; packet < this.soundPackets; packet++) {
      this.estimator.sent(packetBytes, this.now, false);
    }
    for (let packet = 0; packet < packets; packet++) {
      this.#budget.spend(packetBytes);
      const number = this.estimator.sent(packetBytes, this.now);
      this.#packets++;
      const isLost = this.link.oneLostOf > 0 && this.#packets % this.link.oneLostOf === 0;
      const start = Math.max(this.now, this.#freeAt);
      if (isLost || start - this.now > this.link.queueMilliseconds) continue;
      this.#freeAt = start + (packetBytes * 8_000) / this.link.bitsPerSecond;
      this.#onTheWay.push({ number, arrival: this.#freeAt + this.link.delayMilliseconds });
    }
  }

  #report(): void {
    const came = this.#onTheWay.filter(({ arrival }) => arrival <= this.now);
    this.#onTheWay.splice(0, came.length);
    const [first] = came;
    const last = came.at(-1);
    if (first === undefined || last === undefined) return;
    this.delivered += came.length;
    const times = new Float64Array(((last.number - first.number) & 0xffff) + 1).fill(Number.NaN);
    for (const { number, arrival } of came) {
      times[(number - first.number) & 0xffff] = Math.round((arrival + this.receiverClock) * 4) / 4;
    }
    this.estimator.arrived({ base: first.number, times }, this.now);
  }

  get estimate() {
    return this.estimator.estimate(this.now);
  }
}

test('on a wide network there is no limit, and its figures are those of the network', () => {
  const wall = new Simulation();
  wall.run(10_000, 4);
  const { loss, deliveredBitsPerSecond, sentBitsPerSecond, queueMilliseconds, queueTrend } = wall.estimate;
  const sent = 4 * packetBytes * 8 * 50;
  expect(wall.estimate.limitBitsPerSecond).toBeUndefined();
  expect(loss).toBe(0);
  expect(deliveredBitsPerSecond).toBeGreaterThan(sent * 0.9);
  expect(deliveredBitsPerSecond).toBeLessThan(sent * 1.1);
  expect(sentBitsPerSecond).toBeCloseTo(sent, -5);
  expect(queueMilliseconds).toBeLessThan(10);
  expect(queueTrend).toBe('steady');
  expect(wall.refused).toBe(0);
});

test('sound, which the feedback does not name, is no loss and counts as sent', () => {
  const wall = new Simulation();
  wall.soundPackets = 4;
  wall.run(10_000, 4);
  expect(wall.estimate.loss).toBe(0);
  expect(wall.estimate.limitBitsPerSecond).toBeUndefined();
  expect(wall.estimate.sentBitsPerSecond).toBeCloseTo(8 * packetBytes * 8 * 50, -5);
});

test('a network that is too slow sets a limit, and what keeps to it arrives without a standing queue', () => {
  const wall = new Simulation({ bitsPerSecond: 1e6 });
  wall.run(10_000, 4);
  wall.delivered = 0;
  wall.run(20_000, 4);
  const arrived = (wall.delivered * packetBytes * 8) / 20;
  expect(wall.refused).toBeGreaterThan(100);
  // Most of what it can carry, and no more than the queue takes.
  expect(arrived).toBeGreaterThan(0.55e6);
  expect(wall.estimate.queueMilliseconds).toBeLessThan(200);
  expect(wall.estimate.limitBitsPerSecond).toBeLessThan(1.3e6);
});

test('a queue that grows is called rising before it is full', () => {
  const wall = new Simulation({ bitsPerSecond: 1.5e6, queueMilliseconds: 5_000 });
  wall.run(2_300, 4);
  expect(wall.estimate.queueTrend).toBe('rising');
  expect(wall.estimate.limitBitsPerSecond).toBeDefined();
});

test('a short queue that is full shows as loss and sets a limit, too', () => {
  const wall = new Simulation({ bitsPerSecond: 1e6, queueMilliseconds: 10 });
  wall.run(5_000, 4);
  expect(wall.refused).toBeGreaterThan(20);
});

test('when the network is wide again the limit rises and goes away', () => {
  const wall = new Simulation({ bitsPerSecond: 1e6 });
  wall.run(10_000, 4);
  expect(wall.estimate.limitBitsPerSecond).toBeDefined();
  wall.link = { ...wall.link, bitsPerSecond: 100e6 };
  wall.run(60_000, 4);
  expect(wall.estimate.limitBitsPerSecond).toBeUndefined();
  wall.refused = 0;
  wall.run(10_000, 4);
  expect(wall.refused).toBe(0);
});

test('loss by chance is no congestion: nothing is refused for it', () => {
  const wall = new Simulation({ oneLostOf: 12 });
  wall.run(30_000, 4);
  expect(wall.estimate.loss).toBeGreaterThan(0.05);
  expect(wall.estimate.limitBitsPerSecond).toBeUndefined();
  expect(wall.refused).toBe(0);
});

test('a moment of much loss is no congestion', () => {
  const wall = new Simulation();
  wall.run(5_000, 4);
  wall.link = { ...wall.link, oneLostOf: 2 };
  wall.run(400, 4);
  wall.link = { ...wall.link, oneLostOf: 0 };
  wall.run(2_000, 4);
  expect(wall.refused).toBe(0);
});

test('a route that becomes longer is no queue for longer than twenty seconds', () => {
  const wall = new Simulation();
  wall.run(10_000, 4);
  wall.link = { ...wall.link, delayMilliseconds: 150 };
  wall.run(90_000, 4);
  expect(wall.estimate.limitBitsPerSecond).toBeUndefined();
  expect(wall.estimate.queueMilliseconds).toBeLessThan(10);
});

test('a receiver whose clock jumps has no queue', () => {
  for (const jump of [600_000, -600_000]) {
    const wall = new Simulation();
    wall.run(3_000, 4);
    wall.receiverClock += jump;
    wall.run(5_000, 4);
    expect(wall.estimator.limit).toBeUndefined();
    expect(wall.estimate.queueMilliseconds).toBeLessThan(5);
  }
});

test('one large picture is no congestion, though its last packet waits', () => {
  const wall = new Simulation({ bitsPerSecond: 8e6, queueMilliseconds: 1_000 });
  for (let gop = 0; gop < 10; gop++) {
    wall.run(20, 120);
    wall.run(980, 1);
  }
  expect(wall.estimate.limitBitsPerSecond).toBeUndefined();
});

/** A sender of which only REMB or receiver reports are heard, at 4 Mbit/s. */
function sending(): { estimator: NetworkEstimator; send(milliseconds: number): number } {
  const estimator = new NetworkEstimator();
  let now = 0;
  return {
    estimator,
    send: (milliseconds) => {
      for (const end = now + milliseconds; now < end; now += 10) estimator.sent(5_000, now);
      return now;
    },
  };
}

test('a receiver that starts low and rises sets no limit; one that lowers its estimate below what is sent does', () => {
  const { estimator, send } = sending();
  for (const mbits of [0.3, 0.6, 1, 2, 4, 6]) estimator.receiverEstimates(mbits * 1e6, send(500));
  expect(estimator.limit).toBeUndefined();
  // Lower, but more than is sent.
  estimator.receiverEstimates(5e6, send(500));
  expect(estimator.limit).toBeUndefined();
  estimator.receiverEstimates(3.4e6, send(500));
  estimator.receiverEstimates(3.3e6, send(500));
  expect(estimator.limit).toBeUndefined();
  estimator.receiverEstimates(2e6, send(500));
  expect(estimator.limit).toBeUndefined();
  expect(estimator.isCongested).toBe(true);
  estimator.receiverEstimates(2e6, send(500));
  expect(estimator.limit).toBeLessThan(2e6);
  for (let second = 0; second < 60; second++) estimator.receiverEstimates(3e6, send(1_000));
  expect(estimator.limit).toBeUndefined();
});

test('receiver reports say loss, and set a limit where much is lost', () => {
  const { estimator, send } = sending();
  let now = send(1_000);
  estimator.reported(100, 0.05, now);
  expect(estimator.estimate(now).loss).toBeCloseTo(0.05);
  expect(estimator.limit).toBeUndefined();
  now = send(1_000);
  estimator.reported(100, 0.4, now);
  expect(estimator.limit).toBeUndefined();
  now = send(1_000);
  estimator.reported(100, 0.4, now);
  expect(estimator.limit).toBeLessThan(4e6);
  expect(estimator.estimate(now + 5_001).loss).toBeUndefined();
});

test('whatever a receiver says of packets, known or not, figures stay numbers and the limit stays above the least', () => {
  const time = fc.option(fc.double({ min: 0, max: 2 ** 30, noNaN: true }), { nil: Number.NaN });
  const step = fc.record({
    packets: fc.nat({ max: 300 }),
    wait: fc.nat({ max: 3_000 }),
    base: fc.nat({ max: 0xffff }),
    times: fc.array(time, { maxLength: 200 }),
    estimate: fc.option(fc.double({ min: 0, max: 2 ** 81, noNaN: true }), { nil: undefined }),
    report: fc.record({
      expected: fc.nat({ max: 2 ** 32 }),
      loss: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const estimator = new NetworkEstimator();
      let now = 0;
      for (const { packets, wait, base, times, estimate, report } of steps) {
        for (let packet = 0; packet < packets; packet++) estimator.sent(packetBytes, now);
        now += wait;
        estimator.arrived({ base, times: Float64Array.from(times) }, now);
        if (estimate !== undefined) estimator.receiverEstimates(estimate, now);
        estimator.reported(report.expected, report.loss, now);
        for (const value of Object.values(estimator.estimate(now))) {
          if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
        }
        const { loss = 0, limitBitsPerSecond = Number.POSITIVE_INFINITY } = estimator.estimate(now);
        expect(loss).toBeGreaterThanOrEqual(0);
        expect(loss).toBeLessThanOrEqual(1);
        expect(limitBitsPerSecond).toBeGreaterThanOrEqual(100_000);
      }
    }),
  );
});

test('a budget admits whole pictures up to its rate, and one that is larger than itself when it is empty', () => {
  const budget = new SendBudget();
  expect(budget.admits(1e6, 0)).toBe(true);
  budget.spend(125_000);
  expect(budget.admits(1e6, 100)).toBe(false);
  expect(budget.admits(1e6, 699)).toBe(false);
  expect(budget.admits(1e6, 701)).toBe(true);
  budget.spend(1e6);
  expect(budget.admits(undefined, 702)).toBe(true);
  expect(budget.admits(1e6, 703)).toBe(true);
});
