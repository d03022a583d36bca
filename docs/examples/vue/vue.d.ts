/** The part of Vue 3 that the example uses, so that its types are checked without Vue's compiler and packages. */
declare module 'vue' {
  type PropTypes = Readonly<Record<string, StringConstructor>>;
  interface Component<P extends PropTypes> {
    readonly props: P;
    readonly emits: readonly string[];
    setup(
      props: { readonly [name in keyof P]: string | undefined },
      context: { readonly emit: (event: string, ...values: unknown[]) => void },
    ): () => unknown;
  }
  export function defineComponent<P extends PropTypes>(component: Component<P>): Component<P>;
  export function h(
    tag: string,
    properties: Readonly<Record<string, string | undefined | ((event: never) => void)>>,
  ): unknown;
}
