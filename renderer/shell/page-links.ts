/** By their relation to the page. */
const links = {
  icon: './favicon.svg',
  'apple-touch-icon': './icon-256.png',
  manifest: './console.webmanifest',
} as const;

/**
 * What a browser shows of the page elsewhere: in a tab, on a home screen. It loads them as soon as they are there, which costs the first
 * picture some ten milliseconds: so they come after it.
 */
export function linkIcons(): void {
  for (const [relation, address] of Object.entries(links)) {
    const link =
      document.head.querySelector<HTMLLinkElement>(`link[rel="${relation}"]`) ??
      document.createElement('link');
    link.rel = relation;
    link.href = address;
    document.head.append(link);
  }
}
