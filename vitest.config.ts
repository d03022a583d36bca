import process from 'node:process';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { deployedCompatibility } from './infra/workerd/configuration.ts';
import { SWIFTSHADER_FOLDER, swiftshaderEnvironment } from './test/support/swiftshader.ts';

/** Tests of the GPU's matcher, which run on a software driver; linux x64 alone has it. */
const WEBGPU_TESTS = '{shared,test}/**/webgpu-*.test.ts';

/** What a test waits for takes longer on a busy machine; only what never comes runs into this. The default is a second. */
const PATIENT = { poll: { timeout: 20_000 } };

const { date, flags } = await deployedCompatibility();

/** Each project is one runtime: plain Node, Node with a GPU, workerd (the Workers runtime), and a real browser. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          // The same on machines where TensorFlow is set up: only test/golden/tensorflow.test.ts has one, its own.
          env: { GSMN_TENSORFLOW: process.env.GSMN_TENSORFLOW ?? '/nowhere' },
          include: [
            '{shared,batch,infra}/**/*.test.ts',
            'workers/{clients,rerank,qdrant-local,widget}/**/*.test.ts',
            'test/{contract,golden,architecture}/**/*.test.ts',
          ],
          exclude: [WEBGPU_TESTS],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'webgpu',
          // Drivers are looked for when a process starts; each file has its own.
          pool: 'forks',
          env: { GSMN_TENSORFLOW: '/nowhere', ...swiftshaderEnvironment(SWIFTSHADER_FOLDER) },
          globalSetup: 'test/support/swiftshader-setup.ts',
          include: process.platform === 'linux' && process.arch === 'x64' ? [WEBGPU_TESTS] : [],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        plugins: [
          cloudflareTest({
            miniflare: {
              compatibilityDate: date,
              compatibilityFlags: [...flags],
              // As wrangler has it.
              modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
            },
          }),
        ],
        test: {
          name: 'edge',
          globalSetup: 'test/runtime/kernel-setup.ts',
          include: ['workers/{edge,clients}/**/*.test.ts', 'test/runtime/edge/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/e2e/**/*.test.ts'],
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // One browser and one workerd at a time.
          fileParallelism: false,
        },
      },
    ],
  },
});
