import projectPackage from '../../package.json' with { type: 'json' };
import type { AddingFigures } from './adding-figures.ts';
import type { BudgetFigures, PageFigures } from './budget.ts';
import type { ConsoleFigures } from './console-figures.ts';
import type { SoakFigures } from './console-walls.ts';
import type { DelayFigures } from './delay.ts';
import type { DiscoveryFigures } from './discovery-figures.ts';
import type { FirstFrameFigures } from './first-frame.ts';
import type { ForwarderKind } from './forwarders/kinds.ts';
import type { LinkFigures } from './link-figures.ts';
import type { PacedFigures } from './paced.ts';
import type { ProfileFigures } from './profile.ts';
import type { SendFigures } from './send.ts';
import type { SwitchFigures } from './switch.ts';
import type { TileFigures } from './tiles.ts';

/** What each part of the benchmark gives. */
export interface SectionFigures {
  readonly send: readonly SendFigures[];
  readonly paced: readonly PacedFigures[];
  readonly profile: readonly ProfileFigures[];
  readonly 'first-frame': readonly FirstFrameFigures[];
  readonly delay: readonly DelayFigures[];
  readonly tiles: readonly TileFigures[];
  readonly budget: { readonly walls: readonly BudgetFigures[]; readonly page: PageFigures };
  readonly switch: SwitchFigures;
  readonly console: ConsoleFigures;
  readonly discovery: DiscoveryFigures;
  readonly adding: AddingFigures;
  readonly link: LinkFigures;
  readonly soak: SoakFigures;
}

export type SectionName = keyof SectionFigures;

/** The figures of one part, and where they come from: parts can be measured anew alone. */
export interface Measured<Figures> {
  readonly measuredAt: string;
  readonly machine: string;
  readonly node: string;
  /** How much of all cores others used in the second before it began: percent. */
  readonly busyBefore: number;
  readonly seconds: number;
  readonly figures: Figures;
}

/** What is kept in bench/latest.json. */
export interface Results {
  readonly chromium: string;
  readonly werift: string;
  /** Why a reference could not be measured. */
  readonly skipped: Readonly<Partial<Record<ForwarderKind, string>>>;
  readonly sections: { readonly [Name in SectionName]?: Measured<SectionFigures[Name]> };
}

export const weriftVersion: string = projectPackage.dependencies.werift;
