import { type ViewerLimits, viewerLimits } from '../../main/contract/viewer-limits.ts';
import { Form } from '../shell/form.svelte.ts';

const fields = ['windows', 'windowsOfUser', 'megabits', 'megabitsOfUser'] as const;
type LimitField = (typeof fields)[number];

/** Limits as they are typed. An empty field is no limit. */
export class ViewerLimitsForm extends Form {
  readonly typed: Record<LimitField, string> = $state({
    windows: '',
    windowsOfUser: '',
    megabits: '',
    megabitsOfUser: '',
  });

  constructor(limits: ViewerLimits) {
    super();
    for (const field of fields) this.typed[field] = limits[field] === null ? '' : String(limits[field]);
  }

  /** What to save; undefined when something is wrong, which `error` says then. */
  read(): ViewerLimits | undefined {
    const numbers = fields.map((field) => {
      const typed = this.typed[field].trim();
      return [field, typed === '' ? null : Number(typed)] as const;
    });
    return this.check(viewerLimits, Object.fromEntries(numbers));
  }
}
