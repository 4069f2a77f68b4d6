import { abortableDelay } from '../base/retry.ts';
import { find, findAll, textAt, Xml, type XmlElement, xml } from '../base/xml.ts';
import { type Notification, parseNotification } from './notification.ts';
import { serviceAddress } from './onvif-address.ts';
import type { OnvifCaller } from './onvif-caller.ts';
import { isAboutThis, type OnvifDevice, serviceNamespaces } from './onvif-device.ts';

/** Of a pull: how long the device may wait for something to tell. */
const pullSeconds = 20;
/** A subscription that is not renewed ends by itself after this time: what a crash leaves behind at the device. */
const lifeSeconds = 60;
const renewMilliseconds = 25_000;
/** A device that answers without waiting is not asked more often than this. */
const minimumPullMilliseconds = 250;
const idlePullMilliseconds = 2_000;
const maximumMessages = 100;
const farewellMilliseconds = 2_000;
const patienceMilliseconds = 1_000;
/** What a device wants to have back in every request to a subscription: Axis puts an id there. */
const maximumParameters = 8;
const maximumParameterCharacters = 512;

const actions = {
  create: `${serviceNamespaces.events}/EventPortType/CreatePullPointSubscriptionRequest`,
  pull: `${serviceNamespaces.events}/PullPointSubscription/PullMessagesRequest`,
  renew: 'http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest',
  unsubscribe: 'http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest',
} as const;

/** A pull point at a device (ONVIF core specification, section 9.2), held for as long as it is. */
interface Subscription {
  readonly url: URL;
  readonly parameters: readonly Xml[];
}

/** Events: a subscription of ours at the device, asked again and again what is new. */
export class OnvifEvents {
  readonly #caller: OnvifCaller;
  readonly #device: OnvifDevice;

  constructor(caller: OnvifCaller, device: OnvifDevice) {
    this.#caller = caller;
    this.#device = device;
  }

  /**
   * What the device reports, at most 100 messages at a time and four times a second, until the signal is aborted or the
   * device fails; then the subscription is given back. How it is at the beginning comes first, where the device tells.
   * @param onSubscribed the device has taken the subscription
   * @throws GatehouseError as `OnvifCaller.call`
   */
  async *watch(signal: AbortSignal, onSubscribed: () => void = () => {}): AsyncGenerator<Notification[]> {
    const subscription = await this.#subscribe(signal);
    try {
      onSubscribed();
      yield* this.#pull(subscription, signal);
    } finally {
      await this.#unsubscribe(subscription);
    }
  }

  async *#pull(subscription: Subscription, signal: AbortSignal): AsyncGenerator<Notification[]> {
    let renewedAt = performance.now();
    while (!signal.aborted) {
      const askedAt = performance.now();
      const answer = await this.#call(subscription, 'PullMessages', actions.pull, {
        body: xml`<tev:PullMessages><tev:Timeout>PT${pullSeconds}S</tev:Timeout><tev:MessageLimit>${maximumMessages}</tev:MessageLimit></tev:PullMessages>`,
        milliseconds: (pullSeconds + 5) * 1_000,
        signal,
      });
      const messages = findAll(answer, 'NotificationMessage').slice(0, maximumMessages);
      const notifications = messages.flatMap((message) => parseNotification(message) ?? []);
      if (notifications.length > 0) yield notifications;
      if (performance.now() - renewedAt > renewMilliseconds) {
        await this.#renew(subscription, signal);
        renewedAt = performance.now();
      }
      const least = messages.length === 0 ? idlePullMilliseconds : minimumPullMilliseconds;
      const left = askedAt + least - performance.now();
      if (left > 0) await abortableDelay(left, signal);
    }
  }

  async #subscribe(signal: AbortSignal): Promise<Subscription> {
    const services = await this.#device.services(signal);
    const device = this.#caller.target.url;
    // Some have events and do not say so (Reolink, Tapo): their device service takes the request.
    const url = services.get('events') ?? device;
    // Not given up in the middle: a subscription whose answer nobody reads could not be given back.
    using patience = patient(signal);
    const answer = await this.#caller.call({
      url,
      operation: 'CreatePullPointSubscription',
      namespace: serviceNamespaces.events,
      action: actions.create,
      headers: addressing(url, actions.create),
      body: xml`<tev:CreatePullPointSubscription><tev:InitialTerminationTime>PT${lifeSeconds}S</tev:InitialTerminationTime></tev:CreatePullPointSubscription>`,
      signal: patience.signal,
    });
    const reference = find(answer, 'SubscriptionReference');
    const named = textAt(reference, 'Address');
    return {
      url: named === undefined ? url : serviceAddress(named, device),
      parameters: referenceParameters(find(reference, 'ReferenceParameters')),
    };
  }

  async #renew(subscription: Subscription, signal: AbortSignal): Promise<void> {
    try {
      await this.#call(subscription, 'Renew', actions.renew, {
        body: xml`<wsnt:Renew><wsnt:TerminationTime>PT${lifeSeconds}S</wsnt:TerminationTime></wsnt:Renew>`,
        signal,
      });
    } catch (error) {
      // Many do not know it: a pull keeps the subscription there. Where it does not, the next pull fails.
      if (!isAboutThis(error)) throw error;
    }
  }

  /** Devices hold few subscriptions: one that is not given back may keep the next start from getting one. */
  async #unsubscribe(subscription: Subscription): Promise<void> {
    try {
      await this.#call(subscription, 'Unsubscribe', actions.unsubscribe, {
        body: xml`<wsnt:Unsubscribe/>`,
        milliseconds: farewellMilliseconds,
        signal: AbortSignal.timeout(farewellMilliseconds),
      });
    } catch {
      // It ends by itself.
    }
  }

  #call(
    { url, parameters }: Subscription,
    operation: string,
    action: string,
    { body, milliseconds, signal }: { body: Xml; milliseconds?: number; signal: AbortSignal },
  ): Promise<XmlElement> {
    return this.#caller.call({
      url,
      operation,
      namespace: serviceNamespaces.events,
      action,
      headers: [...addressing(url, action), ...parameters],
      body,
      ...(milliseconds === undefined ? {} : { milliseconds }),
      signal,
    });
  }
}

/** A signal that is aborted a second after another one. */
function patient(signal: AbortSignal): { readonly signal: AbortSignal } & Disposable {
  signal.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => late.abort(signal.reason), patienceMilliseconds);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: late.signal,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(timer);
    },
  };
}

/** WS-Addressing 1.0: which subscription is meant, for devices with one address for all. */
function addressing(to: URL, action: string): Xml[] {
  return [
    xml`<wsa:Action>${action}</wsa:Action>`,
    xml`<wsa:MessageID>urn:uuid:${crypto.randomUUID()}</wsa:MessageID>`,
    xml`<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>`,
    xml`<wsa:To>${to.href}</wsa:To>`,
  ];
}

/** What stands in there comes back as headers (WS-Addressing 1.0 SOAP binding, section 3.4); texts only. */
function referenceParameters(element: XmlElement | undefined): Xml[] {
  return (element?.elements ?? [])
    .slice(0, maximumParameters)
    .filter(
      ({ name, text }) => /^[A-Za-z_][\w.-]{0,63}$/.test(name) && text.length <= maximumParameterCharacters,
    )
    .map(({ name, namespace, text }) => {
      const qualified = new Xml(`p:${name}`);
      return xml`<${qualified} xmlns:p="${namespace}" wsa:IsReferenceParameter="true">${text}</${qualified}>`;
    });
}
