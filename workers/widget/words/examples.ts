/** Groups of sentences to try; those of a group are shown together. */
export type Examples = readonly (readonly string[])[];

/** Reads the attribute `examples`: `|` separates sentences, `||` separates groups. */
export function parseExamples(text: string): Examples {
  return text
    .split(/\|\s*\|/)
    .map((group) =>
      group
        .split('|')
        .map((sentence) => sentence.trim())
        .filter(Boolean),
    )
    .filter((group) => group.length > 0);
}

/** The other sentences of a query's group: those to compare its images with. */
export function companions(examples: Examples, query: string): readonly string[] {
  const asked = written(query);
  const group = examples.find((sentences) => sentences.map(written).includes(asked)) ?? [];
  return group.filter((sentence) => written(sentence) !== asked);
}

/** A sentence without what its reader may write differently: capitals, and a period at its end. */
function written(sentence: string): string {
  return sentence.toLowerCase().replace(/ ?\.$/, '');
}
