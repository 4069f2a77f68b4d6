// The page has all languages one after the other, for whoever allows no scripts; else it shows the reader's own.
const articles = [...document.querySelectorAll('article')];
const articleOf = (tag) => articles.find(({ lang }) => lang === tag.split('-')[0].toLowerCase());
const shown = navigator.languages.map(articleOf).find((article) => article !== undefined) ?? articles[0];
for (const article of articles) article.hidden = article !== shown;
document.documentElement.lang = shown.lang;
document.documentElement.dir = shown.dir;
document.title = shown.querySelector('h1').textContent;
