import type { EngineState, ShellCommand, UpdateState } from '../../main/contract/shell.ts';
import { sentenceInReadersWords } from '../link/call-error.ts';
import { hearShell, tellShell } from '../link/shell.ts';

/** What the page does when the shell asks it to. */
export interface DesktopActions {
  command(command: ShellCommand): void;
  openWall(number: number): void;
  askForPin(): void;
}

/** The desktop app around this page; in a browser there is none. */
export class Desktop {
  readonly exists: boolean = window.gatehouse?.desktop === true;
  #engine = $state.raw<EngineState>({ name: 'running' });
  #updates = $state.raw<UpdateState>({ name: 'off', reason: null });
  #isFullScreen = $state(false);
  #isKiosk = $state(false);
  #isSeen = $state(true);

  /** How the engine's process is. */
  get engine(): EngineState {
    return this.#engine;
  }

  /** How it stands with new versions. */
  get updates(): UpdateState {
    return this.#updates;
  }

  get isFullScreen(): boolean {
    return this.#isFullScreen;
  }

  get isKiosk(): boolean {
    return this.#isKiosk;
  }

  /** Somebody may see the window. */
  get isSeen(): boolean {
    return this.#isSeen;
  }

  toggleFullScreen(): void {
    tellShell({ type: 'toggle-full-screen' });
  }

  /** Follows the shell until the signal is aborted. */
  follow(actions: DesktopActions, signal: AbortSignal): void {
    hearShell((message) => {
      switch (message.type) {
        case 'engine':
          this.#engine = message.state;
          void this.#translate(message.state);
          break;
        case 'updates':
          this.#updates = message.state;
          break;
        case 'window':
          this.#isFullScreen = message.isFullScreen;
          this.#isKiosk = message.isKiosk;
          this.#isSeen = message.isSeen;
          break;
        case 'command':
          actions.command(message.command);
          break;
        case 'open-wall':
          actions.openWall(message.number);
          break;
        case 'pin-wanted':
          actions.askForPin();
          break;
        case 'engine-port':
        case 'pin-refused':
          // For the link, and for the dialog that has asked.
          break;
        default:
          message satisfies never;
      }
    }, signal);
  }

  /** The reason is said in English until its words have come. */
  async #translate(state: EngineState): Promise<void> {
    if (state.name === 'running' || state.reason === null) return;
    const reason = await sentenceInReadersWords(state.reason);
    if (this.#engine === state) this.#engine = { ...state, reason };
  }
}
