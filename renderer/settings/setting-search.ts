/** What is said of a setting, for the search. */
export interface SettingWords {
  readonly id: string;
  readonly words: string;
}

/** The settings that have every word of the query. */
export function findSettings(settings: readonly SettingWords[], query: string): ReadonlySet<string> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = settings.filter((setting) => {
    const text = setting.words.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return new Set(found.map(({ id }) => id));
}
