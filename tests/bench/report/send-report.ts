import type { ForwarderSize } from '../forwarders/forwarder.ts';
import { type ForwarderKind, forwarderKinds, forwarderNames } from '../forwarders/kinds.ts';
import type { PacedFigures } from '../paced.ts';
import type { ProfileFigures, Purpose } from '../profile.ts';
import type { SendFigures } from '../send.ts';
import { barChart } from './chart.ts';
import type { Report } from './report.ts';
import { figure, type Table } from './table.ts';

type Cost = SendFigures | PacedFigures;

const shortNames: Readonly<Record<ForwarderKind, string>> = {
  floor: 'floor',
  gatehouse: 'Gatehouse',
  libdatachannel: 'libdatachannel',
  pion: 'Pion',
  werift: 'werift',
};

const nameOf = ({ cameras, viewers }: ForwarderSize) => `${cameras} × ${viewers}`;

export function sendReport(figures: readonly SendFigures[]): Report {
  const lost = figures.reduce((sum, { lost: count }) => sum + count, 0);
  const refused = figures.reduce((sum, entry) => sum + entry.refused, 0);
  const decrypted = figures.reduce((sum, entry) => sum + entry.decrypted, 0);
  const profiles = new Set(figures.flatMap(({ srtpProfile }) => srtpProfile ?? []));
  return {
    title: 'Sending at saturation',
    words: [
      'CPU time of the sending process for each packet of 1,160 bytes of payload, as fast as it can: access units of eight packets, one camera after the other, each to all viewers. All send the same to the same receivers, which make a real connection (ICE, DTLS), decrypt the first packets of each stream and then only count; they are a process of their own, and **their CPU is not in these figures**. Delivering on loopback, up to the receiver’s socket, is in all of them. The forwarders take turns, round by round. The floor is what Node needs for AES-GCM by `node:crypto` and one datagram, without WebRTC; it sends to a plain socket. Gatehouse encrypts for less (`main/srtp`). (`tests/bench/send.ts`, `tests/bench/forwarders`)',
      `In this run ${figure(decrypted)} packets were decrypted by the receivers and ${refused} refused; SRTP profile ${[...profiles].map((profile) => (profile === 7 ? 'AES-128-GCM' : `number ${profile}`)).join(', ')}; ${lost} packets left no trace in receivers or their sockets.`,
    ],
    plots: [costPlot('send', 'CPU for each packet, saturated', figures)],
    tables: [
      {
        caption:
          'Microseconds of CPU for each packet that was sent, median of nine rounds (cameras × viewers). No viewer is sent more than 40 packets a millisecond: Gatehouse sends 48 at most to one window, and skips pictures beyond that',
        table: costTable(figures),
      },
      { caption: 'Gatehouse’s figure divided by that of the reference', table: ratioTable(figures) },
    ],
  };
}

export function pacedReport(figures: readonly PacedFigures[]): Report {
  return {
    title: 'Forwarding cameras at their own pace',
    words: [
      'Virtual cameras send 640x360, 15 pictures and 500 kbit a second over RTSP (TCP), each picture as a burst; every camera is forwarded to every viewer. CPU time of the forwarding process, receiving included, for each packet that a viewer received; cameras and viewers are processes of their own and are not in it. Gatehouse runs its whole engine; the references pull RTSP with a client that does no more than it must, and forward packets as they are, without a cache for who joins late. (`tests/bench/paced.ts`)',
      'Lost are sequence numbers that never left the forwarder. What the kernel dropped because the viewers’ process did not read in time is counted apart. 64 × 8 runs for a minute with Gatehouse.',
    ],
    plots: [
      costPlot('paced', 'CPU for each forwarded packet, paced like cameras', figures),
      memoryPlot(figures),
    ],
    tables: [
      {
        caption: 'Microseconds of CPU for each forwarded packet (cameras × viewers)',
        table: costTable(figures),
      },
      { caption: 'Gatehouse’s figure divided by that of the reference', table: ratioTable(figures) },
      { caption: 'Everything that was forwarded', table: pacedTable(figures) },
      ...memoryTables(figures),
    ],
  };
}

const purposes: Readonly<Record<Purpose, string>> = {
  datagrams: 'sending datagrams (`node:dgram` and the system call, which delivers on loopback)',
  encryption: 'encryption (`node:crypto` and OpenSSL)',
  garbage: 'collecting garbage',
  gatehouse: 'Gatehouse’s own code',
  packages: 'packages (werift and others)',
  node: 'the rest of Node: reading from cameras, timers, the loop',
};

export function profileReport(figures: readonly ProfileFigures[]): Report {
  const names = Object.keys(purposes) as Purpose[];
  return {
    title: 'Where the time goes',
    words: [
      'What the ratios above do not reach, by V8’s sampling profiler in Gatehouse’s process at 16 × 4: time in a function itself, as a share of the time in which the process was not idle. (`tests/bench/profile.ts`)',
      'What Node adds to each packet, and C++ and Go need not: a request for each datagram, objects for its parts, and their collection. `node:crypto` would add a new cipher for each packet, which the floor pays, and werift. Functions without a file are C++; those of WebAssembly are GHASH (`main/srtp/ghash.ts`).',
    ],
    plots: [],
    tables: [
      {
        caption: 'By what it is spent for',
        table: {
          columns: ['', ...figures.map(({ load }) => load)],
          rows: names.map((name) => [
            purposes[name],
            ...figures.map((entry) => `${figure(entry.purposes[name] * 100)} %`),
          ]),
        },
      },
      ...figures.map(({ load, functions }) => ({
        caption:
          load === 'saturated' ? 'The longest functions at saturation' : 'The same, paced like cameras',
        table: {
          columns: ['function', 'file', 'share'],
          rows: functions.map(({ name, file, share }) => [`\`${name}\``, file, `${figure(share * 100)} %`]),
        },
      })),
    ],
  };
}

