import path from 'node:path';
import { app, dialog } from 'electron';
import { exitCodes } from './base/exit-codes.ts';
import { GatehouseError } from './base/gatehouse-error.ts';
import { redactText } from './base/redact.ts';
import { type CommandLine, readCommandLine } from './desktop/command-line.ts';
import { registerConsoleScheme, serveConsole } from './desktop/console-protocol.ts';
import { ConsoleShell } from './desktop/console-shell.ts';
import { runEngineCommand } from './desktop/engine-command.ts';
import { serveHeadless } from './desktop/headless-shell.ts';
import { openKeyRing } from './desktop/key-ring.ts';
import { shellWords } from './desktop/shell-words.ts';
import { WindowFile } from './desktop/window-file.ts';

/*
 * The desktop app: windows on the console and the process of the engine behind them.
 *   electron . [--data=FOLDER] [--kiosk] …: see desktop/command-line.ts
 */

type Run = Exclude<CommandLine, { mode: 'print' | 'refuse' }>;

function print(text: string, code: number): void {
  (code === exitCodes.done ? process.stdout : process.stderr).write(text);
  app.exit(code);
}

/** @throws GatehouseError database-failed */
async function run(options: Run): Promise<void> {
  const { dataFolder, demo } = options;
  if (options.mode === 'verify-audit') {
    const command = ['--verify-audit', ...(options.file === null ? [] : ['--audit', options.file])];
    // What is signed is verified without the key.
    const key = { where: 'file', why: '' } as const;
    app.exit(await runEngineCommand({ command, dataFolder, key }));
    return;
  }
  const key = await openKeyRing(dataFolder);
  if (options.mode === 'import') {
    app.exit(await runEngineCommand({ command: ['--import', options.file], dataFolder, key }));
    return;
  }
  if (options.mode === 'reset-owner') {
    app.exit(await runEngineCommand({ command: ['--reset-owner'], dataFolder, key }));
    return;
  }
  const parameters = ['--data', dataFolder, '--demo', String(demo)];
  if (options.mode === 'headless') {
    const engine = serveHeadless({ parameters: [...parameters, '--port', String(options.port)], key });
    stopWith(() => engine[Symbol.asyncDispose]());
    return;
  }
  serveConsole(path.resolve(import.meta.dirname, '../renderer'));
  const shell = new ConsoleShell({
    dataFolder,
    isKiosk: options.kiosk,
    key,
    parameters,
  });
  app.on('second-instance', () => shell.show());
  app.on('activate', () => shell.show());
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    if (!shell.mayQuit()) event.preventDefault();
  });
  stopWith(() => shell[Symbol.asyncDispose]());
}

/** The windows are closed: what is behind them closes, and then the app ends. */
function stopWith(stop: () => Promise<void>): void {
  let isStopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (isStopping) return;
    isStopping = true;
    void stop().finally(() => app.exit(exitCodes.done));
  });
}

app.setName('Gatehouse');
registerConsoleScheme();
app.enableSandbox();
const commandLine = readCommandLine(app.commandLine, process.cwd());
switch (commandLine.mode) {
  case 'print':
    print(commandLine.text, exitCodes.done);
    break;
  case 'refuse':
    print(`${commandLine.message}\nSee gatehouse --help.\n`, exitCodes.mistakes);
    break;
  default:
    // Chromium's own files; the lock on a single instance is one on this folder, so that the demo runs beside the real console.
    app.setPath('userData', path.join(commandLine.dataFolder, 'window'));
    // Without any network there is loopback, and the pictures go over it.
    app.commandLine.appendSwitch('allow-loopback-in-peer-connection');
    if (!app.requestSingleInstanceLock()) {
      if (commandLine.mode === 'console') app.quit();
      else
        print(`Gatehouse is running on ${commandLine.dataFolder}. Close it first.\n`, exitCodes.outOfReach);
      break;
    }
    app
      .whenReady()
      .then(() => run(commandLine))
      .catch((error: unknown) => {
        const { message } = GatehouseError.from(error);
        const { language } = new WindowFile(app.getPath('userData')).read();
        const { cannotStart } = shellWords(language, app.getLocale());
        dialog.showErrorBox(cannotStart, redactText(message));
        app.exit(exitCodes.failed);
      });
}
