import { SentTimes } from './sent-times.ts';
import type { TransportArrivals } from './transport-arrivals.ts';

/** What is measured is put together over this long; a sender that reacts sooner reacts to single bursts. */
const intervalMilliseconds = 500;
/** How long a figure counts after the last feedback that it came from. */
const freshMilliseconds = 5_000;
/**
 * Even the fastest packet of an interval waited for this long: a queue that never empties (RFC 8289 calls it standing). Less than
 * this is mostly a receiver whose processor is busy.
 */
const standingMilliseconds = 100;
/** Intervals in a row that show congestion before anything is done about it: one may be a moment without radio. */
const convincingIntervals = 2;
/** By how much it must change from one interval to the next to be called rising or falling. */
const trendMilliseconds = 10;
/** The way without a queue: the fastest packet of the last 10 to 20 s, so that clocks may drift and routes change. */
const baseMilliseconds = 10_000;
/** No queue holds packets for so long: one of the two clocks has stood still, as in a computer that slept. */
const impossibleMilliseconds = 5_000;
/** Loss that no radio has for long: a queue that is full, or a limit that is enforced. */
const congestedLoss = 0.2;
/** Fewer packets than this say nothing about loss. */
const fewestPackets = 20;
/** A receiver whose processor is busy takes that for a queue, and says 0.85 of what it got. */
const convincingShare = 0.7;
/** Of what arrived: less, so that the queue empties. */
const decrease = 0.8;
/** About 8 % a second, so that a limit is felt out and not run into. */
const increase = 1.04;
/** A limit that is this much above what would be sent is none. */
const headroom = 1.5;
const leastBitsPerSecond = 100_000;
/** How much of a figure of rate is kept at each interval. */
const memory = 0.6;
/** Reference times of feedback have 24 bits of 64 ms. */
const arrivalWrap = 2 ** 24 * 64;

/**
 * What is known about the network between the engine and one window. Each figure says its source; those that nothing was
 * heard for in the last five seconds are undefined.
 */
export interface NetworkEstimate {
  /** Share of packets that were lost, 0 to 1: by transport-wide feedback, else by receiver reports, over half a second and more. */
  readonly loss: number | undefined;
  /** Bits a second that arrived, RTP headers included: transport-wide feedback alone says it. */
  readonly deliveredBitsPerSecond: number | undefined;
  /** What left, RTP headers included: counted here. */
  readonly sentBitsPerSecond: number;
  /** The same, and what was skipped: what all pictures would take. */
  readonly wantedBitsPerSecond: number;
  /** What the receiver believes to be possible (REMB). */
  readonly receiverBitsPerSecond: number | undefined;
  /** From sender report to receiver report and back. */
  readonly roundTripMilliseconds: number | undefined;
  /** How long even the fastest packets waited in queues: transport-wide feedback alone says it. */
  readonly queueMilliseconds: number | undefined;
  readonly queueTrend: 'rising' | 'steady' | 'falling' | undefined;
  /** Bits a second that may be sent; undefined: no limit was met. */
  readonly limitBitsPerSecond: number | undefined;
}

interface Interval {
  startedAt: number;
  received: number;
  lost: number;
  bytes: number;
  /** Least time from sending to arrival; of two clocks, so that only its changes mean something. */
  least: number;
  lastArrival: number;
}

/**
 * Estimates the network of one window from what its receiver says. Congestion is a queue that stands, much loss, or a
 * receiver that lowers its own estimate below what is sent; the limit is then what arrives, less a fifth, and rises slowly
 * for as long as nothing of the kind is seen. Loss alone, as radio has it, is no congestion.
 * All times are milliseconds of one clock that only rises.
 */
export class NetworkEstimator {
  readonly #sentTimes = new SentTimes();
  #interval: Interval | undefined;
  /** The arrival that was heard of last, without wraps. */
  #newestArrival: number | undefined;
  /** The last one of the interval before. */
  #arrivedBefore = Number.NEGATIVE_INFINITY;
  /** Least transit in this stretch of time and the one before. */
  #base = { startedAt: 0, least: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY };
  #sending = { startedAt: Number.NaN, bytes: 0, wanted: 0 };
  #sentBitsPerSecond = 0;
  #wantedBitsPerSecond = 0;
  #loss: Figure = never;
  #delivered: Figure = never;
  #receiver: Figure = never;
  #roundTrip: Figure = never;
  #queue: Figure = never;
  #queueBefore = 0;
  #congestedIntervals = 0;
  #reports = { expected: 0, lost: 0, startedAt: 0 };
  #limit: number | undefined;
  #limitChangedAt = 0;