function sizesOf(figures: readonly Cost[]): ForwarderSize[] {
  const found = new Map(figures.map((entry) => [nameOf(entry), entry]));
  return [...found.values()];
}

function kindsOf(figures: readonly Cost[]): ForwarderKind[] {
  return forwarderKinds.filter((kind) => figures.some((entry) => entry.kind === kind));
}

function find<Entry extends Cost>(
  figures: readonly Entry[],
  kind: ForwarderKind,
  size: ForwarderSize,
): Entry | undefined {
  return figures.find((entry) => entry.kind === kind && nameOf(entry) === nameOf(size));
}

function costPlot(name: string, title: string, figures: readonly Cost[]) {
  const svg = barChart({
    title,
    unit: 'µs, cameras × viewers',
    labels: sizesOf(figures).map(nameOf),
    series: kindsOf(figures).map((kind) => ({
      name: shortNames[kind],
      values: sizesOf(figures).map(
        (size) => find(figures, kind, size)?.microsecondsPerPacket.median ?? Number.NaN,
      ),
    })),
  });
  return { name, alternative: title, svg };
}

function memoryPlot(figures: readonly PacedFigures[]) {
  const svg = barChart({
    title: 'Memory while it forwards',
    unit: 'MB, cameras × viewers',
    labels: sizesOf(figures).map(nameOf),
    series: kindsOf(figures).map((kind) => ({
      name: shortNames[kind],
      values: sizesOf(figures).map((size) => find(figures, kind, size)?.rssMegabytes ?? Number.NaN),
    })),
  });
  return { name: 'memory', alternative: 'Memory while it forwards', svg };
}

function costTable(figures: readonly Cost[]): Table {
  const sizes = sizesOf(figures);
  return {
    columns: ['', ...sizes.map(nameOf)],
    rows: kindsOf(figures).map((kind) => [
      forwarderNames[kind],
      ...sizes.map((size) => {
        const cost = find(figures, kind, size)?.microsecondsPerPacket;
        return cost === undefined
          ? '–'
          : `${figure(cost.median)} (${figure(cost.minimum)}–${figure(cost.maximum)})`;
      }),
    ]),
  };
}

function ratioTable(figures: readonly Cost[]): Table {
  const sizes = sizesOf(figures);
  return {
    columns: ['Gatehouse ÷', ...sizes.map(nameOf)],
    rows: kindsOf(figures)
      .filter((kind) => kind !== 'gatehouse')
      .map((kind) => [
        shortNames[kind],
        ...sizes.map((size) => {
          const ratio = costRatio(figures, kind, size);
          return ratio === undefined ? '–' : String(ratio);
        }),
      ]),
  };
}

/** Ours divided by the reference's, in hundredths; undefined where one of them is missing. */
export function costRatio(
  figures: readonly Cost[],
  reference: ForwarderKind,
  size: ForwarderSize,
): number | undefined {
  const ours = find(figures, 'gatehouse', size)?.microsecondsPerPacket.median;
  const theirs = find(figures, reference, size)?.microsecondsPerPacket.median;
  // Nothing was sent: JSON has null for that.
  if (!Number.isFinite(ours ?? Number.NaN) || !Number.isFinite(theirs ?? Number.NaN)) return undefined;
  return Math.round(((ours ?? 0) / (theirs ?? 1)) * 100) / 100;
}

function pacedTable(figures: readonly PacedFigures[]): Table {
  return {
    columns: [
      '',
      'size',
      's',
      'packets/s',
      'Mbit/s',
      '% of a core',
      'pictures that came',
      'lost',
      'dropped by sockets',
    ],
    rows: figures.map((entry) => [
      shortNames[entry.kind],
      nameOf(entry),
      String(entry.seconds),
      figure(entry.packetsPerSecond),
      figure(entry.megabitsPerSecond),
      figure(entry.cpuPercent),
      `${figure(entry.shareOfPictures * 100)} %`,
      figure(entry.lost),
      figure(entry.droppedBySockets),
    ]),
  };
}

/** What each camera and viewer adds, where all sizes were measured. */
function memoryTables(figures: readonly PacedFigures[]): Report['tables'] {
  if (sizesOf(figures).length === 1) return [];
  const rows = kindsOf(figures).map((kind) => {
    const at = (cameras: number, viewers: number) =>
      find(figures, kind, { cameras, viewers })?.rssMegabytes ?? Number.NaN;
    return [
      shortNames[kind],
      figure(at(1, 1)),
      figure((at(64, 1) - at(1, 1)) / 63),
      figure((at(1, 4) - at(1, 1)) / 3),
      figure((at(64, 8) - at(64, 1)) / 7),
    ];
  });
  const columns = [
    '',
    'one camera, one viewer',
    'each further camera',
    'each further viewer of 1',
    'each further viewer of 64',
  ];
  return [{ caption: 'Memory (resident, after a collection of garbage), MB', table: { columns, rows } }];
}
