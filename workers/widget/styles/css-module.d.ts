/** A style sheet as minified text; infra/build-widget.ts inlines it. */
declare module '*.css' {
  const text: string;
  export default text;
}
