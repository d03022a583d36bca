import type { PhotoProblem } from '../photo-problem.ts';

/** What a list says of a photograph. */
export interface GivenFacts {
  /** Captions or alternative texts. */
  readonly captions: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** A photograph to read. */
export interface PhotoEntry {
  readonly kind: 'entry';
  /** Stable and unique in its source: a list's id, or the name. */
  readonly id: string;
  /** The path below the folder as `photoName` writes it, or what the list has. */
  readonly name: string;
  readonly location: { readonly path: string } | { readonly url: string };
  /** Whether content that is no image is a problem, because a name or a list promised one. */
  readonly promised: boolean;
  readonly given?: GivenFacts | undefined;
}

/** What finding comes across: a photograph to read, or why something cannot be one. */
export type Found = PhotoEntry | ({ readonly kind: 'problem' } & PhotoProblem);
