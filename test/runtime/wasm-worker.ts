/** A worker with a separate WebAssembly module: shows that every way of running workers accepts both. */
import encodeRelaxed from '../../.build/kernels/encode-relaxed.wasm';

export default {
  /** The names of the module's exports, and the worker's variables. */
  fetch(_request: Request, variables: Readonly<Record<string, unknown>>): Response {
    const exports = WebAssembly.Module.exports(encodeRelaxed).map(({ name }) => name);
    return Response.json({ exports, variables });
  },
};