  /**
   * Counts a packet that is about to leave.
   * @param isNumbered false: feedback will not name it, which must not look like a loss
   * @returns its transport-wide sequence number
   */
  sent(bytes: number, now: number, isNumbered = true): number {
    this.#roll(now);
    this.#sending.bytes += bytes;
    this.#sending.wanted += bytes;
    return isNumbered ? this.#sentTimes.add(bytes, now) : 0;
  }

  /** Counts what would have been sent if the limit had let it. */
  withheld(bytes: number, now: number): void {
    this.#roll(now);
    this.#sending.wanted += bytes;
  }

  /** Transport-wide feedback. */
  arrived({ base, times }: TransportArrivals, now: number): void {
    this.#interval ??= newInterval(now);
    const interval = this.#interval;
    for (const [index, time] of times.entries()) {
      const number = (base + index) & 0xffff;
      if (Number.isNaN(time)) {
        if (this.#sentTimes.takeLost(number)) interval.lost++;
        continue;
      }
      const packet = this.#sentTimes.takeArrived(number);
      if (packet === undefined) continue;
      if (packet.wasLost && interval.lost > 0) interval.lost--;
      const arrival = this.#unwrap(time);
      interval.received++;
      interval.bytes += packet.bytes;
      interval.least = Math.min(interval.least, arrival - packet.sentAt);
      interval.lastArrival = Math.max(interval.lastArrival, arrival);
    }
    if (now - interval.startedAt >= intervalMilliseconds) this.#close(interval, now);
  }

  /** REMB. */
  receiverEstimates(bitsPerSecond: number, now: number): void {
    this.#roll(now);
    const before = this.#receiver;
    this.#receiver = { value: bitsPerSecond, at: now };
    // Both would be the same queue, seen twice.
    if (isFresh(this.#delivered, now)) return;
    // It starts low and rises; only where it sees a queue grow it goes down.
    const isLowered = isFresh(before, now) && bitsPerSecond < before.value;
    const isTooLow = bitsPerSecond < this.#sentBitsPerSecond * convincingShare;
    this.#countCongested(isTooLow && (isLowered || this.#congestedIntervals > 0), bitsPerSecond, now);
    if (!isTooLow) this.#raise(now);
  }

  /** A report block. @param expected packets since the report before it */
  reported(expected: number, fractionLost: number, now: number): void {
    if (isFresh(this.#delivered, now)) return;
    const reports = this.#reports;
    reports.expected += expected;
    reports.lost += expected * fractionLost;
    if (now - reports.startedAt < intervalMilliseconds || reports.expected < fewestPackets) return;
    const loss = reports.lost / reports.expected;
    this.#loss = { value: loss, at: now };
    this.#reports = { expected: 0, lost: 0, startedAt: now };
    // Both would count the same time.
    if (isFresh(this.#receiver, now)) return;
    this.#countCongested(loss > congestedLoss, this.#sentBitsPerSecond * (1 - loss), now);
    if (loss <= congestedLoss) this.#raise(now);
  }

  roundTrip(milliseconds: number, now: number): void {
    this.#roundTrip = { value: milliseconds, at: now };
  }

  estimate(now: number): NetworkEstimate {
    this.#roll(now);
    const rise = this.#queue.value - this.#queueBefore;
    const trend = rise > trendMilliseconds ? 'rising' : rise < -trendMilliseconds ? 'falling' : 'steady';
    return {
      loss: freshValue(this.#loss, now),
      deliveredBitsPerSecond: freshValue(this.#delivered, now),
      sentBitsPerSecond: this.#sentBitsPerSecond,
      wantedBitsPerSecond: this.#wantedBitsPerSecond,
      receiverBitsPerSecond: freshValue(this.#receiver, now),
      roundTripMilliseconds: freshValue(this.#roundTrip, now),
      queueMilliseconds: freshValue(this.#queue, now),
      queueTrend: isFresh(this.#queue, now) ? trend : undefined,
      limitBitsPerSecond: this.#limit,
    };
  }

  /** Bits a second that may be sent; undefined: no limit was met. */
  get limit(): number | undefined {
    return this.#limit;
  }

  /** Whether it takes less than is sent, or looks like it: more would be lost. */
  get isCongested(): boolean {
    const isRising = this.#queue.value - this.#queueBefore > trendMilliseconds;
    return this.#limit !== undefined || this.#congestedIntervals > 0 || isRising;
  }

  /** Puts an interval together. */
  #close(interval: Interval, now: number): void {
    const { received, lost, bytes, lastArrival } = interval;
    this.#interval = undefined;
    if (received === 0) return;
    // Over the receiver's clock: feedback itself may come late and in bursts.
    const elapsed = lastArrival - this.#arrivedBefore;
    this.#arrivedBefore = lastArrival;
    const isInRow = elapsed >= intervalMilliseconds / 2 && elapsed <= freshMilliseconds;
    const delivered = (bytes * 8_000) / (isInRow ? elapsed : intervalMilliseconds);
    const loss = lost / (received + lost);
    this.#delivered = { value: delivered, at: now };
    this.#loss = { value: loss, at: now };
    this.#queueBefore = isFresh(this.#queue, now) ? this.#queue.value : 0;
    this.#queue = { value: interval.least - this.#baseWith(interval.least, now), at: now };
    const isStanding =
      this.#queue.value > standingMilliseconds && this.#queue.value > this.#queueBefore - trendMilliseconds;
    const isFull = loss > congestedLoss && received + lost >= fewestPackets;
    this.#countCongested(isStanding || isFull, delivered, now);
    // While the queue empties it is not added to.
    if (!isStanding && !isFull && this.#queue.value <= standingMilliseconds) this.#raise(now);
  }

  #baseWith(transit: number, now: number): number {
    const base = this.#base;
    if (transit - Math.min(base.least, base.before) > impossibleMilliseconds) {
      this.#base = { startedAt: now, least: transit, before: Number.POSITIVE_INFINITY };
    } else if (now - base.startedAt > baseMilliseconds) {
      this.#base = { startedAt: now, least: transit, before: base.least };
    } else {
      base.least = Math.min(base.least, transit);
    }
    return Math.min(this.#base.least, this.#base.before);
  }

  #countCongested(isCongested: boolean, arriving: number, now: number): void {
    this.#congestedIntervals = isCongested ? this.#congestedIntervals + 1 : 0;
    if (this.#congestedIntervals >= convincingIntervals) this.#lower(arriving, now);
  }

  #lower(arriving: number, now: number): void {
    const limit = Math.max(leastBitsPerSecond, arriving * decrease);
    this.#limit = Math.min(this.#limit ?? Number.POSITIVE_INFINITY, limit);
    this.#limitChangedAt = now;
  }

  #raise(now: number): void {
    if (this.#limit === undefined || now - this.#limitChangedAt < intervalMilliseconds) return;
    const raised = this.#limit * increase;
    this.#limit = raised > this.#wantedBitsPerSecond * headroom ? undefined : raised;
    this.#limitChangedAt = now;
  }

  /** Rates of sending, over the time that has passed. */
  #roll(now: number): void {
    const sending = this.#sending;
    if (Number.isNaN(sending.startedAt)) sending.startedAt = now;
    const elapsed = now - sending.startedAt;
    if (elapsed < intervalMilliseconds) return;
    this.#sentBitsPerSecond = blend(this.#sentBitsPerSecond, sending.bytes, elapsed);
    this.#wantedBitsPerSecond = blend(this.#wantedBitsPerSecond, sending.wanted, elapsed);
    this.#sending = { startedAt: now, bytes: 0, wanted: 0 };
  }

  #unwrap(time: number): number {
    const newest = this.#newestArrival ?? time;
    const wraps = Math.round((newest - time) / arrivalWrap);
    const arrival = time + wraps * arrivalWrap;
    this.#newestArrival = Math.max(newest, arrival);
    return arrival;
  }
}

/** Bits a second: those before, and what was sent since. No closure, as it would be made for each packet. */
function blend(before: number, bytes: number, elapsed: number): number {
  const kept = memory ** (elapsed / intervalMilliseconds);
  return before * kept + ((bytes * 8_000) / elapsed) * (1 - kept);
}

interface Figure {
  readonly value: number;
  readonly at: number;
}

const never: Figure = { value: 0, at: Number.NEGATIVE_INFINITY };

function isFresh({ at }: Figure, now: number): boolean {
  return now - at <= freshMilliseconds;
}

function freshValue(figure: Figure, now: number): number | undefined {
  return isFresh(figure, now) ? figure.value : undefined;
}

function newInterval(startedAt: number): Interval {
  return {
    startedAt,
    received: 0,
    lost: 0,
    bytes: 0,
    least: Number.POSITIVE_INFINITY,
    lastArrival: Number.NEGATIVE_INFINITY,
  };
}
