import type {
  Camera,
  CameraCertificate,
  CameraConnection,
  CameraTransport,
  FoundStreams,
  StreamFacts,
  StreamInput,
  StreamRemark,
} from '../../main/contract/camera.ts';
import { m } from '../language/messages.ts';
import { refusalWords } from '../language/refusal-words.ts';
import type { CallFailure } from '../link/call-error.ts';
import type { EngineClient } from '../link/engine-client.ts';
import type { Stream } from '../playback/stream.ts';
import type { Station } from '../state/station.svelte.ts';
import { errorWords } from '../wall/error-words.ts';
import { candidatesOf } from './found-candidates.ts';

const fields = ['address', 'subUrl', 'username', 'password', 'name', 'number', 'group'] as const;
export type FieldName = (typeof fields)[number];

/** The live picture of what was typed, before anything is stored. */
export type Trial =
  | { readonly name: 'none' }
  /** Only the address is known: ONVIF is asked, then the usual paths are tried. */
  | { readonly name: 'searching' }
  | { readonly name: 'opening'; readonly stream: Stream | null }
  | { readonly name: 'playing'; readonly stream: Stream; readonly facts: StreamFacts }
  | {
      readonly name: 'failed';
      readonly reason: string;
      readonly advice: string;
      /** What a person has to say yes to, before the camera is spoken to. */
      readonly certificate: CameraCertificate | null;
    };

/** What is known of the pictures beside their size. */
interface Traits {
  readonly remarks: readonly StreamRemark[];
  /** Width through height as they are to be shown; null: as they are. */
  readonly shape: number | null;
}

const plainTraits: Traits = { remarks: [], shape: null };

/** A camera as it is typed, new or not, and what the engine said about it. */
export class CameraForm {
  readonly values: Record<FieldName, string>;
  connection: CameraConnection = $state('on-demand');
  transport: CameraTransport = $state('automatic');
  mayStandStill: boolean = $state(false);
  /** Of a new recorder: all of its channels become cameras, not the one that is shown alone. */
  allChannels: boolean = $state(true);
  /** Fingerprint of the certificate that is trusted. */
  #certificate: string | null;
  readonly #station: Station;
  readonly #existing: Camera | null;
  #fieldErrors = $state.raw<Partial<Record<FieldName, string>>>({});
  #error = $state<string | null>(null);
  #busy = $state(false);
  #trial = $state.raw<Trial>({ name: 'none' });
  #traits = $state.raw<Traits>(plainTraits);
  #trying = new AbortController();
  #found = $state.raw<FoundStreams | null>(null);

  /** @param existing null: a new camera */
  constructor(station: Station, existing: Camera | null) {
    this.#station = station;
    this.#existing = existing;
    this.values = $state({
      address: existing?.mainUrl ?? '',
      subUrl: existing?.subUrl ?? '',
      username: existing?.username ?? '',
      password: '',
      name: existing?.name ?? '',
      number: existing === null ? '' : String(existing.number),
      group: existing?.group ?? '',
    });
    this.transport = existing?.transport ?? 'automatic';
    this.mayStandStill = existing?.mayStandStill ?? false;
    this.#certificate = existing?.certificate ?? null;
    this.connection = existing?.connection ?? station.site?.settings.newCameraConnection ?? 'on-demand';
  }

  get fieldErrors(): Partial<Record<FieldName, string>> {
    return this.#fieldErrors;
  }

  /** What is wrong with no field in particular. */
  get error(): string | null {
    return this.#error;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get trial(): Trial {
    return this.#trial;
  }

  get traits(): Traits {
    return this.#traits;
  }

