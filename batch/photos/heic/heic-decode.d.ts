declare module 'heic-decode' {
  /** Decodes the primary image of a HEIC file, upright. */
  export default function decode(file: { readonly buffer: Uint8Array }): Promise<{
    readonly width: number;
    readonly height: number;
    readonly data: Uint8ClampedArray<ArrayBuffer>;
  }>;
}
