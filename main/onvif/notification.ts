import { find, findAll, textAt, type XmlElement } from '../base/xml.ts';
import type { EventState, ReportedKind } from '../contract/event.ts';
import { flag, orNull, shortText } from './onvif-values.ts';
import { withoutPrefix } from './soap-message.ts';

/** One message of a device that means something to us. */
export interface Notification {
  readonly kind: ReportedKind;
  readonly state: EventState;
  /** Which rule, input or video source of the device; empty when it does not say. */
  readonly source: string;
  /** By the device's clock: milliseconds since 1970; null when it does not say. */
  readonly at: number | null;
  /** Tells how it was when the subscription began, rather than a change. */
  readonly isInitial: boolean;
}

/**
 * What topics mean, without their prefixes (ONVIF analytics, imaging and device IO specifications, and what makers send
 * beside them). The first that fits the end of a topic's path counts.
 */
const topics: readonly (readonly [pattern: RegExp, kind: ReportedKind])[] = [
  [/^RuleEngine\/CellMotionDetector\/Motion$/, 'motion'],
  [/^RuleEngine\/MotionRegionDetector\/Motion$/, 'motion'],
  [/^VideoSource\/MotionAlarm$/, 'motion'],
  [/^VideoAnalytics\/MotionDetection$/, 'motion'],
  [/^VideoSource\/GlobalSceneChange\/\w+$/, 'tamper'],
  [/^VideoSource\/ImageTooBlurry\/\w+$/, 'tamper'],
  [/^VideoSource\/ImageTooDark\/\w+$/, 'tamper'],
  [/^VideoSource\/ImageTooBright\/\w+$/, 'tamper'],
  [/^RuleEngine\/TamperDetector\/Tamper$/, 'tamper'],
  [/^Device\/Trigger\/DigitalInput$/, 'input'],
  [/^Device\/IO\/(?:Virtual)?(?:Port|Input)$/, 'input'],
  [/^RuleEngine\/LineDetector\/Crossed$/, 'line-crossing'],
  [/^RuleEngine\/LineCounter\/Crossed$/, 'line-crossing'],
];

/** The items that hold a state; whatever else there is names objects and places. */
const stateItems: ReadonlySet<string> = new Set([
  'State',
  'IsMotion',
  'IsTamper',
  'LogicalState',
  'Value',
  'state',
  'active',
]);

const sourceCharacters = 200;

/** Null when the message is none of the kinds, or makes no sense. @param message `wsnt:NotificationMessage` */
export function parseNotification(message: XmlElement): Notification | null {
  const topic = (textAt(message, 'Topic') ?? '').split('/').map(withoutPrefix).join('/');
  const kind = topics.find(([pattern]) => pattern.test(topic))?.[1];
  const body = find(message, 'Message', 'Message');
  if (kind === undefined || body === undefined) return null;
  const operation = body.attributes.get('PropertyOperation');
  if (operation === 'Deleted') return null;
  const state = kind === 'line-crossing' ? 'pulse' : stateOf(body);
  if (state === null) return null;
  const time = Date.parse(body.attributes.get('UtcTime') ?? '');
  return {
    kind,
    state,
    source: sourceOf(body),
    at: Number.isFinite(time) ? time : null,
    isInitial: operation === 'Initialized',
  };
}

function stateOf(body: XmlElement): EventState | null {
  for (const item of findAll(find(body, 'Data'), 'SimpleItem')) {
    if (!stateItems.has(item.attributes.get('Name') ?? '')) continue;
    const value = item.attributes.get('Value') ?? '';
    const isOn = orNull(flag, value) ?? (value === 'active' ? true : value === 'inactive' ? false : null);
    if (isOn !== null) return isOn ? 'begin' : 'end';
  }
  return null;
}

/** `VideoSourceToken=1 Rule=Door`: what tells two detectors of one device apart. */
function sourceOf(body: XmlElement): string {
  return findAll(find(body, 'Source'), 'SimpleItem')
    .slice(0, 8)
    .map(({ attributes }) => {
      const read = (name: string) => orNull(shortText, attributes.get(name)) ?? '';
      return `${read('Name')}=${read('Value')}`;
    })
    .join(' ')
    .slice(0, sourceCharacters);
}
