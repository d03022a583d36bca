import { describe, expect, inject, it } from 'vitest';
import encodePlain from '../../../.build/kernels/encode-plain.wasm';
import encodeRelaxed from '../../../.build/kernels/encode-relaxed.wasm';
import matchPlain from '../../../.build/kernels/match-plain.wasm';
import matchRelaxed from '../../../.build/kernels/match-relaxed.wasm';
import { type KernelFile, loadKernels } from '../../../shared/kernels/index.ts';
import { runScenario, SEED } from '../kernel-scenario.ts';

const FILES: Record<KernelFile, WebAssembly.Module> = {
  'match-relaxed.wasm': matchRelaxed,
  'match-plain.wasm': matchPlain,
  'encode-relaxed.wasm': encodeRelaxed,
  'encode-plain.wasm': encodePlain,
};

describe(`the kernels in workerd (seed ${SEED})`, () => {
  const expected = inject('nodeNumbers');

  it('return the same bits as Node, with the build that the runtime supports', async () => {
    const asked: string[] = [];
    const kernels = await loadKernels(async (file) => {
      asked.push(file);
      return FILES[file];
    });
    expect(asked).toEqual(['match-relaxed.wasm', 'encode-relaxed.wasm']);
    expect(await runScenario(kernels)).toEqual(expected.relaxed);
  });

  it('return the same bits as Node without relaxed instructions', async () => {
    expect(await runScenario({ match: matchPlain, encode: encodePlain })).toEqual(expected.plain);
  });

  it('names a missing kernel', async () => {
    const missing = loadKernels(async (file) => {
      if (file === 'encode-relaxed.wasm') throw new Error('no such module');
      return FILES[file];
    });
    await expect(missing).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('encode-relaxed.wasm: no such module'),
    });
  });
});
