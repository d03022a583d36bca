/** The built widget; infra/build-edge.ts inlines it, and what follows. */
declare module 'gsmn:widget' {
  const widget: import('./assets/widget-files.ts').WidgetFiles;
  export default widget;
}
/** The built script of `/explain` as text. */
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
