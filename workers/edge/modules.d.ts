/** The built scripts of the pages as text; infra/build-edge.ts inlines them. */
declare module 'gsmn:widget' {
  const script: string;
  export default script;
}
declare module 'gsmn:explain' {
  const script: string;
  export default script;
}
/** The widget's texts in a language, as JSON. */
declare module 'gsmn:texts/*' {
  const json: string;
  export default json;
}
/** A compiled kernel; Workers must not compile at run time. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
