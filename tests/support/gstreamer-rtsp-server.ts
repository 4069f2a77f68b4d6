import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { python, pythonRuns } from './debian-python.ts';

const script = path.join(import.meta.dirname, 'gstreamer-rtsp-server.py');
const imports = `
import gi
gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtspServer
Gst.init(None)
raise SystemExit(not all(map(Gst.ElementFactory.find, ('videotestsrc', 'x264enc', 'rtph264pay', 'jpegenc', 'x265enc', 'rtph265pay', 'voaacenc', 'rtpmp4gpay', 'rtpmp4apay', 'opusenc', 'rtpopuspay', 'mulawenc', 'rtppcmupay', 'alawenc'))))
`;

/** Whether Debian's python3-gi, gir1.2-gst-rtsp-server-1.0 and GStreamer's plugins are installed. */
export function hasGstreamer(): boolean {
  return pythonRuns(imports);
}

/** Whether GStreamer can speak TLS (Debian's glib-networking). */
export function hasGstreamerTls(): boolean {
  const script =
    'from gi.repository import Gio; raise SystemExit(not Gio.TlsBackend.get_default().supports_tls())';
  return pythonRuns(script);
}

/** GStreamer's RTSP server in a process of its own; its streams are in the script. */
export class GstreamerRtspServer implements AsyncDisposable {
  readonly port: number;
  readonly #scheme: 'rtsp' | 'rtsps';
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, port: number, scheme: 'rtsp' | 'rtsps') {
    this.#process = process;
    this.port = port;
    this.#scheme = scheme;
  }

  /** @param certificate file of a certificate and its key (PEM), for TLS */
  static async start(
    scheme: 'open' | 'basic' | 'digest',
    username = '',
    password = '',
    certificate?: string,
  ): Promise<GstreamerRtspServer> {
    const process = spawn(
      python,
      [script, scheme, username, password, ...(certificate === undefined ? [] : [certificate])],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const lines = createInterface({ input: process.stdout });
    const [port] = await Promise.race([once(lines, 'line'), once(process, 'exit').then(() => [])]);
    if (port === undefined) throw new Error("GStreamer's RTSP server did not start");
    lines.close();
    return new GstreamerRtspServer(process, Number(port), certificate === undefined ? 'rtsp' : 'rtsps');
  }

  url(stream: string): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/${stream}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}
