import { issueWords } from '../../main/contract/issue-words.ts';
import { type ViewerLimits, viewerLimits } from '../../main/contract/viewer-limits.ts';
import { refusalWords } from '../language/refusal-words.ts';

const fields = ['windows', 'windowsOfUser', 'megabits', 'megabitsOfUser'] as const;
type LimitField = (typeof fields)[number];

/** What is typed in the dialog, and what is wrong with it. An empty field is no limit. */
export class ViewerLimitsForm {
  readonly typed: Record<LimitField, string> = $state({
    windows: '',
    windowsOfUser: '',
    megabits: '',
    megabitsOfUser: '',
  });
  errors: ReadonlyMap<string, string> = $state.raw(new Map());

  constructor(limits: ViewerLimits) {
    for (const field of fields) this.typed[field] = limits[field] === null ? '' : String(limits[field]);
  }

  /** What to save; undefined when something is wrong, which `errors` tells then. */
  read(): ViewerLimits | undefined {
    const numbers = fields.map((field) => {
      const typed = this.typed[field].trim();
      return [field, typed === '' ? null : Number(typed)] as const;
    });
    const { success, data, error } = viewerLimits.safeParse(Object.fromEntries(numbers), {
      error: issueWords,
    });
    this.fail(success ? [] : error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
    return data;
  }

  /** @param issues of the schema, or of the engine */
  fail(issues: readonly { readonly path: string; readonly message: string }[]): void {
    this.errors = new Map(issues.map(({ path, message }) => [path, refusalWords(message)]));
  }
}
