/** What a virtual ONVIF device does wrong, as real ones do. Left out: nothing. */
export interface OnvifQuirks {
  /** Its clock is ahead by so much. */
  readonly clockSkewMilliseconds?: number;
  /** It gives its local time out as UTC, and counts in UTC itself: minutes ahead. */
  readonly localTimeAsUtcMinutes?: number;
  /** Wants credentials even to tell its time. */
  readonly clockNeedsCredentials?: boolean;
  /** The host of the service addresses that it names: `0.0.0.0`, another subnet. */
  readonly serviceHost?: string;
  /** The host of the stream and snapshot addresses that it names. */
  readonly streamHost?: string;
  /** It knows GetCapabilities only. */
  readonly withoutGetServices?: boolean;
  /** `half`: it names profiles without what is in them; `no-streams`: it gives no addresses. */
  readonly media2?: 'absent' | 'half' | 'no-streams';
  readonly media1?: 'absent';
  /** `unadvertised`: there, and not named; `absent`: named, and not there. */
  readonly pullPoint?: 'unadvertised' | 'absent';
  /** One address for all subscriptions, told apart by a reference parameter (Axis). */
  readonly subscriptionsByParameter?: boolean;
  readonly withoutRenew?: boolean;
  /** Motion begins, and nobody says that it is over. */
  readonly endlessMotion?: boolean;
  /** A pull is answered at once, whether there is something to tell or not. */
  readonly impatientPull?: boolean;
  /** What it answers to everything but the time. */
  readonly answer?:
    | 'malformed'
    | 'cut-off'
    | 'huge'
    | 'endless'
    | 'deep'
    | 'wide'
    | 'doctype'
    | 'silence'
    | 'hang-up'
    | 'web-page'
    | { readonly redirectTo: string };
  /** Faults in the form of SOAP 1.1. */
  readonly soap11Faults?: boolean;
}
