import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Dice } from '../drawing/index.ts';
import { HEIGHT, WIDTH } from '../places/index.ts';
import { type Composition, compose, document, paint } from './compose.ts';
import { planScene } from './plan.ts';

function composition(seed: number): Composition {
  return compose(planScene(Dice.of(seed, 1)), Dice.of(seed, 2), Dice.of(seed, 3));
}

/** Pixels `[HEIGHT, WIDTH, RGBA]`. */
async function pixels(svg: string): Promise<Uint8Array> {
  return sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
}

/** How much of a part can be seen: the share of its own pixels that change when it is left out. */
async function visibleShare(whole: Composition, index: number): Promise<number> {
  const part = whole.parts[index]?.svg ?? '';
  const rest = { ...whole, parts: whole.parts.filter((_, other) => other !== index) };
  const [full, without, alone] = await Promise.all([
    pixels(paint(whole)),
    pixels(paint(rest)),
    pixels(document([part])),
  ]);
  let [own, seen] = [0, 0];
  for (let at = 0; at < alone.length; at += 4) {
    if ((alone[at + 3] ?? 0) <= 128) continue;
    own++;
    const change = [0, 1, 2].reduce(
      (sum, channel) => sum + Math.abs((full[at + channel] ?? 0) - (without[at + channel] ?? 0)),
      0,
    );
    if (change > 18) seen++;
  }
  expect(own).toBeGreaterThan(60);
  return seen / own;
}

describe('compose', () => {
  it('keeps everything inside the image', () => {
    for (let seed = 0; seed < 1500; seed++) {
      for (const { box, entity } of composition(seed).parts) {
        const inside = box.left >= 0 && box.top >= 0 && box.right <= WIDTH && box.bottom <= HEIGHT;
        expect(inside, `seed ${seed}: ${entity?.kind} at ${JSON.stringify(box)}`).toBe(true);
      }
    }
  });

  it('shows a good part of everybody and everything that matters', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const whole = composition(seed);
      for (const [index, { entity }] of whole.parts.entries()) {
        if (entity === undefined) continue;
        expect(await visibleShare(whole, index), `seed ${seed}: the ${entity.kind}`).toBeGreaterThan(0.3);
      }
    }
  });
});
