import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

/** The colours of the four quarters of `drawnPhoto`, row by row. */
export const QUARTERS = ['#d02020', '#20a040', '#2040c0', '#e0c020'] as const;

/** A drawn image of four coloured quarters, as an SVG. */
export function drawnSvg(width = 120, height = 80, attributes = ''): string {
  const [x, y] = [width / 2, height / 2];
  const rectangles = QUARTERS.map(
    (colour, at) =>
      `<rect x="${at % 2 === 0 ? 0 : x}" y="${at < 2 ? 0 : y}" width="${x}" height="${y}" fill="${colour}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ${attributes}>${rectangles.join('')}</svg>`;
}

/** The same in pixels, to be written in any format. */
export function drawnPhoto(width = 120, height = 80): Sharp {
  return sharp(Buffer.from(drawnSvg(width, height))).flatten();
}

/** Unlike images: patches of colour that the seed determines. */
export function patches(seed: number, width = 96, height = 64): Sharp {
  let state = seed * 2654435761 + 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rectangles = Array.from({ length: 14 }, () => {
    const channel = () => Math.floor(256 * random());
    return `<rect x="${width * (random() - 0.2)}" y="${height * (random() - 0.2)}" width="${width * random()}" height="${height * random()}" fill="rgb(${channel()},${channel()},${channel()})"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${rectangles.join('')}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: '#888' });
}

const YESTERDAY = Date.now() / 1000 - 86_400;

/** Writes a file of yesterday below a folder: scans read what changed just now again each time. */
export async function putPhoto(
  folder: string,
  name: string,
  bytes: Uint8Array | string | Promise<Uint8Array>,
): Promise<void> {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await bytes);
  utimesSync(path, YESTERDAY, YESTERDAY);
}
