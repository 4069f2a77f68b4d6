import os from 'node:os';

/** A look costs 50 µs, and pictures stand until a change is seen. */
const lookMilliseconds = 500;

/** Notices when this computer gets another address: a cable, a Wi-Fi, a VPN. The operating systems have no one event for it. */
export class NetworkWatch implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #known: string;

  /** @param onChange gets the addresses that there are now, without loopback */
  constructor(
    onChange: (addresses: readonly string[]) => void,
    read: () => readonly string[] = ownAddresses,
  ) {
    this.#known = read().join();
    this.#timer = setInterval(() => {
      const addresses = read();
      if (addresses.join() === this.#known) return;
      this.#known = addresses.join();
      onChange(addresses);
    }, lookMilliseconds);
    this.#timer.unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** Sorted. Temporary IPv6 addresses come and go while the network stays: they are left out with all of IPv6's. */
function ownAddresses(): string[] {
  const all = Object.values(os.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
    .sort();
}
