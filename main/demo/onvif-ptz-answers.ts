import { type Answer, escapeXml, OnvifFault, profileOf } from './onvif-answers.ts';
import type { Motor, Position } from './onvif-motor.ts';
import { type Node, nodeAt, numberOf, textOf } from './onvif-request.ts';

const maximumPresets = 16;
const home: Position = { pan: 0, tilt: 0, zoom: 0 };
const longestMoveMilliseconds = 60_000;

export interface Preset {
  readonly name: string;
  readonly position: Position;
}

const spaces = 'http://www.onvif.org/ver10/tptz';

/** The PTZ service of a virtual device. @param presets by their tokens  @param now `performance.now()` */
export function ptzAnswer(
  operation: string,
  body: Node,
  motor: Motor,
  presets: Map<string, Preset>,
  now: number,
): Answer | null {
  if (operation === 'GetNodes') return `<tptz:GetNodesResponse>${node()}</tptz:GetNodesResponse>`;
  const profile = profileOf(body);
  if (profile instanceof OnvifFault) return profile;
  const empty = `<tptz:${operation}Response/>`;
  switch (operation) {
    case 'ContinuousMove': {
      const velocity = vectorOf(nodeAt(body, 'Velocity'));
      if (velocity === null) return outOfRange();
      motor.drive(velocity, durationOf(textOf(body, 'Timeout')), now);
      return empty;
    }
    case 'RelativeMove':
    case 'AbsoluteMove': {
      const isRelative = operation === 'RelativeMove';
      const vector = vectorOf(nodeAt(body, isRelative ? 'Translation' : 'Position'));
      if (vector === null) return outOfRange();
      const from = motor.position(now);
      const target = isRelative
        ? Object.fromEntries(
            Object.entries(vector).map(([axis, by]) => [axis, from[axis as keyof Position] + by]),
          )
        : vector;
      motor.goTo(target, now);
      return empty;
    }
    case 'Stop':
      motor.stop(now);
      return empty;
    case 'GotoHomePosition':
      motor.goTo(home, now);
      return empty;
    case 'GetStatus': {
      const { pan, tilt, zoom } = motor.position(now);
      const state = motor.isMoving(now) ? 'MOVING' : 'IDLE';
      return `<tptz:GetStatusResponse><tptz:PTZStatus><tt:Position><tt:PanTilt x="${pan.toFixed(4)}" y="${tilt.toFixed(4)}" space="${spaces}/PanTiltSpaces/PositionGenericSpace"/><tt:Zoom x="${zoom.toFixed(4)}" space="${spaces}/ZoomSpaces/PositionGenericSpace"/></tt:Position><tt:MoveStatus><tt:PanTilt>${state}</tt:PanTilt><tt:Zoom>${state}</tt:Zoom></tt:MoveStatus><tt:UtcTime>${new Date().toISOString()}</tt:UtcTime></tptz:PTZStatus></tptz:GetStatusResponse>`;
    }
    case 'GetPresets':
      return `<tptz:GetPresetsResponse>${[...presets]
        .map(
          ([token, { name }]) =>
            `<tptz:Preset token="${token}"><tt:Name>${escapeXml(name)}</tt:Name></tptz:Preset>`,
        )
        .join('')}</tptz:GetPresetsResponse>`;
    case 'SetPreset': {
      const token = textOf(body, 'PresetToken') ?? freeToken(presets);
      if (textOf(body, 'PresetToken') !== undefined && !presets.has(token)) return noPreset();
      if (!presets.has(token) && presets.size >= maximumPresets) {
        return new OnvifFault('ter:TooManyPresets', 'There is no room for another preset');
      }
      const name = textOf(body, 'PresetName') ?? presets.get(token)?.name ?? token;
      presets.set(token, { name, position: motor.position(now) });
      return `<tptz:SetPresetResponse><tptz:PresetToken>${token}</tptz:PresetToken></tptz:SetPresetResponse>`;
    }
    case 'GotoPreset': {
      const preset = presets.get(textOf(body, 'PresetToken') ?? '');
      if (preset === undefined) return noPreset();
      motor.goTo(preset.position, now);
      return empty;
    }
    case 'RemovePreset':
      return presets.delete(textOf(body, 'PresetToken') ?? '') ? empty : noPreset();
    default:
      return null;
  }
}

function node(): string {
  const range = (name: string, minimum: number) =>
    `<tt:${name}><tt:Min>${minimum}</tt:Min><tt:Max>1</tt:Max></tt:${name}>`;
  const panTilt = (name: string, space: string) =>
    `<tt:${name}><tt:URI>${spaces}/PanTiltSpaces/${space}</tt:URI>${range('XRange', -1)}${range('YRange', -1)}</tt:${name}>`;
  const zoom = (name: string, space: string, minimum: number) =>
    `<tt:${name}><tt:URI>${spaces}/ZoomSpaces/${space}</tt:URI>${range('XRange', minimum)}</tt:${name}>`;
  return `<tptz:PTZNode token="node" FixedHomePosition="true"><tt:Name>Pan, tilt and zoom</tt:Name><tt:SupportedPTZSpaces>${panTilt('AbsolutePanTiltPositionSpace', 'PositionGenericSpace')}${zoom('AbsoluteZoomPositionSpace', 'PositionGenericSpace', 0)}${panTilt('RelativePanTiltTranslationSpace', 'TranslationGenericSpace')}${zoom('RelativeZoomTranslationSpace', 'TranslationGenericSpace', -1)}${panTilt('ContinuousPanTiltVelocitySpace', 'VelocityGenericSpace')}${zoom('ContinuousZoomVelocitySpace', 'VelocityGenericSpace', -1)}</tt:SupportedPTZSpaces><tt:MaximumNumberOfPresets>${maximumPresets}</tt:MaximumNumberOfPresets><tt:HomeSupported>true</tt:HomeSupported></tptz:PTZNode>`;
}

/** Null when something in it is out of its range. */
function vectorOf(vector: Node): Partial<Position> | null {
  const panTilt = nodeAt(vector, 'PanTilt');
  const found = {
    pan: numberOf(panTilt, '@x'),
    tilt: numberOf(panTilt, '@y'),
    zoom: numberOf(nodeAt(vector, 'Zoom'), '@x'),
  };
  const given = Object.entries(found).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return given.some(([, value]) => Math.abs(value) > 1) ? null : Object.fromEntries(given);
}

/** `PT5S`; a minute when it makes no sense. */
function durationOf(text: string | undefined): number {
  const seconds = Number(/^PT(\d+(?:\.\d+)?)S$/.exec(text ?? '')?.[1]);
  return Number.isFinite(seconds)
    ? Math.min(seconds * 1_000, longestMoveMilliseconds)
    : longestMoveMilliseconds;
}

function freeToken(presets: ReadonlyMap<string, Preset>): string {
  let number = presets.size + 1;
  while (presets.has(`preset-${number}`)) number++;
  return `preset-${number}`;
}

function outOfRange(): OnvifFault {
  return new OnvifFault('ter:InvalidPosition', 'Out of range');
}

function noPreset(): OnvifFault {
  return new OnvifFault('ter:NoToken', 'There is no such preset');
}
