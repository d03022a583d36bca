import { encodeQuery, type Vocabulary } from '../../shared/text/index.ts';

/** Captions as word ids, and how well the vocabulary knows them. */
export interface EncodedCaptions {
  /** Of each caption the ids of its words between those of `<start>` and `<end>`. */
  readonly ids: readonly (readonly number[])[];
  readonly words: number;
  /** Words that became `<unk>`. */
  readonly unknown: number;
  /** Captions without any word. */
  readonly empty: number;
}

/** Captions cut into words and looked up, exactly as a query is when it is searched for. */
export function encodeCaptions(captions: readonly string[], vocabulary: Vocabulary): EncodedCaptions {
  const encoded = captions.map((caption) => encodeQuery(caption, vocabulary));
  const words = encoded.flatMap((caption) => caption.words);
  return {
    ids: encoded.map(({ ids }) => ids),
    words: words.length,
    unknown: words.filter(({ known }) => !known).length,
    empty: encoded.filter((caption) => caption.words.length === 0).length,
  };
}

/** The text of a `{split}_precaps_stan.txt`: a caption a line, its ids separated by commas. */
export function captionIdLines({ ids }: EncodedCaptions): string {
  return ids.map((caption) => `${caption.join(',')}\n`).join('');
}
