import type { CaptionList, ListScores, Matcher, PreparedImages, WorkOptions } from './engine.ts';

/** Implements `scoreLists` with `score`, one list after another, for matchers that gain nothing from handling them together. */
export async function scoreListsInTurn(
  score: Matcher['score'],
  prepared: PreparedImages,
  lists: readonly CaptionList[],
  { signal, onProgress }: WorkOptions = {},
): Promise<ListScores[]> {
  const total = lists.reduce((sum, { indices }) => sum + indices.length, 0);
  const scores: ListScores[] = [];
  let before = 0;
  for (const { caption, indices } of lists) {
    const first = before;
    scores.push(
      await score(prepared, [caption], indices, {
        signal,
        onProgress: onProgress && ((done) => onProgress(first + done, total)),
      }),
    );
    before += indices.length;
  }
  return scores;
}
