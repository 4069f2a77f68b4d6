import type { CustomKeys } from '../../main/contract/keys.ts';
import type { CameraRight } from '../../main/contract/rights.ts';
import { m } from '../language/messages.ts';
import type { CommandId } from '../shell/commands.ts';
import { keyOf } from '../shell/key-tip.ts';

export interface WelcomeStep {
  readonly title: string;
  readonly words: string;
  /** The real thing that it is about, by its selector; null: the selected tile, else the first. */
  readonly beside: string | null;
}

/** What a guard needs first, in ten seconds each; what this one may not do is left out. @param custom their keys */
export function welcomeSteps(custom: CustomKeys, may: (right: CameraRight) => boolean): WelcomeStep[] {
  const key = (id: CommandId) => keyOf(id, custom);
  const steps: (WelcomeStep & { readonly right?: CameraRight })[] = [
    { title: m.welcome_tile_title(), words: m.welcome_tile_words(), beside: null },
    { title: m.welcome_large_title(), words: m.welcome_large_words(), beside: null },
    {
      title: m.welcome_replay_title(),
      words: m.welcome_replay_words({
        back: key('replay-back'),
        pause: key('replay-pause'),
        live: key('replay-live'),
      }),
      beside: null,
      right: 'replay',
    },
    {
      title: m.welcome_keep_title(),
      words: m.welcome_keep_words({
        picture: key('keep-picture'),
        last: key('keep-last'),
        clips: key('clips'),
      }),
      beside: '[data-opens="clips"]',
      right: 'keep-clips',
    },
    {
      title: m.welcome_alarm_title(),
      words: m.welcome_alarm_words({ acknowledge: key('acknowledge'), events: key('events') }),
      beside: '[data-open-alarms]',
    },
    {
      title: m.welcome_help_title(),
      words: m.welcome_help_words({ keys: key('keys'), palette: key('palette') }),
      beside: '[data-opens="keys"]',
    },
  ];
  return steps.filter(({ right }) => right === undefined || may(right));
}
