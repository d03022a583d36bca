/** In workerd an import of a WebAssembly file is its module, compiled. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
