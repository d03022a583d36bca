import { describe, expect, it, vi } from 'vitest';
import { expectClose } from '../../../test/support/close.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import { type CardReport, createQueryEngines, type QueryEngineOptions } from './create-query-engines.ts';
import { createEngines, resolveBackend } from './index.ts';

const SEED = 20261202;

// The software driver is treated as a graphics card.
vi.mock('./webgpu-adapter.ts', () => ({ assertHardwareAdapter: async () => {} }));

describe(`engines with a graphics card (seed ${SEED})`, () => {
  it.each([
    ['auto', {}, 'webgpu'],
    ['auto', { precision: 'i8' }, 'simd'],
    ['simd', {}, 'simd'],
    ['wasm', {}, 'wasm'],
  ] as const)('%s with %o compares on %s', async (request, options, expected) => {
    const config = smallConfig();
    const parameters = randomParameters(seededRandom(SEED), config);
    const { backend, encoder, matcher } = await createEngines(config, parameters, request, options);
    expect([backend, matcher.backend]).toEqual([expected, expected]);
    expect(encoder.backend).toBe(request === 'wasm' ? 'wasm' : 'webgpu');
    await matcher.dispose();
    await encoder.dispose();
  });

  it('training still compares on simd', async () => {
    expect(await resolveBackend('auto')).toMatchObject({ backend: 'simd', encoder: 'webgpu' });
  });

  it('encodes and compares with the same scores as simd', async () => {
    const config = smallConfig({ propagation: 'neighbours' });
    const random = seededRandom(SEED);
    const parameters = randomParameters(random, config);
    const images = [{ nodes: randomNumbers(random, 5 * config.jointSize), boxes: randomBoxes(random, 5) }];
    const scores: number[][] = [];
    for (const backend of ['webgpu', 'simd']) {
      const engines = await createEngines(config, parameters, backend);
      expect([engines.backend, engines.matcher.backend]).toEqual([backend, backend]);
      const [words = new Float32Array()] = await engines.encoder.encodeCaptions([[1, 5, 2]]);
      const prepared = await engines.matcher.prepareImages(images);
      const found = await engines.matcher.score(prepared, [{ words }]);
      scores.push([...found.imageToText, ...found.textToImage]);
      prepared.dispose();
      await engines.matcher.dispose();
      await engines.encoder.dispose();
    }
    expectClose(scores[0] ?? [], scores[1] ?? [0], { absolute: 2e-5, relative: 2e-5 });
  });

  it('serves on the card with auto if it measures faster, and tells both figures', async () => {
    const config = smallConfig();
    const parameters = randomParameters(seededRandom(SEED), config);
    const reports: CardReport[] = [];
    const onCard = (report: CardReport) => void reports.push(report);
    const backendOf = async (request: string, options: QueryEngineOptions): Promise<string> => {
      const engines = await createQueryEngines(config, parameters, request, options);
      expect([engines.encoder.backend, engines.matcher.backend]).toEqual(['simd', engines.backend]);
      await engines.matcher.dispose();
      await engines.encoder.dispose();
      return engines.backend;
    };
    const found = await backendOf('auto', { onCard });
    expect(reports[0]?.backend).toBe(found);
    // Bytes, another backend or a single query do not ask for a card.
    for (const [request, options] of [
      ['auto', { onCard, precision: 'i8' }],
      ['simd', { onCard }],
      ['auto', {}],
    ] as const) {
      expect(await backendOf(request, options)).toBe('simd');
    }
    const figure = (backend: string) => ({
      backend,
      oneMs: expect.any(Number),
      manyMs: expect.any(Number),
    });
    expect(reports).toEqual([
      { backend: expect.stringMatching(/^(simd|webgpu)$/), figures: [figure('simd'), figure('webgpu')] },
    ]);
    // The software driver compares 10,000 pairs.
  }, 300_000);

  it('refuses parameters of another network', async () => {
    const parameters = randomParameters(seededRandom(SEED), smallConfig());
    await expect(createEngines(smallConfig({ jointSize: 16 }), parameters, 'webgpu')).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
  });
});
