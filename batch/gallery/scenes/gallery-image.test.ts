import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { NAMES } from './captions/nouns.ts';
import { ANIMALS, PEOPLE, THINGS } from './cast/index.ts';
import { COLOURS, Dice } from './drawing/index.ts';
import { drawImage } from './index.ts';
import { PLACE_NAMES, PLACES } from './places/index.ts';
import { MAIN_EVENTS, planScene, SIDE_EVENTS } from './story/plan.ts';

const SEEDS = Array.from({ length: 1500 }, (_, seed) => seed);
const images = SEEDS.map((seed) => drawImage(seed));
const plans = SEEDS.map((seed) => planScene(Dice.of(seed, 1)));
const EVENTS = [...MAIN_EVENTS, ...SIDE_EVENTS];

/** All words that the generators can write. */
const VOCABULARY = new Set(
  [
    ...EVENTS.flatMap((event) => [...event.clauses, ...event.phrases]),
    ...Object.values(NAMES).flatMap((names) => [...names.own, ...names.loose]),
    ...Object.values(PLACES).flatMap((place) => place.phrases),
    ...ANIMALS,
    ...THINGS,
    ...COLOURS,
    'there too a an in and with while as wearing shirt dress striped hat shorts trousers pants scarf bowl at sunset the evening',
    'big large small little . ,',
  ]
    .join(' ')
    .replace(/\{\d\}/g, '')
    .split(/\s+/),
);

describe('drawImage', () => {
  it('draws the same image for a seed again, and others for other seeds', () => {
    expect(drawImage(7)).toEqual(images[7]);
    expect(new Set(images.map((image) => image.svg)).size).toBe(images.length);
  });

  it('takes large seeds apart, and refuses what is no seed', () => {
    expect(drawImage(2 ** 40 + 1).svg).not.toBe(drawImage(1).svg);
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => drawImage(seed)).toThrow(expect.objectContaining({ code: 'argument_invalid' }));
    }
  });

  it('gives five different captions, as sentences of spaced words', () => {
    for (const [seed, { captions }] of images.entries()) {
      expect(captions, `seed ${seed}`).toHaveLength(5);
      expect(new Set(captions).size, `seed ${seed}`).toBe(5);
      for (const caption of captions)
        expect(caption, `seed ${seed}`).toMatch(/^[A-Z][a-z]*( [a-z]+| ,)* \.$/);
    }
  });

  it('writes an before vowels and a before all else', () => {
    for (const [seed, { captions }] of images.entries()) {
      for (const caption of captions) {
        expect(caption, `seed ${seed}`).not.toMatch(/\ba [aeiou]/i);
        expect(caption, `seed ${seed}`).not.toMatch(/\ban [^aeiou]/i);
      }
    }
  });

  it('writes from a vocabulary of words that are seen often', () => {
    const counts = new Map<string, number>();
    for (const word of images.flatMap(({ captions }) => captions.join(' ').toLowerCase().split(' '))) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    expect([...counts.keys()].filter((word) => !VOCABULARY.has(word))).toEqual([]);
    expect(counts.size).toBeGreaterThan(200);
    expect(counts.size).toBeLessThan(350);
    expect([...counts].filter(([, count]) => count < 4)).toEqual([]);
  });

  it('names everybody of the main event in at least three captions', () => {
    for (const [seed, { events }] of plans.entries()) {
      const main = (events[0]?.cast ?? []).map(({ kind }) => {
        const names = NAMES[kind];
        return names === undefined ? [kind] : [...names.own, ...names.loose];
      });
      const about = images[seed]?.captions.filter((caption) => {
        const said = caption.toLowerCase();
        return main.every((nouns) => nouns.some((noun) => said.includes(` ${noun} `)));
      });
      expect(about?.length, `seed ${seed}`).toBeGreaterThanOrEqual(3);
    }
  });

  it('names only colours that are there', () => {
    for (const [seed, { events }] of plans.entries()) {
      const there = events.flatMap(({ cast }) =>
        cast.flatMap(({ colour, outfit }) => [colour, outfit?.trousers, outfit?.hat]),
      );
      const said = (images[seed]?.captions ?? []).join(' ').replaceAll('a green field', '').split(' ');
      const named = COLOURS.filter((colour) => said.includes(colour));
      expect(
        named.filter((colour) => !there.includes(colour)),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  it('shows every kind, colour, place and event, many scenes apart', () => {
    const cast = plans.flatMap(({ events }) => events.flatMap((planned) => planned.cast));
    expect(new Set(cast.map(({ kind }) => kind))).toEqual(new Set([...PEOPLE, ...ANIMALS, ...THINGS]));
    expect(new Set(cast.map(({ colour }) => colour))).toEqual(new Set(COLOURS));
    expect(new Set(plans.map(({ place }) => place))).toEqual(new Set(PLACE_NAMES));
    const seen = new Set(plans.flatMap(({ events }) => events.map(({ event }) => event.name)));
    expect(seen).toEqual(new Set(EVENTS.map((event) => event.name)));
    const facts = plans.map((plan) => JSON.stringify([plan.place, plan.events]));
    expect(new Set(facts).size).toBeGreaterThan(0.99 * facts.length);
  });

  it('is drawn by sharp in its own size', async () => {
    for (const { svg, width, height } of images.slice(0, 12)) {
      const { info, data } = await sharp(Buffer.from(svg))
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([width, height]);
      expect(new Set(data).size).toBeGreaterThan(100);
    }
  });
});
