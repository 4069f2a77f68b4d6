import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { stopSignals } from '../base/operating-system.ts';
import { announceCameras } from './discoverable-cameras.ts';
import { type FleetCommand, type FleetValue, fleetRequest } from './fleet-command.ts';
import { isQuirkName, quirkNames, quirks } from './quirks.ts';
import { demoOnvif, demoSounds, startVirtualCameras, type VirtualCamera } from './virtual-fleet.ts';

/*
 * `npm run cameras -- --count 64 --port 8554 [--gop 10] [--quirk NAME] [--sound] [--onvif 8080] [--own-addresses] [--discoverable] [--json]`: virtual
 * cameras as a process of their own. With --json it prints its cameras as one line of JSON and takes commands on stdin, one line
 * of JSON each; it ends with its stdin. With --discoverable they answer on loopback when devices are looked for, as the ONVIF
 * devices that they are.
 */

const usage =
  'Usage: npm run cameras -- [--count N] [--port N] [--gop 2|10] [--quirk NAME] [--sound] [--onvif PORT] [--own-addresses] [--discoverable] [--json]';

function parseOptions() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '9' },
      port: { type: 'string', default: '8554' },
      gop: { type: 'string', default: '2' },
      onvif: { type: 'string' },
      'own-addresses': { type: 'boolean', default: false },
      discoverable: { type: 'boolean', default: false },
      quirk: { type: 'string' },
      sound: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const count = Number(values.count);
  const port = Number(values.port);
  if (!Number.isInteger(count) || count < 1 || count > 1_024)
    throw new Error('--count must be from 1 to 1024');
  if (!Number.isInteger(port) || port < 0 || port + count > 65_536)
    throw new Error('--port must leave room for all cameras');
  if (values.gop !== '2' && values.gop !== '10') throw new Error('--gop must be 2 or 10');
  const { quirk } = values;
  if (quirk !== undefined && !isQuirkName(quirk)) {
    const known = quirkNames.map((name) => `  ${name}: ${quirks[name].summary}`).join('\n');
    throw new Error(`--quirk must be one of\n${known}\n`);
  }
  const onvifPort =
    values.onvif !== undefined ? Number(values.onvif) : values.discoverable ? demoOnvif.port : undefined;
  if (
    onvifPort !== undefined &&
    !(Number.isInteger(onvifPort) && onvifPort >= 0 && onvifPort + count <= 65_536)
  )
    throw new Error('--onvif must be a port that leaves room for all cameras');
  return {
    count,
    port,
    quirk,
    sounds: values.sound ? demoSounds : [],
    gopSeconds: values.gop === '2' ? (2 as const) : (10 as const),
    ownAddresses: values['own-addresses'],
    ...(onvifPort === undefined ? {} : { onvif: { ...demoOnvif, port: onvifPort } }),
    json: values.json,
    discoverable: values.discoverable,
  };
}

async function obey(camera: VirtualCamera, command: FleetCommand): Promise<FleetValue> {
  switch (command.do) {
    case 'refuse':
      await camera.refuse(command.on);
      return null;
    case 'drop':
      camera.drop();
      return null;
    case 'silence':
      camera.silence(command.on);
      return null;
    case 'freeze':
      camera.freeze(command.on);
      return null;
    case 'look':
      camera.look(command.view);
      return null;
    case 'corrupt':
      camera.corrupt(command.on);
      return null;
    case 'reboot':
      await camera.reboot(command.seconds);
      return null;
    case 'next-key-frame':
      return camera.millisecondsToNextKeyFrame(command.profile);
    case 'statistics':
      return camera.statistics;
    default:
      return command satisfies never;
  }
}

async function answer(line: string, cameras: readonly VirtualCamera[]): Promise<void> {
  const { id, camera: index, command } = fleetRequest.parse(JSON.parse(line));
  const camera = cameras[index];
  try {
    if (camera === undefined) throw new Error(`there is no camera ${index}`);
    const value = await obey(camera, command);
    process.stdout.write(`${JSON.stringify({ id, value })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, value: null, error: String(error) })}\n`);
  }
}

async function main(): Promise<void> {
  const options = parseOptions();
  const fleet = await startVirtualCameras(options);
  const cameras = fleet.cameras.map(({ name, mainUrl, subUrl, onvifUrl }) => ({
    name,
    mainUrl,
    subUrl,
    onvifUrl,
  }));
  const responder = options.discoverable ? await announceCameras(fleet.cameras) : undefined;
  const stop = () => {
    const closing = [fleet[Symbol.asyncDispose](), responder?.[Symbol.asyncDispose]()];
    void Promise.all(closing).finally(() => process.exit(0));
  };
  for (const signal of stopSignals) process.once(signal, stop);
  if (!options.json) {
    for (const { name, mainUrl, subUrl, onvifUrl } of cameras)
      process.stdout.write(
        `${name.padEnd(16)} ${mainUrl}  ${subUrl}${onvifUrl === null ? '' : `  ${onvifUrl}`}\n`,
      );
    return;
  }
  process.stdout.write(`${JSON.stringify({ cameras })}\n`);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    answer(line, fleet.cameras).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  });
  // Whoever started the fleet is gone.
  lines.once('close', stop);
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `The virtual cameras cannot start: ${error instanceof Error ? error.message : String(error)}.\n${usage}\n`,
  );
  process.exit(1);
}
