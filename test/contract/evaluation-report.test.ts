import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { evaluateCommand } from '../../batch/cli/commands/evaluate.ts';
import { withFolder } from '../support/data-folder.ts';
import { runCommand } from '../support/run-command.ts';

const golden = resolve(import.meta.dirname, '../../../shared/golden/released/wide');

/** Captions that would end an element, an attribute, a script or a line if they were not escaped. */
const HOSTILE = [
  '</script><script>document.title="taken"</script>',
  '"><img src=x onerror="alert(1)"> & &amp; \'quoted\'',
  'two\tcolumns \u202e reversed \u0000 and \u0007 bells',
  '<!-- --> ]]> <svg/onload=alert(1)>',
  '\u{1f415} ein Hund läuft 犬',
] as const;

/** The golden split with captions as text, and image files of which some are missing. */
async function writeData(folder: string): Promise<string> {
  const data = join(folder, 'data');
  cpSync(join(golden, 'data'), data, { recursive: true });
  mkdirSync(join(data, 'images'));
  const captions = Array.from(
    { length: 60 },
    (_, caption) => `${caption} ${HOSTILE[caption % HOSTILE.length]}`,
  );
  writeFileSync(join(data, 'test_caps.txt'), `${captions.join('\n')}\n`);
  const names = Array.from({ length: 12 }, (_, image) => `${image} <b>"dog" & 'cat'.png`);
  const square = sharp({ create: { width: 600, height: 300, channels: 3, background: '#884422' } }).png();
  for (const name of names) writeFileSync(join(data, 'images', name), await square.clone().toBuffer());
  writeFileSync(join(data, 'images', names[3] ?? ''), 'no image');
  writeFileSync(join(folder, 'secret.png'), await square.clone().toBuffer());
  names[4] = '../../secret.png';
  names[5] = 'https://example.org/dog.png';
  names[6] = 'missing.png';
  writeFileSync(join(data, 'test_images.txt'), `${names.join('\n')}\n`);
  return data;
}

async function evaluate(data: string, parameters: readonly string[]): Promise<string> {
  const checkpoint = join(golden, 'model_best.pth.tar');
  const files = ['--checkpoint', checkpoint, '--data', data, '--backend', 'wasm'];
  return runCommand(evaluateCommand(), [...files, ...parameters]);
}

describe.skipIf(!existsSync(golden))('evaluate --html (skipped without ../shared/golden)', () => {
  it('writes a page, all queries and small images; hostile captions stay text', async () => {
    await withFolder(new Map(), async (folder) => {
      const data = await writeData(folder);
      const report = join(folder, 'report');
      const printed = await evaluate(data, ['--html', report, '--worst', '7']);
      expect(readdirSync(folder).sort()).toEqual(['data', 'report', 'secret.png']);
      expect(readdirSync(report).sort()).toEqual(['index.html', 'pictures', 'queries.jsonl']);
      const page = readFileSync(join(report, 'index.html'), 'utf8');

      // 7 worst and 10 best captions; 7 worst images and the 5 others.
      expect(page.match(/<li class="card"/g)).toHaveLength(17 + 12);
      expect(page).toContain(printed.trimEnd().split('\n')[3]);
      expect(page).toContain('4 of 12 images are not shown');
      expect(page).toContain('&lt;/script&gt;&lt;script&gt;');
      expect(page).toContain('&lt;b&gt;&quot;dog&quot; &amp; &#39;cat&#39;');
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toMatch(/<b>|<!-- |onerror="|<svg\/onload|https?:\/\/(?!example)/);
      expect(page).not.toContain('\u0007');
      expect(page).not.toMatch(/(?:src|href)="(?!pictures\/\d+\.webp"|#queries"|queries\.jsonl")/);

      const pictures = readdirSync(join(report, 'pictures')).sort();
      expect(pictures).toEqual([0, 1, 10, 11, 2, 7, 8, 9].map((image) => `${image}.webp`));
      const { width, height, format } = await sharp(join(report, 'pictures', '0.webp')).metadata();
      expect({ width, height, format }).toEqual({ width: 360, height: 180, format: 'webp' });
    });
  });

  it('has every query as a line of JSON, with the ranks that the figures count', async () => {
    await withFolder(new Map(), async (folder) => {
      const data = await writeData(folder);
      const report = join(folder, 'report');
      const { metrics } = JSON.parse(await evaluate(data, ['--html', report, '--json']));
      const lines = readFileSync(join(report, 'queries.jsonl'), 'utf8').trimEnd().split('\n');
      const queries = lines.map((line) => JSON.parse(line));
      expect(queries).toHaveLength(72);
      for (const [direction, key, count] of [
        ['text-to-image', 'textToImage', 60],
        ['image-to-text', 'imageToText', 12],
      ] as const) {
        const own = queries.filter((query) => query.direction === direction);
        expect(own).toHaveLength(count);
        const first = own.filter(({ rank }) => rank === 1).length;
        expect((100 * first) / count).toBeCloseTo(metrics[key].r1, 9);
      }
      expect(queries[1]).toMatchObject({ caption: 1, image: 0, text: `1 ${HOSTILE[1]}`, fold: 0 });
      expect(queries[1].found).toHaveLength(5);
      expect(queries[1].found[0]).toMatchObject({ image: expect.any(Number), picture: expect.any(String) });
    });
  });

  it('says what is missing in the data folder, and replaces only an earlier report', async () => {
    await withFolder(new Map(), async (folder) => {
      const report = join(folder, 'report');
      await evaluate(join(golden, 'data'), ['--html', report]);
      await evaluate(join(golden, 'data'), ['--html', report]);
      const page = readFileSync(join(report, 'index.html'), 'utf8');
      expect(page).toContain('no test_caps.txt');
      expect(page).toContain('no test_images.txt');
      expect(page).not.toContain('<img');
      expect(readdirSync(report).sort()).toEqual(['index.html', 'queries.jsonl']);
      writeFileSync(join(report, 'mine.txt'), '');
      await expect(evaluate(join(golden, 'data'), ['--html', report])).rejects.toMatchObject({
        code: 'conflict',
      });
    });
  });
});
