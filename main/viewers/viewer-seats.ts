import { GatehouseError } from '../base/gatehouse-error.ts';
import type { ViewerLimits, ViewerLimitsInUse, ViewerUse } from '../contract/viewer-limits.ts';
import { Traffic, TrafficShare } from './traffic.ts';

const retryAfterSeconds = 10;

/** Where it is kept how much windows may take. */
export interface SeatSettings {
  readonly viewerLimits: ViewerLimits;
  saveViewerLimits(limits: ViewerLimits): void;
}

/** Whose window it is. */
export interface ViewerUser {
  readonly id: string;
  readonly name: string;
}

/** A window's right to be there, and what its traffic counts into. */
export interface ViewerSeat extends Disposable {
  readonly traffic: TrafficShare;
}

interface UserSeats {
  readonly name: string;
  windows: number;
  readonly traffic: Traffic;
}

/** Who has how many windows, and how much goes to them, within the limits of the site. */
export class ViewerSeats {
  /** Of everything that is sent. */
  readonly siteTraffic: Traffic = new Traffic();
  /** Those who have windows. */
  readonly #users = new Map<string, UserSeats>();
  readonly #settings: SeatSettings;
  #limits: ViewerLimits;
  #windows = 0;

  constructor(settings: SeatSettings) {
    this.#settings = settings;
    this.#limits = settings.viewerLimits;
    this.#apply();
  }

  /** @throws GatehouseError limit-reached, with the time after which to try again */
  take({ id, name }: ViewerUser): ViewerSeat {
    const { windows, windowsOfUser } = this.#limits;
    const user = this.#users.get(id) ?? { name, windows: 0, traffic: new Traffic() };
    if (windowsOfUser !== null && user.windows >= windowsOfUser) {
      throw full(
        `${name} has ${counted(windowsOfUser)} open, as many as one user may. Close one; this one tries again by itself.`,
      );
    }
    if (this.#windows >= windows) {
      throw full(
        `This site allows ${counted(windows)} at a time. Close one; this one tries again by itself.`,
      );
    }
    user.windows++;
    this.#windows++;
    this.#users.set(id, user);
    this.#apply();
    let isTaken = true;
    return {
      traffic: new TrafficShare([user.traffic, this.siteTraffic]),
      [Symbol.dispose]: () => {
        if (!isTaken) return;
        isTaken = false;
        this.#windows--;
        user.windows--;
        if (user.windows === 0) this.#users.delete(id);
      },
    };
  }

  get inUse(): ViewerLimitsInUse {
    const now = performance.now();
    return {
      limits: this.#limits,
      used: useOf(this.#windows, this.siteTraffic, now),
      users: [...this.#users.values()]
        .map(({ name, windows, traffic }) => ({ name, ...useOf(windows, traffic, now) }))
        .sort((a, b) => b.windows - a.windows || b.megabits - a.megabits),
    };
  }

  /** Windows that are open stay; the bandwidth counts at once. */
  change(limits: ViewerLimits): void {
    this.#settings.saveViewerLimits(limits);
    this.#limits = limits;
    this.#apply();
  }

  #apply(): void {
    const { megabits, megabitsOfUser } = this.#limits;
    this.siteTraffic.limit = bitsOf(megabits);
    for (const { traffic } of this.#users.values()) traffic.limit = bitsOf(megabitsOfUser);
  }
}

function bitsOf(megabits: number | null): number | undefined {
  return megabits === null ? undefined : megabits * 1_000_000;
}

function useOf(windows: number, traffic: Traffic, now: number): ViewerUse {
  return { windows, megabits: Math.round(traffic.bitsPerSecond(now) / 10_000) / 100 };
}

function counted(windows: number): string {
  return windows === 1 ? 'one window' : `${windows} windows`;
}

function full(message: string): GatehouseError {
  return new GatehouseError('limit-reached', message, { retryAfterSeconds });
}
