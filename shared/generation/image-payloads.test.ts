import { describe, expect, it, vi } from 'vitest';
import { bytesSource } from '../formats/byte-source.ts';
import type { GenerationManifest, ImagePayload } from '../schema/index.ts';
import { openImagePayloads } from './image-payloads.ts';
import { GENERATION_PATHS } from './manifest.ts';

const payloadOf = (id: number, caption = `caption ${id}`): ImagePayload => ({
  name: `${id}.png`,
  width: 4,
  height: 3,
  captions: [caption],
});
const lines = (payloads: readonly unknown[]) => payloads.map((one) => `${JSON.stringify(one)}\n`).join('');

/** Opens payloads of a generation that has `count` images. */
function open(text: string | Uint8Array, count: number) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const source = bytesSource('images.jsonl', bytes);
  const read = vi.spyOn(source, 'read');
  const close = vi.spyOn(source, 'close');
  const manifest = {
    images: { count, regions: 3 },
    files: [{ path: GENERATION_PATHS.imagePayloads, bytes: bytes.length, sha256: '' }],
  } as unknown as GenerationManifest;
  return { read, close, opened: openImagePayloads({ name: 'g', open: async () => source }, manifest) };
}

describe('payloads of images', () => {
  it('are found by ordinal, in any order', async () => {
    const payloads = [payloadOf(0), { ...payloadOf(1), metadata: { licence: 'CC0' } }, payloadOf(2)];
    const reader = await open(lines(payloads), 3).opened;
    expect(await reader?.read([2, 0, 1, 2])).toEqual([payloads[2], payloads[0], payloads[1], payloads[2]]);
    expect(await reader?.read([])).toEqual([]);
  });

  it('end with a line feed and with nothing else', async () => {
    // What other line readers take for the end of a line, and characters of more than a byte.
    const captions = ['a\u2028b', 'a\u2029b', 'a\r\nb', 'a\u0085b', 'ä\u{1f415}', '\v\f'];
    const payloads = captions.map((caption, id) => payloadOf(id, caption));
    const text = lines(payloads);
    expect(text).toContain('\u2028');
    const reader = await open(text, captions.length).opened;
    expect((await reader?.read([...captions.keys()]))?.flatMap((one) => one.captions)).toEqual(captions);
  });

  it.each([
    ['one too few', lines([payloadOf(0)]), 2],
    ['one too many', lines([payloadOf(0), payloadOf(1)]), 1],
    ['none', '', 1],
    ['a last line without its end', lines([payloadOf(0), payloadOf(1)]).slice(0, -1), 2],
    ['something behind the last line', `${lines([payloadOf(0)])}{`, 1],
  ])('are refused with %s, and the file is closed', async (_, text, count) => {
    const { opened, close } = open(text, count);
    await expect(opened).rejects.toMatchObject({ code: 'format_invalid' });
    expect(close).toHaveBeenCalled();
  });

  it.each([
    ['no JSON', '{"name":\n'],
    ['something else', lines([{ title: 'a' }])],
    ['bytes that are no UTF-8', new Uint8Array([...new TextEncoder().encode('{"name":"'), 0xff, 0x0a])],
  ])('are refused by line when one is %s', async (_, text) => {
    const reader = await open(text, 1).opened;
    await expect(reader?.read([0])).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('line 1'),
    });
  });

  it('of a small collection are read once, and those of a large one by range', async () => {
    const small = open(lines([payloadOf(0), payloadOf(1)]), 2);
    await (await small.opened)?.read([0, 1]);
    expect(small.read).toHaveBeenCalledTimes(1);
    expect(small.close).toHaveBeenCalledTimes(1);

    // More than is kept in memory, and lines that lie across the steps of finding them.
    const count = 40;
    const payloads = Array.from({ length: count }, (_, id) => payloadOf(id, `${id} `.repeat(200_000)));
    const text = lines(payloads);
    expect(text.length).toBeGreaterThan(16 << 20);
    const large = open(text, count);
    const reader = await large.opened;
    expect(large.close).not.toHaveBeenCalled();
    large.read.mockClear();
    expect(await reader?.read([39, 0, 17])).toEqual([payloads[39], payloads[0], payloads[17]]);
    expect(large.read.mock.calls.length).toBe(3);
    const longest = Math.max(...large.read.mock.calls.map(([, length]) => length));
    expect(longest).toBeLessThan(1 << 20);
    await reader?.close();
    expect(large.close).toHaveBeenCalledTimes(1);
  });

  it('name the groups of images that look alike, wherever their lines lie', async () => {
    const group = (alike: unknown) => ({ metadata: { bytes: 3, alike } });
    // Two steps of a megabyte, the second of which begins in the middle.
    const payloads = [
      { ...payloadOf(0), ...group('a.png') },
      { ...payloadOf(1, '"alike":"a.png"'), metadata: { bytes: 3 } },
      { ...payloadOf(2, 'long '.repeat(300_000)), ...group('b "1".png') },
      { ...payloadOf(3), ...group(7) },
      { ...payloadOf(4), ...group('b "1".png') },
      // As tables have it where there is none.
      { ...payloadOf(5), ...group('') },
      { ...payloadOf(6), ...group('') },
    ];
    const reader = await open(lines(payloads), payloads.length).opened;
    expect([...(reader?.alike ?? [])]).toEqual([
      [0, 'a.png'],
      [2, 'b "1".png'],
      [4, 'b "1".png'],
    ]);
    expect((await open(lines([payloadOf(0)]), 1).opened)?.alike.size).toBe(0);
  });

  it('are none where the generation has no such file, and where it has no images', async () => {
    const manifest = { images: { count: 3, regions: 3 }, files: [] } as unknown as GenerationManifest;
    const never = async (): Promise<never> => Promise.reject(new Error('not asked for'));
    expect(await openImagePayloads({ name: 'g', open: never }, manifest)).toBeUndefined();
    expect(await (await open('', 0).opened)?.read([])).toEqual([]);
  });
});
