import { defineConfig } from 'vitest/config';

/** Each project is one runtime: plain Node, workerd (the Workers runtime), and a real browser. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: [
            '{shared,batch,infra}/**/*.test.ts',
            'workers/{clients,rerank,qdrant-local,widget}/**/*.test.ts',
            'test/{contract,golden,architecture}/**/*.test.ts',
          ],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
