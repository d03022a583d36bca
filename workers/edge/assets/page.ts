import type { Asset } from './asset.ts';
import { documentAsset, escapeHtml, exampleAttributes, keyAttribute } from './document.ts';

/** What the pages say about the images that are searched. */
export interface PageContent {
  /** Sentences to try, as in the widget's attribute `examples`; the widget's own if undefined. */
  readonly examples?: string | undefined;
  /** A few words about the collection. */
  readonly note?: string | undefined;
  /** A publishable key that the pages search with. */
  readonly key?: string | undefined;
}

/** The page at `/`: a document that embeds the widget like any other site. */
export function page({ examples, note, key }: PageContent): Asset {
  const paragraph = note === undefined ? '' : `\n      <p class="note">${escapeHtml(note)}</p>`;
  return documentAsset({
    title: 'Image search',
    description: 'Find images by saying what happens in them.',
    script: '/widget.js',
    main: `<h1>Say what happens in the image</h1>${paragraph}
      <gsmn-search endpoint="/v1/search" explain="/explain" router="history" autofocus${keyAttribute(key)}${exampleAttributes(examples)}>
        <form action="/search" class="search">
          <label>What happens in the image <input type="search" name="q" required></label>
          <button type="submit">Search</button>
        </form>
      </gsmn-search>`,
  });
}

/** The page at `/explain`: the parse of a sentence, as the search reads it. */
export function explainPage({ examples, key }: PageContent): Asset {
  return documentAsset({
    title: 'Image search: the parse of a sentence',
    description: 'Which word of a sentence depends on which, as the search reads it.',
    script: '/explain.js',
    main: `<h1>How the words of a sentence depend on each other</h1>
      <gsmn-graph endpoint="/v1/parse" search="/" router="history" autofocus${keyAttribute(key)}${exampleAttributes(examples)}></gsmn-graph>
      <noscript>This page needs JavaScript.</noscript>
      <p class="links"><a href="/">Search images</a></p>`,
  });
}

export const PAGE_STYLE: Asset = {
  type: 'text/css; charset=utf-8',
  body: `:root { color-scheme: light dark; --paper: #faf9f7; --ink: #1c1a17; }
@media (prefers-color-scheme: dark) { :root { --paper: #131211; --ink: #f1eee9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: clamp(1.25rem, 5vh, 4rem) clamp(1rem, 4vw, 3rem) 4rem; }
h1 { margin: 0 0 1.25rem; font-size: clamp(1.4rem, 1rem + 2vw, 2.1rem); font-weight: 650;
  letter-spacing: -0.02em; line-height: 1.2; text-wrap: balance; }
.note { max-width: 44rem; margin: -0.75rem 0 1.5rem; color: color-mix(in srgb, currentColor 72%, transparent); text-wrap: pretty; }
.search { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: end; margin-bottom: 1.5rem; }
.search label { flex: 1 1 16rem; }
.search input { display: block; width: 100%; padding: 0.5rem; font: inherit; }
.search button { padding: 0.5rem 1rem; font: inherit; }
.images { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 14rem), 1fr)); gap: 1.5rem; padding: 0; list-style-position: inside; }
.images figure { margin: 0; }
.images img { width: 100%; height: auto; border-radius: 3px; }
main a { color: inherit; }
.links { margin: 3rem 0 0; }
.links a { color: inherit; }
.document { max-width: 56rem; }
.document h2 { margin-top: 2.5rem; }
.document table { width: 100%; border-collapse: collapse; }
.document th, .document td { padding: 0.5rem 0.75rem 0.5rem 0; border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent);
  text-align: start; vertical-align: top; font-weight: 400; }
.document th { white-space: nowrap; }
.document pre { overflow-x: auto; font-size: 0.8125rem; }
.document a { color: inherit; }
`,
};
