/** A worker with a WebAssembly module beside it: shows that every way of running workers takes both. */
import encodeRelaxed from '../../.build/kernels/encode-relaxed.wasm';

export default {
  /** The names of the module's exports, and the worker's variables. */
  fetch(_request: Request, variables: Readonly<Record<string, unknown>>): Response {
    const exports = WebAssembly.Module.exports(encodeRelaxed).map(({ name }) => name);
    return Response.json({ exports, variables });
  },
};
