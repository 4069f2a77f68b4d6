import { isIPv6 } from 'node:net';

/**
 * Who may talk to the HTTP host. A name that points to this computer (DNS rebinding) has another Host, a foreign page another
 * Origin; both are refused before anything else is looked at.
 */
export class AllowedOrigins {
  readonly port: number;
  readonly #scheme: string;
  readonly #hosts: ReadonlySet<string>;

  /** @param names under which the host is reached: names and addresses, without ports */
  constructor(scheme: 'http' | 'https', names: readonly string[], port: number) {
    this.port = port;
    this.#scheme = `${scheme}://`;
    this.#hosts = new Set(names.map((name) => `${isIPv6(name) ? `[${name}]` : name.toLowerCase()}:${port}`));
  }

  /** @param host the `Host` header */
  allowsHost(host: string | undefined): boolean {
    return host !== undefined && this.#hosts.has(host.toLowerCase());
  }

  /** @param origin the `Origin` header; absent is not allowed here */
  allowsOrigin(origin: string | undefined): boolean {
    const text = origin?.toLowerCase() ?? '';
    return text.startsWith(this.#scheme) && this.allowsHost(text.slice(this.#scheme.length));
  }
}
