import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npyBytes, sizeBytes } from '../support/data-folder.ts';
import { readArray } from './golden-files.ts';

/** Divides by five. */
const IMAGES = 10;

/** The first ten images of a golden split (one with a row for each image), as files of a split `testall`. */
export function testallFiles(model: string): Map<string, Buffer | string> {
  const data = join(model, 'data');
  const first = (name: string): Buffer => {
    const { shape, data: values } = readArray(join(data, name));
    const [images = 0, ...rest] = shape;
    return npyBytes("'<f4'", [IMAGES, ...rest], values.slice(0, (values.length / images) * IMAGES));
  };
  const text = (name: string): string => readFileSync(join(data, name), 'utf8');
  const captions = text('test_precaps_stan.txt').split('\n');
  const parses = JSON.parse(text('test_caps.json')) as unknown[];
  return new Map<string, Buffer | string>([
    ['testall_ims.npy', first('test_ims.npy')],
    ['testall_ims_bbx.npy', first('test_ims_bbx.npy')],
    ['testall_ims_size.npy', sizeBytes(Array.from({ length: IMAGES }, () => [640, 640] as const))],
    ['testall_precaps_stan.txt', captions.slice(0, 5 * IMAGES).join('\n')],
    ['testall_caps.json', JSON.stringify(parses.slice(0, 5 * IMAGES))],
  ]);
}
