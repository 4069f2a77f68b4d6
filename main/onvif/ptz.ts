import { find, findAll, textAt, type Xml, type XmlElement, xml } from '../base/xml.ts';
import type { OnvifCaller } from './onvif-caller.ts';
import { type OnvifDevice, serviceNamespaces } from './onvif-device.ts';
import { onvifFailed } from './onvif-errors.ts';
import { decimal, flag, orNull, shortText, token, wholeNumber } from './onvif-values.ts';

/** Generic spaces of ONVIF: -1 … 1, to the right, upwards and closer. What is left out does not move. */
export interface PtzVector {
  readonly pan?: number;
  readonly tilt?: number;
  /** As a position 0 … 1. */
  readonly zoom?: number;
}

export interface PtzPreset {
  readonly token: string;
  readonly name: string;
}

/** What one PTZ node can do. */
export interface PtzNode {
  readonly token: string;
  readonly name: string;
  readonly continuous: boolean;
  readonly relative: boolean;
  readonly absolute: boolean;
  readonly zoom: boolean;
  readonly home: boolean;
  /** 0: it keeps none. */
  readonly maximumPresets: number;
}

/** Null where the device does not say. */
export interface PtzStatus {
  readonly pan: number | null;
  readonly tilt: number | null;
  readonly zoom: number | null;
  readonly isMoving: boolean | null;
}

const maximumPresets = 512;

/** The PTZ service (ONVIF PTZ specification): everything is for a media profile whose picture is to move. */
export class OnvifPtz {
  readonly #caller: OnvifCaller;
  readonly #device: OnvifDevice;

  constructor(caller: OnvifCaller, device: OnvifDevice) {
    this.#caller = caller;
    this.#device = device;
  }

  async nodes(signal: AbortSignal): Promise<PtzNode[]> {
    const answer = await this.#call('GetNodes', xml`<tptz:GetNodes/>`, signal);
    return findAll(answer, 'PTZNode')
      .slice(0, 64)
      .flatMap((node) => nodeOf(node));
  }

  /** Until it is told to stop, but not longer than the time. @param velocity -1 … 1  @param seconds 1 … 60 */
  async continuousMove(
    profile: string,
    velocity: PtzVector,
    seconds: number,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#call(
      'ContinuousMove',
      xml`<tptz:ContinuousMove><tptz:ProfileToken>${profile}</tptz:ProfileToken><tptz:Velocity>${vector(velocity)}</tptz:Velocity><tptz:Timeout>PT${Math.round(seconds)}S</tptz:Timeout></tptz:ContinuousMove>`,
      signal,
    );
  }

  /** By so much from where it is. @param translation -1 … 1 */
  async relativeMove(profile: string, translation: PtzVector, signal: AbortSignal): Promise<void> {
    await this.#call(
      'RelativeMove',
      xml`<tptz:RelativeMove><tptz:ProfileToken>${profile}</tptz:ProfileToken><tptz:Translation>${vector(translation)}</tptz:Translation></tptz:RelativeMove>`,
      signal,
    );
  }

  /** To a place. @param position pan and tilt -1 … 1, zoom 0 … 1 */
  async absoluteMove(profile: string, position: PtzVector, signal: AbortSignal): Promise<void> {
    await this.#call(
      'AbsoluteMove',
      xml`<tptz:AbsoluteMove><tptz:ProfileToken>${profile}</tptz:ProfileToken><tptz:Position>${vector(position)}</tptz:Position></tptz:AbsoluteMove>`,
      signal,
    );
  }

  async stop(profile: string, signal: AbortSignal): Promise<void> {
    await this.#call(
      'Stop',
      xml`<tptz:Stop><tptz:ProfileToken>${profile}</tptz:ProfileToken><tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom></tptz:Stop>`,
      signal,
    );
  }

  async presets(profile: string, signal: AbortSignal): Promise<PtzPreset[]> {
    const answer = await this.#call('GetPresets', ofProfile('GetPresets', profile), signal);
    return findAll(answer, 'Preset')
      .slice(0, maximumPresets)
      .flatMap((preset) => {
        const presetToken = orNull(token, preset.attributes.get('token'));
        if (presetToken === null) return [];
        return [{ token: presetToken, name: orNull(shortText, textAt(preset, 'Name')) ?? presetToken }];
      });
  }

  async goToPreset(profile: string, preset: string, signal: AbortSignal): Promise<void> {
    await this.#call('GotoPreset', ofProfile('GotoPreset', profile, presetToken(preset)), signal);
  }

  /** Keeps where it looks now. @param preset to be written over; null: a new one  @returns its token */
  async savePreset(
    profile: string,
    name: string,
    preset: string | null,
    signal: AbortSignal,
  ): Promise<string> {
    const more = xml`<tptz:PresetName>${name}</tptz:PresetName>${preset === null ? null : presetToken(preset)}`;
    const answer = await this.#call('SetPreset', ofProfile('SetPreset', profile, more), signal);
    const saved = orNull(token, textAt(answer, 'PresetToken')) ?? preset;
    if (saved === null) throw onvifFailed(this.#caller.address, 'saved a preset and did not say which');
    return saved;
  }

  async removePreset(profile: string, preset: string, signal: AbortSignal): Promise<void> {
    await this.#call('RemovePreset', ofProfile('RemovePreset', profile, presetToken(preset)), signal);
  }

  async goHome(profile: string, signal: AbortSignal): Promise<void> {
    await this.#call('GotoHomePosition', ofProfile('GotoHomePosition', profile), signal);
  }

  async status(profile: string, signal: AbortSignal): Promise<PtzStatus> {
    const answer = await this.#call('GetStatus', ofProfile('GetStatus', profile), signal);
    const status = find(answer, 'PTZStatus');
    const panTilt = find(status, 'Position', 'PanTilt')?.attributes;
    const moving = ['PanTilt', 'Zoom'].flatMap((part) => textAt(status, 'MoveStatus', part) ?? []);
    return {
      pan: orNull(decimal, panTilt?.get('x')),
      tilt: orNull(decimal, panTilt?.get('y')),
      zoom: orNull(decimal, find(status, 'Position', 'Zoom')?.attributes.get('x')),
      isMoving: moving.length === 0 ? null : moving.includes('MOVING'),
    };
  }

  async #call(operation: string, body: Xml, signal: AbortSignal): Promise<XmlElement> {
    const url = await this.#device.service('ptz', signal);
    return await this.#caller.call({ url, operation, namespace: serviceNamespaces.ptz, body, signal });
  }
}

