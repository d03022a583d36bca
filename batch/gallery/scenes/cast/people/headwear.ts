import { circle, colourTone, draw, line, type Point, path, toneOf } from '../../drawing/index.ts';
import type { Outfit, PersonKind } from '../entity.ts';

export function ribbon(kind: PersonKind, outfit: Outfit, [x, y]: Point, r: number): string {
  if (kind !== 'girl') return '';
  const tone = toneOf(['#f4f0e6', '#f3b33d', '#7fb2d9', '#e77f8c'][outfit.shoe % 4] ?? '#f4f0e6');
  const [cx, cy] = [x - r * 0.45, y - r * 1.02];
  return (
    path(draw('M', cx, cy, 'l', -r * 0.5, -r * 0.3, 'l', 0, r * 0.6, 'Z'), tone.base) +
    path(draw('M', cx, cy, 'l', r * 0.5, -r * 0.3, 'l', 0, r * 0.6, 'Z'), tone.dark) +
    circle(cx, cy, r * 0.13, tone.deep)
  );
}

export function hat(outfit: Outfit, [x, y]: Point, r: number): string {
  const tone = colourTone(outfit.hat ?? 'red', outfit.shade);
  const crown = path(
    draw(
      'M',
      x - r * 0.98,
      y - r * 0.42,
      'C',
      x - r * 1.05,
      y - r * 1.75,
      x + r * 0.95,
      y - r * 1.75,
      x + r * 0.9,
      y - r * 0.42,
      'Z',
    ),
    tone.fill,
  );
  const brim =
    outfit.style % 2 === 0
      ? line(
          [
            [x - r * 1.5, y - r * 0.42],
            [x + r * 1.45, y - r * 0.42],
          ],
          tone.dark,
          r * 0.3,
        )
      : line(
          [
            [x - r * 0.95, y - r * 0.48],
            [x + r * 1.45, y - r * 0.38],
          ],
          tone.dark,
          r * 0.28,
        );
  return crown + brim + (outfit.style % 2 === 0 ? '' : circle(x, y - r * 1.42, r * 0.14, tone.deep));
}
