import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnPhoto, patches } from '../../../test/support/drawn-photos.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';

let folder = '';
let images = '';
let cache = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'photos-scan-'));
  images = join(folder, 'list.jsonl');
  cache = join(folder, 'cache');
  const place = {
    IFD3: {
      GPSLatitudeRef: 'N',
      GPSLatitude: '51/1 30/1 0/1',
      GPSLongitudeRef: 'E',
      GPSLongitude: '1/1 0/1 0/1',
    },
  };
  writeFileSync(join(folder, 'a.jpg'), await drawnPhoto().withExif(place).jpeg().toBuffer());
  writeFileSync(join(folder, 'b.png'), await patches(1).png().toBuffer());
  writeFileSync(join(folder, 'c.png'), await patches(1).png().toBuffer());
  writeFileSync(join(folder, 'd.png'), 'text');
  const entry = (name: string) => JSON.stringify({ id: name, path: `${name}`, caption: `this is ${name}` });
  writeFileSync(images, ['a.jpg', 'b.png', 'c.png', 'd.png', 'e.png'].map(entry).join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const scan = (...more: readonly string[]) => runGsmn(['photos', 'scan', images, '--cache', cache, ...more]);

describe('gsmn photos scan', () => {
  it('counts photographs, copies and problems, and lists the problems', async () => {
    const { code, stdout, stderr } = await scan();
    expect([code, stderr]).toEqual([0, expect.stringContaining('5 files in')]);
    expect(stdout).toMatch(/^3 photographs, /);
    expect(stdout).toContain('formats: 2 png, 1 jpeg');
    expect(stdout).toContain('copies: 1;');
    expect(stdout).toContain('problems: 2 (1 not_an_image, 1 missing)');
    const problems = readFileSync(join(cache, 'problems.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(problems).toEqual([
      { path: 'd.png', code: 'not_an_image', reason: expect.any(String) },
      { path: 'e.png', code: 'missing', reason: expect.any(String) },
    ]);
  });

  it('says as JSON what goes into payloads, with places only by --gps', async () => {
    const { code, stdout } = await scan('--json');
    expect(code).toBe(0);
    const { images: listed, ...summary } = JSON.parse(stdout);
    expect(summary).toMatchObject({ photographs: 3, copies: 1, problems: { count: 2 } });
    expect(listed).toEqual([
      expect.objectContaining({ id: 'a.jpg', width: 120, height: 80, captions: ['this is a.jpg'] }),
      expect.objectContaining({ id: 'b.png', metadata: expect.objectContaining({ copies: ['c.png'] }) }),
    ]);
    expect(stdout).not.toContain('latitude');
    expect(readFileSync(join(cache, 'problems.jsonl'), 'utf8')).toContain('d.png');
    const places = JSON.parse((await scan('--json', '--gps')).stdout);
    expect(places.images[0].metadata).toMatchObject({ latitude: 51.5, longitude: 1 });
  });

  it('ends with 1 by --strict if there are problems', async () => {
    expect((await scan('--strict')).code).toBe(1);
  });

  it('reads nothing by --dry-run', async () => {
    const elsewhere = join(folder, 'dry');
    const { code, stdout } = await runGsmn(['photos', 'scan', images, '--cache', elsewhere, '--dry-run']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^4 files, .* 1 problems\n$/)]);
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('says what is wrong with its source', async () => {
    const { code, stderr } = await runGsmn(['photos', 'scan', join(folder, 'nothing'), '--cache', cache]);
    expect([code, stderr]).toEqual([3, expect.stringContaining('there is no folder')]);
  });
});
