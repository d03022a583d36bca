import { describe, expect, it } from 'vitest';
import { expectClose } from '../../test/support/close.ts';
import { seededRandom } from '../../test/support/random.ts';
import { randomParser, smallParserConfig } from '../../test/support/random-parser.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { readParser, writeParser } from './parser-file.ts';

const model = randomParser(seededRandom(7), smallParserConfig());

describe("a parser's file", () => {
  it('is read with tables in 8 bits and other numbers in 16', async () => {
    const read = await readParser(bytesSource('parser', writeParser(model)));
    expect(read.config).toEqual(model.config);
    expect([...read.tensors.keys()]).toEqual([...model.tensors.keys()]);
    for (const [name, data] of model.tensors) {
      // Half a step of a row whose largest number is 0.7, or half a unit in the last place of float16.
      const absolute = name.startsWith('table.') ? 0.7 / 127 : 3e-4;
      expectClose(read.tensors.get(name) ?? [], data, { absolute, relative: 0 }, name);
    }
  });

  it('keeps rows of zeros, and rows with numbers of any size', async () => {
    const tensors = new Map(model.tensors);
    const table = new Float32Array((tensors.get('table.vector') ?? []).length);
    table.set([1e4, -1e4, 5e3], 7);
    table.set([1e-3, -1e-3], 14);
    tensors.set('table.vector', table);
    const read = await readParser(bytesSource('parser', writeParser({ ...model, tensors })));
    expectClose(read.tensors.get('table.vector') ?? [], table, { absolute: 1e-6, relative: 0.01 }, 'vectors');
  });

  it('refuses a file that is not a parser, or does not match its configuration', async () => {
    const bytes = writeParser(model);
    const text = new TextDecoder('latin1').decode(bytes);
    const changed = (from: string, to: string) =>
      bytesSource(
        'broken',
        Uint8Array.from(text.replace(from, to), (character) => character.charCodeAt(0)),
      );
    await expect(readParser(changed('\\"hiddenSize\\":11', '\\"hiddenSize\\":12'))).rejects.toMatchObject({
      code: 'shape_mismatch',
      message: expect.stringContaining('gru.0.forward'),
    });
    await expect(readParser(changed('gsmn-parser', 'gsmn-barser'))).rejects.toMatchObject({
      code: 'format_invalid',
    });
    await expect(readParser(changed('"config"', '"konfig"'))).rejects.toMatchObject({
      code: 'format_invalid',
    });
    await expect(readParser(bytesSource('short', bytes.slice(0, -1)))).rejects.toMatchObject({
      code: 'format_invalid',
    });
  });
});
