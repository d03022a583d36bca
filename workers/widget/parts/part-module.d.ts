/** The file name of a module that is built as a script of its own; infra/build-widget.ts builds it. */
declare module 'part:*' {
  const file: string;
  export default file;
}