type OfProfile =
  | 'GetPresets'
  | 'GotoPreset'
  | 'SetPreset'
  | 'RemovePreset'
  | 'GotoHomePosition'
  | 'GetStatus';

function ofProfile(operation: OfProfile, profile: string, more: Xml | null = null): Xml {
  const name = xml`tptz:${operation}`;
  return xml`<${name}><tptz:ProfileToken>${profile}</tptz:ProfileToken>${more}</${name}>`;
}

function presetToken(preset: string): Xml {
  return xml`<tptz:PresetToken>${preset}</tptz:PresetToken>`;
}

/** Without the parts that are left out: a camera without a zoom refuses a zoom of 0. */
function vector({ pan, tilt, zoom }: PtzVector): Xml {
  const panTilt =
    pan === undefined && tilt === undefined ? null : xml`<tt:PanTilt x="${pan ?? 0}" y="${tilt ?? 0}"/>`;
  return xml`${panTilt}${zoom === undefined ? null : xml`<tt:Zoom x="${zoom}"/>`}`;
}

function nodeOf(node: XmlElement): PtzNode[] {
  const nodeToken = orNull(token, node.attributes.get('token'));
  if (nodeToken === null) return [];
  const spaces = find(node, 'SupportedPTZSpaces');
  const has = (name: string) => find(spaces, name) !== undefined;
  return [
    {
      token: nodeToken,
      name: orNull(shortText, textAt(node, 'Name')) ?? nodeToken,
      continuous: has('ContinuousPanTiltVelocitySpace') || has('ContinuousZoomVelocitySpace'),
      relative: has('RelativePanTiltTranslationSpace') || has('RelativeZoomTranslationSpace'),
      absolute: has('AbsolutePanTiltPositionSpace') || has('AbsoluteZoomPositionSpace'),
      zoom: has('ContinuousZoomVelocitySpace') || has('AbsoluteZoomPositionSpace'),
      home: orNull(flag, textAt(node, 'HomeSupported')) ?? false,
      maximumPresets: orNull(wholeNumber, textAt(node, 'MaximumNumberOfPresets')) ?? 0,
    },
  ];
}
