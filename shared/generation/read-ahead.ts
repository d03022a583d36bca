/**
 * Passes one piece after another to `work`, and fetches the next piece meanwhile. Each piece is released when its work
 * has ended. So is a piece that was fetched in vain because the work before it failed.
 *
 * @param fetch starts to fetch the first piece, or the one after `previous`; returns undefined after the last one
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
    // Its failure is reported when its turn comes, and must not count as unhandled until then.
    coming?.catch(() => {});
    try {
      await work(piece);
    } catch (thrown) {
      // This one first: the next may wait for what it holds.
      release(piece);
      await coming?.then(release, () => {});
      throw thrown;
    }
    release(piece);
  }
}
