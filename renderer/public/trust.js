// The page has all languages one after the other, for whoever allows no scripts; else it shows the reader's own.
const articles = [...document.querySelectorAll('article')];
const wanted = navigator.languages.map((tag) => tag.replace(/-.*/, '').toLowerCase());
const language = wanted.find((each) => articles.some(({ lang }) => lang === each)) ?? 'en';
for (const article of articles) {
  article.hidden = article.lang !== language;
  if (article.hidden) continue;
  document.documentElement.lang = language;
  document.documentElement.dir = article.dir;
  document.title = article.querySelector('h1')?.textContent ?? '';
}
