import { expect, it } from 'vitest';
import worker from '../wasm-worker.ts';

it('a worker reads a WebAssembly module that it imports', async () => {
  const answer = await worker.fetch(new Request('http://localhost/'), { NAME: 'value' }).json();
  expect(answer).toEqual({ exports: expect.arrayContaining(['memory']), variables: { NAME: 'value' } });
});
