import { element, escapeMarkup } from '../../plot/markup.ts';
import type { ImageToTextQuery, Query, TextToImageQuery } from '../queries/query.ts';
import type { SplitNames } from './split-names.ts';

/** The data of the split that cards show. */
export interface CardContext {
  readonly names: SplitNames;
  /** Small copies of images by image, relative to the page. */
  readonly thumbnails: ReadonlyMap<number, string>;
}

/** A query with its right answer and its first answers. */
export function queryCard(query: Query, context: CardContext): string {
  const { names } = context;
  const index = query.direction === 'text-to-image' ? query.caption : query.image;
  const text =
    query.direction === 'text-to-image'
      ? `${names.caption(index)} ${names.image(query.image)}`
      : `${names.image(index)} ${names.caption(query.caption)}`;
  const attributes = {
    class: 'card',
    'data-rank': query.rank,
    'data-index': index,
    'data-text': text.toLowerCase(),
  };
  const body = query.direction === 'text-to-image' ? captionBody(query, context) : imageBody(query, context);
  return element('li', attributes, [element('article', {}, body)]);
}

function heading(query: Query, text: string, detail: string): string {
  return element('header', {}, [
    element('span', { class: query.rank <= 10 ? 'rank near' : 'rank' }, [`rank ${query.rank}`]),
    element('h3', {}, [escapeMarkup(text)]),
    element('p', { class: 'detail' }, [escapeMarkup(detail)]),
  ]);
}

function captionBody(query: TextToImageQuery, context: CardContext): string[] {
  const { names } = context;
  const right = figure(query.image, `right, ${query.score.toFixed(3)}`, 'right', context);
  const found = query.found.map(({ image, score, right: isRight }, place) =>
    figure(
      image,
      `${place + 1}. ${isRight ? 'right, ' : ''}${score.toFixed(3)}`,
      isRight ? 'right' : 'wrong',
      context,
    ),
  );
  return [
    heading(query, names.caption(query.caption), `caption ${query.caption}, ${names.image(query.image)}`),
    element('div', { class: 'answers' }, [right, ...found]),
  ];
}

function imageBody(query: ImageToTextQuery, context: CardContext): string[] {
  const { names } = context;
  const found = query.found.map(({ caption, score, right }) =>
    element('li', right ? { class: 'right' } : {}, [
      escapeMarkup(names.caption(caption)),
      element('span', { class: 'score' }, [`${right ? 'right, ' : ''}${score.toFixed(3)}`]),
    ]),
  );
  return [
    heading(query, names.image(query.image), `image ${query.image}`),
    element('div', { class: 'described' }, [
      figure(query.image, 'the query', 'right', context),
      element('div', {}, [
        element('p', { class: 'own' }, [
          `Best right caption, rank ${query.rank}: `,
          element('q', {}, [escapeMarkup(names.caption(query.caption))]),
          element('span', { class: 'score' }, [query.score.toFixed(3)]),
        ]),
        element('ol', { class: 'captions' }, found),
      ]),
    ]),
  ];
}

function figure(image: number, caption: string, kind: string, { names, thumbnails }: CardContext): string {
  const source = thumbnails.get(image);
  const shown =
    source === undefined
      ? element('span', { class: 'absent' }, [escapeMarkup(names.image(image))])
      : element('img', { src: source, alt: names.shows(image), title: names.image(image), loading: 'lazy' });
  return element('figure', { class: kind }, [shown, element('figcaption', {}, [escapeMarkup(caption)])]);
}
