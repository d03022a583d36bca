import type { Asset } from './asset.ts';

interface DocumentParts {
  readonly title: string;
  readonly description: string;
  /** Address of the page's one script. */
  readonly script: string;
  /** Markup of the body's `main`. */
  readonly main: string;
}

/** A page of our own: a script, a style sheet, and markup that needs no other permissions. */
export function documentAsset({ title, description, script, main }: DocumentParts): Asset {
  return {
    type: 'text/html; charset=utf-8',
    body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="description" content="${escapeHtml(description)}">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="${script}"></script>
  </head>
  <body>
    <main>
      ${main}
    </main>
  </body>
</html>
`,
  };
}

/** The sentences to try, as attributes of an element; the empty line shows the first one. */
export function exampleAttributes(examples: string | undefined): string {
  if (examples === undefined) return '';
  const first = examples.split('|').find((text) => text.trim() !== '');
  const placeholder = first === undefined ? '' : ` placeholder="${escapeHtml(first.trim())}"`;
  return ` examples="${escapeHtml(examples)}"${placeholder}`;
}

/** The key that an element searches with, as its attribute. */
export function keyAttribute(key: string | undefined): string {
  return key === undefined ? '' : ` search-key="${escapeHtml(key)}"`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
