import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

const attempts = 20;

/** Two UDP sockets: RTP on an even port, RTCP on the odd one after it (RFC 3550 section 11). */
export class UdpPortPair implements Disposable {
  readonly rtp: dgram.Socket;
  readonly rtcp: dgram.Socket;

  private constructor(rtp: dgram.Socket, rtcp: dgram.Socket) {
    this.rtp = rtp;
    this.rtcp = rtcp;
    // A peer whose port is closed already: its RTSP connection tells the rest.
    for (const socket of [rtp, rtcp]) socket.on('error', () => {});
  }

  /**
   * @param host own address to send from
   * @throws Error when no pair is free
   */
  static async open(host: string): Promise<UdpPortPair> {
    let lastError: unknown;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const first = await bind(host, 0);
      const { port } = first.address();
      try {
        const second = await bind(host, port ^ 1);
        return port % 2 === 0 ? new UdpPortPair(first, second) : new UdpPortPair(second, first);
      } catch (error) {
        // The neighbour is taken: try elsewhere.
        lastError = error;
        first.close();
      }
    }
    throw lastError;
  }

  /** How many bytes the system may keep until they are read; it gives what it allows. */
  set receiveBufferBytes(bytes: number) {
    this.rtp.setRecvBufferSize(bytes);
  }

  [Symbol.dispose](): void {
    this.rtp.close();
    this.rtcp.close();
  }
}

async function bind(host: string, port: number): Promise<dgram.Socket> {
  const socket = dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4');
  socket.bind(port, host);
  try {
    await once(socket, 'listening');
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}
