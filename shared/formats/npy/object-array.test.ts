import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { npyBytes, npyText } from '../../../test/support/npy-bytes.ts';
import {
  dict,
  global,
  int,
  list,
  numpyArray,
  numpyDtype,
  type Pickled,
  pickle,
  text,
} from '../../../test/support/pickle-bytes.ts';
import { bytesSource } from '../byte-source.ts';
import { openNpy } from './npy-reader.ts';

const OBJECT = numpyDtype('O8', '|');
const size = (width: number, height: number) =>
  dict([text('image_w'), int(width)], [text('image_h'), int(height)]);

async function objects(contents: Uint8Array, shape = '(2,)'): Promise<unknown[]> {
  const reader = await openNpy(bytesSource('x_ims_size.npy', npyBytes(npyText("'|O'", shape), contents)));
  expect(reader.dtype).toBe('object');
  return reader.readObjects();
}

describe('object arrays', () => {
  it('returns dictionaries as Maps', async () => {
    const contents = pickle(numpyArray([2], OBJECT, list(size(640, 480), size(500, 375))));
    expect(await objects(contents)).toEqual([
      new Map([
        ['image_w', 640],
        ['image_h', 480],
      ]),
      new Map([
        ['image_w', 500],
        ['image_h', 375],
      ]),
    ]);
  });

  it('returns the objects of several axes row-major', async () => {
    const contents = pickle(numpyArray([2, 2], OBJECT, list(int(1), int(2), int(3), int(4)), true));
    expect(await objects(contents, '(2, 2)')).toEqual([1, 2, 3, 4]);
  });

  const two = numpyArray([2], OBJECT, list(int(1), int(2)));
  it.each<[string, Uint8Array, string]>([
    ['another length than the header says', pickle(two), '(3,)'],
    ['something after the pickle', Uint8Array.from([...pickle(two), 0]), '(2,)'],
    ['a list instead of an array', pickle(list(int(1), int(2))), '(2,)'],
    ['numbers instead of objects', pickle(numpyArray([2], numpyDtype('i4'), text('12345678'))), '(2,)'],
    ['fewer objects than its shape says', pickle(numpyArray([2], OBJECT, list(int(1)))), '(2,)'],
    ['a pickle that is cut off', pickle(two).subarray(0, -4), '(2,)'],
    ['no pickle at all', new Uint8Array(0), '(0,)'],
  ])('refuses %s', async (_, contents, shape) => {
    expect(await errorCode(objects(contents, shape))).toBe('format_invalid');
  });

  it('refuses objects of any other class', async () => {
    const evil: Pickled = global('os', 'system');
    expect(await errorCode(objects(pickle(numpyArray([1], OBJECT, list(evil))), '(1,)'))).toBe(
      'format_refused',
    );
  });
});
