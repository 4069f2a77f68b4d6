import path from 'node:path';
import { userDataFolder } from '../base/operating-system.ts';
import { version } from '../base/version.ts';
import { wholeNumber } from '../base/whole-number.ts';
import { maximumDemoCameras } from '../contract/limits.ts';

const usage = `Gatehouse ${version}: a monitoring console for security cameras.

  gatehouse [--data=FOLDER] [--kiosk]
  gatehouse --import=FILE [--data=FOLDER]
  gatehouse --headless [--port=N] [--data=FOLDER]
  gatehouse --reset-owner [--data=FOLDER]
  gatehouse --verify-audit[=FILE] [--data=FOLDER]

  --data=FOLDER   where cameras, walls and settings are kept
                  (${userDataFolder('gatehouse')})
  --kiosk         full screen on every display, without a menu; closed with the PIN alone, if one is set
  --import=FILE   takes cameras, walls and settings from a site file, and ends
  --headless      no window: the console is for browsers, at the address that is printed
  --reset-owner   takes the owner's password away, when it is lost, and ends; Gatehouse must not be running
  --verify-audit  says whether the audit is as it was written, that of the data or an exported one, and ends
  --port=N        the port of that address; 0: any that is free (0)
  --demo=N        shows N virtual cameras
  --version       prints the version
  --help          prints this

Ends with 0 when all went well, 1 when it could not start or go on, 2 when the command line or the file of --import has
mistakes, 3 when that file or the data is out of reach, 4 when the file needs a passphrase or another one
(GATEHOUSE_SITE_PASSPHRASE), 5 when the audit was changed. Unless it ends with 0, nothing was imported.
`;

/** What the command line asks for. */
export type CommandLine =
  | { readonly mode: 'print'; readonly text: string }
  | { readonly mode: 'refuse'; readonly message: string }
  | ({ readonly mode: 'console'; readonly kiosk: boolean } & Common)
  | ({ readonly mode: 'headless'; readonly port: number } & Common)
  | ({ readonly mode: 'import'; readonly file: string } & Common)
  | ({ readonly mode: 'reset-owner' } & Common)
  /** Null: the audit of the data folder. */
  | ({ readonly mode: 'verify-audit'; readonly file: string | null } & Common);

interface Common {
  readonly dataFolder: string;
  /** How many virtual cameras. */
  readonly demo: number;
}

/** The switches of the command line, as Electron knows them: `--name` or `--name=value`. */
export interface Switches {
  hasSwitch(name: string): boolean;
  /** Empty without a value. */
  getSwitchValue(name: string): string;
}

/** Reads the command line; switches that are not Gatehouse's are Chromium's. @param folder relative paths begin here */
export function readCommandLine(switches: Switches, folder: string): CommandLine {
  if (switches.hasSwitch('help')) return { mode: 'print', text: usage };
  if (switches.hasSwitch('version')) return { mode: 'print', text: `${version}\n` };
  const given = (name: string) => (switches.hasSwitch(name) ? switches.getSwitchValue(name) : undefined);
  for (const name of ['data', 'import', 'port', 'demo']) {
    if (given(name) === '') return { mode: 'refuse', message: `--${name} needs a value: --${name}=…` };
  }
  const demo = wholeNumber(given('demo') ?? '0', maximumDemoCameras);
  if (demo === undefined)
    return { mode: 'refuse', message: `--demo must be a number from 0 to ${maximumDemoCameras}.` };
  const port = wholeNumber(given('port') ?? '0', 65_535);
  if (port === undefined) return { mode: 'refuse', message: '--port must be a number from 0 to 65535.' };
  const data = given('data');
  const dataFolder = data === undefined ? userDataFolder('gatehouse') : path.resolve(folder, data);
  const file = given('import');
  const modes = ['import', 'headless', 'kiosk', 'reset-owner', 'verify-audit'].filter((name) =>
    switches.hasSwitch(name),
  );
  if (modes.length > 1) {
    return { mode: 'refuse', message: `--${modes.join(' and --')} do not go together.` };
  }
  if (file !== undefined) return { mode: 'import', file: path.resolve(folder, file), dataFolder, demo };
  if (switches.hasSwitch('reset-owner')) return { mode: 'reset-owner', dataFolder, demo };
  if (switches.hasSwitch('verify-audit')) {
    const audit = switches.getSwitchValue('verify-audit');
    return {
      mode: 'verify-audit',
      file: audit === '' ? null : path.resolve(folder, audit),
      dataFolder,
      demo,
    };
  }
  if (switches.hasSwitch('headless')) return { mode: 'headless', port, dataFolder, demo };
  return { mode: 'console', kiosk: switches.hasSwitch('kiosk'), dataFolder, demo };
}
