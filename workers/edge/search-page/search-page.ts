import { html, raw } from 'hono/html';
import type { Problem, SearchHit, SearchResponse } from '../../../shared/schema/index.ts';

type Html = ReturnType<typeof html>;

/** What was asked for, as it stands in the address. */
export interface PageQuestion {
  readonly q: string;
  readonly filter: string;
  /** All other parameters, which the next page keeps. */
  readonly others: URLSearchParams;
}

/** What there is to show: an answer of the search, a problem, or only the line. */
export type PageAnswer = { readonly answer: SearchResponse } | { readonly problem: Problem } | undefined;

/** The search as a page without any script: the line, and below it images or what went wrong. Everything in it is escaped. */
export function searchPage(question: PageQuestion, shown: PageAnswer): Html {
  const { q, filter, others } = question;
  const kept = [...others].filter(([name]) => name !== 'after' && name !== 'offset');
  return html`${raw('<!doctype html>')}
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="robots" content="noindex">
    <title>${q === '' ? 'Image search' : `${q}: image search`}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
  </head>
  <body>
    <main>
      <h1>Say what happens in the image</h1>
      <form role="search" action="/search" class="search">
        <label>What happens in the image <input type="search" name="q" value="${q}" required></label>
        ${filter === '' ? '' : html`<label>Filter <input name="filter" value="${filter}"></label>`}
        ${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <button type="submit">Search</button>
      </form>
      ${shown === undefined ? '' : 'answer' in shown ? results(question, shown.answer) : failed(shown.problem)}
    </main>
  </body>
</html>
`;
}

function failed({ title, detail, hint }: Problem): Html {
  return html`<div role="alert"><h2>${title}</h2><p>${detail}</p>${hint ? html`<p>${hint}</p>` : ''}</div>`;
}

function results(question: PageQuestion, answer: SearchResponse): Html {
  const { query, understood, without, words, match, degraded, hits, next } = answer;
  const unknown = words.filter(
    ({ known, as, negated }) => !known && as === undefined && negated === undefined,
  );
  const read =
    understood === undefined
      ? ''
      : `Searched as “${understood}”${(without ?? []).map((text) => `, without “${text}”`).join('')}.`;
  if (hits.length === 0) {
    return html`<h2>No image found</h2>
      <p>Nothing fits “${query}”. ${read}</p>
      ${unknownWords(unknown)}
      <p>Try to say it in other words${question.filter === '' ? '' : ', or without the filter'}.</p>`;
  }
  return html`<h2 class="found">Images for “${query}”</h2>
      ${read === '' ? '' : html`<p>${read}</p>`}
      ${match === 'none' || match === 'weak' ? html`<p>${match === 'none' ? 'Nothing here seems to fit' : 'Perhaps nothing here fits'}. These are the nearest images.</p>` : ''}
      ${degraded ? html`<p>${degraded.message}</p>` : ''}
      ${unknownWords(unknown)}
      <ol class="images">${hits.map(image)}</ol>
      ${next === undefined ? html`<p>These are all images.</p>` : html`<p><a href="${following(question, next)}">More images</a></p>`}`;
}

function unknownWords(unknown: SearchResponse['words']): Html | string {
  if (unknown.length === 0) return '';
  const named = unknown.map(({ text, suggestion }) =>
    suggestion === undefined ? text : `${text} (${suggestion}?)`,
  );
  return html`<p>Not known to the model: ${named.join(', ')}</p>`;
}

function image(hit: SearchHit): Html {
  const { captions, relevance } = hit;
  const { name, url, width, height, widths } = hit.image;
  const caption = captions[0] ?? name;
  // Other addresses are none of an image: the policy of the page refuses what they could do, but a link is not its business.
  const source = url !== undefined && /^(?:https?:\/\/|\/(?!\/)|data:image\/)/.test(url) ? url : undefined;
  const sources = widths?.map((one) => `${source}?w=${one} ${one}w`).join();
  const drawn =
    source === undefined
      ? html`<p>${name} cannot be shown</p>`
      : html`<img src="${source}"${sources === undefined ? '' : html` srcset="${sources}" sizes="20rem"`} alt="" width="${width}" height="${height}" loading="lazy">`;
  const linked =
    source === undefined || source.startsWith('data:')
      ? drawn
      : html`<a href="${source}" aria-label="${name}">${drawn}</a>`;
  const fits = relevance === undefined ? '' : html` <small>${Math.round(100 * relevance)}%</small>`;
  return html`<li><figure>${linked}<figcaption dir="auto">${caption}${fits}</figcaption></figure></li>`;
}

function following({ q, filter, others }: PageQuestion, next: string): string {
  const parameters = new URLSearchParams(others);
  parameters.delete('offset');
  parameters.set('q', q);
  if (filter !== '') parameters.set('filter', filter);
  parameters.set('after', next);
  return `/search?${parameters}`;
}
