import { performance } from 'node:perf_hooks';
import { GatehouseError } from '../base/gatehouse-error.ts';
import { OnvifClient, type OnvifTarget } from '../onvif/onvif-client.ts';
import { type Judgement, judge, judgeOnvif, judgeOnvifFailure, milliseconds, skipped } from './findings.ts';

/** For a subscription: taken, and given back. */
const subscribeMilliseconds = 8_000;

export interface OnvifExamination {
  /** By how much its clock is ahead of ours, milliseconds; null: it did not tell. */
  readonly clockAhead: number | null;
  readonly services: Judgement;
  readonly events: Judgement;
  /** What names this one device. */
  readonly names: readonly string[];
}

/**
 * Asks an ONVIF device what it is, one question after the other; a password that is refused ends it.
 * @param options.isRefused the streams did not take the password: the clock is asked for, which takes none, and nothing else
 * @throws the signal's reason when it is aborted
 */
export async function examineOnvif(
  target: OnvifTarget,
  options: { isRefused: boolean; signal: AbortSignal; onStep: (step: 'onvif' | 'events') => void },
): Promise<OnvifExamination> {
  const { isRefused, signal, onStep } = options;
  let clockAhead: number | null = null;
  const names: string[] = [];
  try {
    const client = await OnvifClient.connect(target, signal);
    clockAhead = client.tellsTime ? client.clockOffset : null;
    onStep('onvif');
    if (isRefused) {
      const why = 'Not asked: the camera does not take the password.';
      return { clockAhead, services: skipped(why), events: skipped(why), names };
    }
    const services = await client.device.services(signal);
    const { manufacturer, model, firmwareVersion, serialNumber, hardwareId } =
      await client.device.information(signal);
    names.push(...[serialNumber, hardwareId].filter((name) => name !== null));
    const interfaces = await client.device.networkInterfaces(signal).catch(() => []);
    signal.throwIfAborted();
    names.push(...interfaces.flatMap(({ mac }) => mac ?? []));
    const judgement = judgeOnvif({
      maker: manufacturer,
      model,
      firmware: firmwareVersion,
      services: [...services.keys()],
    });
    onStep('events');
    return { clockAhead, services: judgement, events: await examineEvents(client, signal), names };
  } catch (thrown) {
    signal.throwIfAborted();
    const error = GatehouseError.from(thrown);
    return {
      clockAhead,
      services: judgeOnvifFailure(error),
      events: skipped('ONVIF did not answer.'),
      names,
    };
  }
}

/** Subscribes and gives it back at once. */
async function examineEvents(client: OnvifClient, signal: AbortSignal): Promise<Judgement> {
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal, AbortSignal.timeout(subscribeMilliseconds)]);
  const startedAt = performance.now();
  let elapsed: number | undefined;
  try {
    const events = client.events.watch(within, () => {
      elapsed = performance.now() - startedAt;
      stop.abort();
    });
    for await (const _events of events) break;
  } catch (thrown) {
    signal.throwIfAborted();
    if (elapsed === undefined) return judgeOnvifFailure(GatehouseError.from(thrown));
  }
  signal.throwIfAborted();
  return elapsed === undefined
    ? judge(
        'problem',
        'no answer',
        'The camera does not answer when it is asked for events.',
        'Restart the camera.',
      )
    : judge('ok', milliseconds(elapsed), 'It takes subscriptions: motion and alarms can be reported.');
}
