/** The built widget script as text; infra/build-edge.ts puts it in. */
declare module 'gsmn:widget' {
  const script: string;
  export default script;
}
