import { find, textAt, type Xml, type XmlElement, xml } from '../base/xml.ts';
import type { OnvifCaller } from './onvif-caller.ts';
import { type OnvifDevice, serviceNamespaces } from './onvif-device.ts';
import { decimal, orNull, shortText } from './onvif-values.ts';

/** Each in units of the device, within its own range; null where it has none. */
export interface ImagingSettings {
  readonly brightness: number | null;
  readonly contrast: number | null;
  readonly saturation: number | null;
  readonly sharpness: number | null;
  readonly focus: 'auto' | 'manual' | null;
  /** Day and night, as the device names it: `ON`, `OFF`, `AUTO`. */
  readonly infraredCutFilter: string | null;
}

export type ImagingChange = Partial<
  Pick<ImagingSettings, 'brightness' | 'contrast' | 'saturation' | 'sharpness' | 'focus'>
>;

export interface ImagingRange {
  readonly minimum: number;
  readonly maximum: number;
}

export interface ImagingOptions {
  readonly brightness: ImagingRange | null;
  readonly contrast: ImagingRange | null;
  readonly saturation: ImagingRange | null;
  readonly sharpness: ImagingRange | null;
}

/** The imaging service (ONVIF imaging specification): everything is for a video source, which a media profile names. */
export class OnvifImaging {
  readonly #caller: OnvifCaller;
  readonly #device: OnvifDevice;

  constructor(caller: OnvifCaller, device: OnvifDevice) {
    this.#caller = caller;
    this.#device = device;
  }

  async settings(source: string, signal: AbortSignal): Promise<ImagingSettings> {
    const body = xml`<timg:GetImagingSettings>${sourceToken(source)}</timg:GetImagingSettings>`;
    const settings = find(await this.#call('GetImagingSettings', body, signal), 'ImagingSettings');
    const number = (name: string) => orNull(decimal, textAt(settings, name));
    const focus = textAt(settings, 'Focus', 'AutoFocusMode');
    return {
      brightness: number('Brightness'),
      contrast: number('Contrast'),
      saturation: number('ColorSaturation'),
      sharpness: number('Sharpness'),
      focus: focus === 'AUTO' ? 'auto' : focus === 'MANUAL' ? 'manual' : null,
      infraredCutFilter: orNull(shortText, textAt(settings, 'IrCutFilter')),
    };
  }

  async options(source: string, signal: AbortSignal): Promise<ImagingOptions> {
    const body = xml`<timg:GetOptions>${sourceToken(source)}</timg:GetOptions>`;
    const options = find(await this.#call('GetOptions', body, signal), 'ImagingOptions');
    return {
      brightness: rangeOf(find(options, 'Brightness')),
      contrast: rangeOf(find(options, 'Contrast')),
      saturation: rangeOf(find(options, 'ColorSaturation')),
      sharpness: rangeOf(find(options, 'Sharpness')),
    };
  }

  /** What is left out stays as it is; it outlives a restart of the device. */
  async change(source: string, change: ImagingChange, signal: AbortSignal): Promise<void> {
    const { brightness, contrast, saturation, sharpness, focus } = change;
    const part = (name: string, value: number | null | undefined) =>
      value === null || value === undefined ? null : xml`<tt:${name}>${value}</tt:${name}>`;
    // In the order of the schema (tt:ImagingSettings20), which devices insist on.
    const settings = xml`${part('Brightness', brightness)}${part('ColorSaturation', saturation)}${part('Contrast', contrast)}${
      focus === null || focus === undefined
        ? null
        : xml`<tt:Focus><tt:AutoFocusMode>${focus.toUpperCase()}</tt:AutoFocusMode></tt:Focus>`
    }${part('Sharpness', sharpness)}`;
    const body = xml`<timg:SetImagingSettings>${sourceToken(source)}<timg:ImagingSettings>${settings}</timg:ImagingSettings><timg:ForcePersistence>true</timg:ForcePersistence></timg:SetImagingSettings>`;
    await this.#call('SetImagingSettings', body, signal);
  }

  /** Until it is told to stop. @param speed negative: closer */
  async moveFocus(source: string, speed: number, signal: AbortSignal): Promise<void> {
    const focus = xml`<timg:Focus><tt:Continuous><tt:Speed>${speed}</tt:Speed></tt:Continuous></timg:Focus>`;
    await this.#call('Move', xml`<timg:Move>${sourceToken(source)}${focus}</timg:Move>`, signal);
  }

  async stopFocus(source: string, signal: AbortSignal): Promise<void> {
    await this.#call('Stop', xml`<timg:Stop>${sourceToken(source)}</timg:Stop>`, signal);
  }

  async #call(operation: string, body: Xml, signal: AbortSignal): Promise<XmlElement> {
    const url = await this.#device.service('imaging', signal);
    return await this.#caller.call({ url, operation, namespace: serviceNamespaces.imaging, body, signal });
  }
}

function sourceToken(source: string): Xml {
  return xml`<timg:VideoSourceToken>${source}</timg:VideoSourceToken>`;
}

function rangeOf(element: XmlElement | undefined): ImagingRange | null {
  const minimum = orNull(decimal, textAt(element, 'Min'));
  const maximum = orNull(decimal, textAt(element, 'Max'));
  return minimum === null || maximum === null ? null : { minimum, maximum };
}
