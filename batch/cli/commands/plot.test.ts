import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';

const STEP =
  '{"type":"step","step":1,"epoch":0,"loss":41.5,"lr":0.0002,"gradientNorm":2,"batchSeconds":1,"dataSeconds":0.1,"wallTime":1}';

describe('gsmn plot', () => {
  it('writes the plot and names the line that was cut', async () => {
    const log = `{"type":"run"}\n${STEP}\n${STEP.slice(0, 50)}`;
    await withFolder(new Map([['log.jsonl', log]]), async (folder) => {
      const out = join(folder, 'new', 'plot.svg');
      const { code, stdout, stderr } = await runGsmn(['plot', join(folder, 'log.jsonl'), '--out', out]);
      expect(stderr).toMatch(/log\.jsonl:3 was cut[\s\S]*wrote .*plot\.svg \(2 entries\)/);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(readFileSync(out, 'utf8')).toMatch(/^<svg [\s\S]*1 step, in epoch 1[\s\S]*<\/svg>\n$/);
      expect(readdirSync(join(folder, 'new'))).toEqual(['plot.svg']);
    });
  });

  it('refuses a log with other lines and writes nothing', async () => {
    await withFolder(new Map([['log.jsonl', '{"type":"run"}\n{"type":"note"}\n']]), async (folder) => {
      const out = join(folder, 'plot.svg');
      const { code, stderr } = await runGsmn(['plot', join(folder, 'log.jsonl'), '--out', out]);
      expect(stderr).toMatch(/log\.jsonl:2 is not an entry of a training log/);
      expect(code).not.toBe(0);
      expect(readdirSync(folder)).toEqual(['log.jsonl']);
    });
  });

  it('reports a missing log', async () => {
    const { code, stderr } = await runGsmn(['plot', 'none.jsonl', '--out', 'plot.svg']);
    expect(stderr).toMatch(/none\.jsonl/);
    expect(code).toBe(3);
  });
});
