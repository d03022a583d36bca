import type { DependencyTree } from './dependency-tree.ts';

/** Shares of words in percent, by the rules of the CoNLL 2018 shared task (Zeman et al. 2018), punctuation included. */
export interface AttachmentScores {
  readonly words: number;
  readonly sentences: number;
  /** UAS: the right head. */
  readonly unlabelled: number;
  /** LAS: the right head and the right universal relation (`nmod` of `nmod:poss`). */
  readonly labelled: number;
  /** UPOS */
  readonly universalTags: number;
  /** XPOS */
  readonly tags: number;
}

/** Compares trees over the same words. */
export function attachmentScores(
  pairs: readonly { readonly gold: DependencyTree; readonly predicted: DependencyTree }[],
): AttachmentScores {
  const right = { words: 0, unlabelled: 0, labelled: 0, universalTags: 0, tags: 0 };
  for (const { gold, predicted } of pairs) {
    for (const index of gold.words.keys()) {
      const head = gold.heads[index] === predicted.heads[index];
      const relation = universal(gold.relations[index]) === universal(predicted.relations[index]);
      right.words++;
      right.unlabelled += Number(head);
      right.labelled += Number(head && relation);
      right.universalTags += Number(gold.universalTags[index] === predicted.universalTags[index]);
      right.tags += Number(gold.tags[index] === predicted.tags[index]);
    }
  }
  const share = (count: number): number => (100 * count) / right.words;
  return {
    words: right.words,
    sentences: pairs.length,
    unlabelled: share(right.unlabelled),
    labelled: share(right.labelled),
    universalTags: share(right.universalTags),
    tags: share(right.tags),
  };
}

/** A relation without its subtype. */
function universal(relation: string | undefined): string {
  return relation?.split(':', 1)[0] ?? '';
}
