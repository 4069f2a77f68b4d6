/**
 * Who may talk to the HTTP host. A name that points to loopback (DNS rebinding) has another Host, a foreign page another
 * Origin; both are refused before anything else is looked at.
 */
export class AllowedOrigins {
  readonly port: number;
  readonly #hosts: ReadonlySet<string>;

  constructor(port: number) {
    this.port = port;
    this.#hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`));
  }

  /** @param host the `Host` header */
  allowsHost(host: string | undefined): boolean {
    return host !== undefined && this.#hosts.has(host.toLowerCase());
  }

  /** @param origin the `Origin` header; absent is not allowed here */
  allowsOrigin(origin: string | undefined): boolean {
    const host = /^http:\/\/(.+)$/i.exec(origin ?? '')?.[1];
    return this.allowsHost(host);
  }
}
