/** A style sheet as text, minified; infra/build-widget.ts puts it in. */
declare module '*.css' {
  const text: string;
  export default text;
}
