import type { Asset } from './asset.ts';

/** What the page tells of the pictures that are searched. */
export interface PageContent {
  /** Sentences to try, as the widget's attribute `examples` has them; its own where undefined. */
  readonly examples?: string | undefined;
  /** A few words on the collection. */
  readonly note?: string | undefined;
}

/** The page at `/`: the widget in a document, as any other site would embed it. */
export function page({ examples, note }: PageContent): Asset {
  const given = examples === undefined ? '' : exampleAttributes(examples);
  const paragraph = note === undefined ? '' : `\n      <p class="note">${escapeHtml(note)}</p>`;
  return {
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="Find pictures by saying what happens in them.">
    <title>Picture search</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="/widget.js"></script>
  </head>
  <body>
    <main>
      <h1>Say what happens in the picture</h1>${paragraph}
      <gsmn-search endpoint="/v1/search" url-query autofocus${given}></gsmn-search>
      <noscript>This search needs JavaScript.</noscript>
    </main>
  </body>
</html>
`,
  };
}

/** What is to be tried; the empty line shows the first of it, which is sure to be found. */
function exampleAttributes(examples: string): string {
  const first = examples.split('|').find((text) => text.trim() !== '');
  const placeholder = first === undefined ? '' : ` placeholder="${escapeHtml(first.trim())}"`;
  return ` examples="${escapeHtml(examples)}"${placeholder}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
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
