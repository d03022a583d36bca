import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import { unpackSwiftshader } from '../../../test/support/swiftshader.ts';
import { createEngines, createQueryEngines, resolveBackend, resolveQueryBackend } from './index.ts';

/** A folder without TensorFlow, so that the tests do not depend on whether it is set up. */
const NO_TENSORFLOW = { GSMN_TENSORFLOW: '/nowhere' };

/** What a process with another environment resolves. */
function resolvedByChild(request: string, environment: Record<string, string>): Promise<unknown> {
  return saidByChild(
    `
    const { resolveBackend } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
    const said = await resolveBackend(${JSON.stringify(request)}).catch(({ code, message }) => ({ code, message }));`,
    environment,
  );
}

/** The value of `said` in a program that another process runs with another environment. */
async function saidByChild(lines: string, environment: Record<string, string>): Promise<unknown> {
  const program = `${lines}
    process.stdout.write('\\n' + JSON.stringify(said));
    process.exit(0);
  `;
  const { PATH = '' } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH, ...NO_TENSORFLOW, ...environment },
    timeout: 50_000,
  });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n')));
}

describe('choosing a backend', () => {
  it('takes a named one', async () => {
    expect(await resolveBackend('wasm')).toEqual({ backend: 'wasm', encoder: 'wasm', passedOver: [] });
  });

  it('adds an encoder to the fused matcher', async () => {
    expect(await resolveBackend('simd')).toMatchObject({
      backend: 'simd',
      encoder: expect.stringMatching(/^(tensorflow|webgpu|wasm)$/),
    });
  });

  it('refuses an unknown name', async () => {
    await expect(resolveBackend('cuda')).rejects.toMatchObject({
      code: 'argument_invalid',
      hint: expect.stringContaining('auto'),
    });
  });

  it('never replaces a named one that is missing', async () => {
    expect(await resolvedByChild('tensorflow', {})).toMatchObject({ code: 'backend_unavailable' });
  });

  it('encodes with wasm if nothing better is available, and says why', async () => {
    const none = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
    expect(await resolvedByChild('auto', none)).toEqual({
      backend: 'simd',
      encoder: 'wasm',
      passedOver: [
        { backend: 'tensorflow', why: expect.stringContaining('tensorflow') },
        { backend: 'webgpu', why: expect.stringContaining('webgpu') },
      ],
    });
  });
});

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'with a software driver for WebGPU (linux x64 alone has it)',
  () => {
    let folder = '';
    let environment: Record<string, string> = {};

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'swiftshader-'));
      environment = unpackSwiftshader(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('auto skips it', async () => {
      expect(await resolvedByChild('auto', environment)).toMatchObject({
        backend: 'simd',
        encoder: 'wasm',
        passedOver: [
          { backend: 'tensorflow' },
          { backend: 'webgpu', why: expect.stringMatching(/software/) },
        ],
      });
    });

    it('it is used when named', async () => {
      expect(await resolvedByChild('webgpu', environment)).toMatchObject({ backend: 'webgpu' });
    });
  },
);

describe('making engines', () => {
  it('makes an encoder and a matcher of the same backend', async () => {
    const config = smallConfig();
    const random = seededRandom(7);
    const { backend, encoder, matcher } = await createEngines(
      config,
      randomParameters(random, config),
      'wasm',
    );
    expect([backend, encoder.backend, matcher.backend]).toEqual(['wasm', 'wasm', 'wasm']);
    const nodes = await encoder.encodeImages(randomNumbers(random, 3 * config.imageFeatureSize), 1, 3);
    expect(nodes).toHaveLength(3 * config.jointSize);
    await matcher.dispose();
    await encoder.dispose();
  });

  it('makes the fused matcher with the best encoder: kernels, where TF.js would have one core', async () => {
    const config = smallConfig();
    const parameters = randomParameters(seededRandom(7), config);
    const { backend, encoder, matcher } = await createEngines(config, parameters, 'simd');
    const { encoder: expected } = await resolveBackend('simd');
    expect([backend, encoder.backend, matcher.backend]).toEqual([
      'simd',
      expected === 'wasm' ? 'simd' : expected,
      'simd',
    ]);
    await matcher.dispose();
    await encoder.dispose();
  });

  it('compares in the requested precision if the backend has it', async () => {
    const config = smallConfig();
    const parameters = randomParameters(seededRandom(7), config);
    for (const make of [createEngines, createQueryEngines]) {
      const { precision, encoder, matcher } = await make(config, parameters, 'simd', { precision: 'i8' });
      expect(precision).toBe('i8');
      await matcher.dispose();
      await encoder.dispose();
      await expect(make(config, parameters, 'wasm', { precision: 'i8' })).rejects.toMatchObject({
        code: 'argument_invalid',
      });
    }
  });

  it.each(['wasm', 'simd'])('refuses parameters of another network on %s', async (backend) => {
    const parameters = randomParameters(seededRandom(7), smallConfig());
    await expect(createEngines(smallConfig({ jointSize: 16 }), parameters, backend)).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
  });
});

describe('making engines for queries', () => {
  it('makes both kernels of simd, which load nothing of TF.js', async () => {
    const model = `file://${resolve(import.meta.dirname, '../../../test/support/random-model.ts')}`;
    const program = `
      import { registerHooks } from 'node:module';
      const loaded = new Set();
      registerHooks({
        resolve(name, context, next) {
          const found = next(name, context);
          if (found.url.includes('/@tensorflow/')) loaded.add(name);
          return found;
        },
      });
      const { createQueryEngines } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
      const { randomParameters, smallConfig } = await import(${JSON.stringify(model)});
      const config = smallConfig();
      const { backend, encoder, matcher } = await createQueryEngines(
        config, randomParameters(Math.random, config), 'auto');
      const [words] = await encoder.encodeCaptions([[1, 4, 2]]);
      const said = [backend, encoder.backend, matcher.backend, words.length, [...loaded]];`;
    expect(await saidByChild(program, {})).toEqual(['simd', 'simd', 'simd', 3 * 12, []]);
  });

  it('says why no graphics card serves with auto', async () => {
    const model = `file://${resolve(import.meta.dirname, '../../../test/support/random-model.ts')}`;
    const program = `
      const { createQueryEngines } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
      const { randomParameters, smallConfig } = await import(${JSON.stringify(model)});
      const config = smallConfig();
      const reports = [];
      const { backend } = await createQueryEngines(config, randomParameters(Math.random, config), 'auto', {
        onCard: (report) => reports.push(report),
      });
      const said = [backend, reports];`;
    const none = { VK_ICD_FILENAMES: '/nowhere.json', VK_DRIVER_FILES: '/nowhere.json' };
    expect(await saidByChild(program, none)).toEqual([
      'simd',
      [{ backend: 'simd', why: expect.stringContaining('webgpu') }],
    ]);
  });

  it('takes a named backend for both', async () => {
    const config = smallConfig();
    const parameters = randomParameters(seededRandom(7), config);
    const { backend, encoder, matcher } = await createQueryEngines(config, parameters, 'wasm');
    expect([backend, encoder.backend, matcher.backend]).toEqual(['wasm', 'wasm', 'wasm']);
    await matcher.dispose();
    await encoder.dispose();
  });

  it('refuses unknown names, and parameters of another network', async () => {
    await expect(resolveQueryBackend('cuda')).rejects.toMatchObject({ code: 'argument_invalid' });
    const parameters = randomParameters(seededRandom(7), smallConfig());
    const other = smallConfig({ jointSize: 16 });
    await expect(createQueryEngines(other, parameters, 'simd')).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
  });
});
