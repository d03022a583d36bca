/**
 * Lets `work` have one piece after the other; while it has one, the next is fetched. Each piece is released when its work
 * has ended, and so is one that was fetched for nothing because the work before it failed.
 *
 * @param fetch starts to fetch the first piece, or the one after `previous`; undefined when there is no further one
 */
export async function withReadAhead<T>(
  fetch: (previous: T | undefined) => Promise<T> | undefined,
  work: (piece: T) => Promise<void>,
  release: (piece: T) => void = () => {},
): Promise<void> {
  let coming = fetch(undefined);
  while (coming !== undefined) {
    const piece = await coming;
    coming = fetch(piece);
    // Its failure is heard of when its turn comes, and is no unhandled one until then.
    coming?.catch(() => {});
    try {
      await work(piece);
    } catch (thrown) {
      // First this one: the next may wait for what it holds.
      release(piece);
      await coming?.then(release, () => {});
      throw thrown;
    }
    release(piece);
  }
}
