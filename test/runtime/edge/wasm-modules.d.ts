/** In workerd, importing a WebAssembly file returns its compiled module. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
