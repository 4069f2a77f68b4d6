import { m } from '../language/messages.ts';
/** The name of a browser, out of what it says about itself. */
export function browserWords(agent: string): string {
  const browsers = [
    ['Edg/', 'Edge'],
    ['OPR/', 'Opera'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ] as const;
  return browsers.find(([mark]) => agent.includes(mark))?.[1] ?? m.people_browser();
}
