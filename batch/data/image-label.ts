/** Names an image in messages: its number, counted from 0, and its name if the data has one. */
export function imageLabel(names: readonly string[] | undefined): (image: number) => string {
  return (image) => {
    const name = names?.[image];
    return name === undefined ? `image ${image}` : `image ${image} (${name})`;
  };
}
