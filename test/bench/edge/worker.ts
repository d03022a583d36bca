/** A worker that only encodes queries, like the edge worker, with a query model that it fetches. */
import encodePlain from '../../../.build/kernels/encode-plain.wasm';
import encodeRelaxed from '../../../.build/kernels/encode-relaxed.wasm';
import { hasRelaxedSimd } from '../../../shared/match/simd/relaxed-simd.ts';
import { createRerankClient } from '../../../workers/clients/index.ts';
import { EdgeQueryEncoder } from '../../../workers/edge/search/edge-query-encoder.ts';

interface Variables {
  /** The address of the query model. */
  readonly MODEL_URL: string;
}

let encoder: EdgeQueryEncoder | undefined;

function create(url: string): EdgeQueryEncoder {
  const client = createRerankClient({ url });
  return new EdgeQueryEncoder({
    client: {
      encode: async () => ({
        generation: 'bench',
        collection: 'bench',
        images: 1,
        ranking: { shortlist: 1, coarseWeight: 1 },
        coarse: [],
        words: [],
      }),
      queryModel: (generation, mostBytes, call) => client.queryModel(generation, mostBytes, call),
    },
    kernel: async () => (hasRelaxedSimd() ? encodeRelaxed : encodePlain),
    modelBytes: Number.MAX_SAFE_INTEGER,
    timeoutMs: { encode: 1000, model: 60_000 },
    log: (line) => console.log(JSON.stringify(line)),
  });
}

export default {
  /** `POST /load`, then `POST /encode` with sentences: returns the first numbers of their coarse vectors. */
  async fetch(request: Request, { MODEL_URL }: Variables): Promise<Response> {
    const { pathname } = new URL(request.url);
    encoder ??= create(MODEL_URL);
    const own = encoder;
    if (pathname === '/healthz') return new Response('ok');
    if (pathname === '/load') {
      const loading: Promise<unknown>[] = [];
      await own.encode({ text: '', understand: true }, true, {
        waitUntil: (work) => void loading.push(work),
      });
      await Promise.all(loading);
      return Response.json({ generation: own.generation ?? null });
    }
    const numbers: number[] = [];
    for (const text of (await request.json()) as string[]) {
      const { coarse } = await own.encode({ text, understand: true }, false, { waitUntil: () => {} });
      numbers.push(coarse[0] ?? Number.NaN);
    }
    return Response.json(numbers);
  },
};