  /** What is opened to try it. */
  get stream(): StreamInput {
    const { address, username, password } = this.values;
    return {
      mainUrl: address,
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(this.#existing === null ? {} : { cameraId: this.#existing.id }),
      transport: this.transport,
      certificate: this.#certificate,
    };
  }

  /** What was found at the address that is there now. */
  get found(): FoundStreams | null {
    return this.#found?.mainUrl === this.values.address ? this.#found : null;
  }

  /** How many cameras a new recorder can become; 0: it is none. */
  get channels(): number {
    return this.#existing === null ? (this.found?.channels.length ?? 0) : 0;
  }

  /** Shows the live picture of what was typed; looks for the streams first where only an address was. */
  async try(): Promise<void> {
    this.stop();
    this.#clearErrors();
    const { signal } = this.#trying;
    if (!(await this.#findStreams(signal)) || signal.aborted) return;
    this.#trial = { name: 'opening', stream: null };
    const input = this.stream;
    const { failure } = await this.#station.ask(async (client) => {
      for await (const event of await client.cameras.preview(input, { signal })) {
        if (signal.aborted) return;
        if (event.type === 'opened') {
          const stream: Stream = { cameraId: event.previewId, profile: 'main' };
          this.#trial = { name: 'opening', stream };
          this.#station.stage.previews = [stream];
        } else if (event.type === 'facts') {
          const [preview] = this.#station.stage.previews;
          if (preview !== undefined) this.#trial = { name: 'playing', stream: preview, facts: event.facts };
        } else if (event.status.state === 'playing') {
          const { remarks = [], shape = null } = event.status;
          this.#traits = { remarks, shape };
        } else if (event.status.state === 'waiting') {
          // Once is enough: a password that is wrong must not be tried again and again.
          const { error } = event.status;
          this.stop();
          this.#fail({ ...error, issues: [] }, error.certificate ?? null);
        }
      }
    });
    if (failure !== null && !signal.aborted) this.#fail(failure);
  }

  /** A person has compared the certificate and says that it is the camera's: kept with the camera when it is saved. */
  async trust({ fingerprint }: CameraCertificate): Promise<void> {
    this.#certificate = fingerprint;
    await this.try();
  }

  /** Ends the live picture. */
  stop(): void {
    this.#trying.abort();
    this.#trying = new AbortController();
    this.#station.stage.previews = [];
    this.#trial = { name: 'none' };
    this.#traits = plainTraits;
  }

  /** Stores the camera; true when the engine has. */
  async save(): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    this.#clearErrors();
    try {
      if (!(await this.#findStreams(this.#trying.signal))) return false;
      const { failure } = await this.#station.ask((client) =>
        this.#existing === null
          ? this.#add(client)
          : client.cameras.edit({ id: this.#existing.id, ...this.#changes(this.#existing) }),
      );
      if (failure !== null) this.#refuse(failure);
      return failure === null;
    } finally {
      this.#busy = false;
    }
  }

  /** Makes full addresses of what is only a host; true when there is one, or was from the beginning. */
  async #findStreams(signal: AbortSignal): Promise<boolean> {
    const address = this.values.address.trim();
    if (address === '' || /^[a-z]+:\/\//i.test(address)) return true;
    this.#trial = { name: 'searching' };
    const { username, password } = this.values;
    const result = await this.#station.ask((client) =>
      client.cameras.find(
        {
          address,
          ...(username === '' ? {} : { username }),
          ...(password === '' ? {} : { password }),
          ...(this.#existing === null ? {} : { cameraId: this.#existing.id }),
        },
        { signal },
      ),
    );
    if (signal.aborted) return false;
    this.#trial = { name: 'none' };
    if (result.failure !== null) {
      this.#fail(result.failure);
      return false;
    }
    this.#found = result.answer;
    this.values.address = result.answer.mainUrl;
    if (this.values.subUrl.trim() === '') this.values.subUrl = result.answer.subUrl ?? '';
    if (this.values.name.trim() === '') this.values.name = result.answer.onvif?.name ?? '';
    return true;
  }

  async #add(client: EngineClient): Promise<unknown> {
    const { found } = this;
    const input = this.#input();
    if (found === null || this.channels === 0 || !this.allChannels) return await client.cameras.add(input);
    const known = new Set(this.#station.mirror.cameras.map(({ mainUrl }) => mainUrl));
    // The next free numbers, from the one that was typed on.
    const cameras = candidatesOf('', input.name, found, known).map(({ name, mainUrl, subUrl }, index) => ({
      ...input,
      ...{ name, mainUrl, subUrl, onvifUrl: null },
      ...(input.number === undefined ? {} : { number: input.number + index }),
    }));
    return cameras.length === 0 ? await client.cameras.add(input) : await client.cameras.addAll({ cameras });
  }

  #input() {
    const { address, subUrl, username, password, name, number, group } = this.values;
    const onvif = this.found?.onvif ?? null;
    return {
      name,
      group,
      mainUrl: address,
      subUrl: subUrl.trim() === '' ? null : subUrl,
      connection: this.connection,
      transport: this.transport,
      mayStandStill: this.mayStandStill,
      certificate: this.#certificate,
      ...(onvif === null ? {} : { onvifUrl: onvif.url }),
      ...(number.trim() === '' ? {} : { number: Number(number) }),
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
    };
  }

  #changes(existing: Camera) {
    const { username, number } = this.values;
    return {
      ...this.#input(),
      number: number.trim() === '' ? existing.number : Number(number),
      ...(username === '' ? { username: null, password: null } : {}),
    };
  }

  #clearErrors(): void {
    this.#error = null;
    this.#fieldErrors = {};
  }

  /** The picture cannot be shown. */
  #fail(failure: CallFailure, certificate: CameraCertificate | null = null): void {
    this.#refuse(failure);
    // Said beside the field.
    if (Object.keys(this.#fieldErrors).length > 0) {
      this.#trial = { name: 'none' };
      return;
    }
    if (failure.code === 'no-answer') {
      this.#trial = { name: 'failed', reason: failure.message, advice: '', certificate };
      return;
    }
    const { reason } = errorWords[failure.code];
    this.#trial = { name: 'failed', reason, advice: refusalWords(failure.message), certificate };
    this.#error = null;
    if (failure.code === 'camera-refused-credentials') {
      this.#fieldErrors = { password: m.cameras_password_refused(), ...this.#fieldErrors };
    }
  }

  #refuse(failure: CallFailure): void {
    const errors: Partial<Record<FieldName, string>> = {};
    for (const { path, message } of failure.issues) {
      // Of the channels of a recorder: `cameras[3].name`.
      const field = path.replace(/^cameras\[\d+\]\./, '');
      const name = field === 'mainUrl' ? 'address' : field;
      const known = fields.find((each) => each === name);
      if (known !== undefined) errors[known] ??= message;
    }
    this.#fieldErrors = errors;
    if (Object.keys(errors).length === 0) this.#error = failure.message;
  }
}
