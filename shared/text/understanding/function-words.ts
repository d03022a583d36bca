const words = (lines: string): ReadonlySet<string> => new Set(lines.split(/\s+/u));

const DETERMINERS = words('a an the any some this that these those his her its their my your our');

/** Words after which another phrase begins. */
export const BOUNDARIES = words(
  `about above across after against ahead along among around as at before behind below beneath beside between beyond by down during for
  from in inside into near next of off on onto out outside over past through to toward towards under until up upon via while with within
  and but because if so then than who whom whose which where when is are am was were be been being has have had does do did can could will
  would should may might must it he she they we you i there`,
);

/** Words that say how others relate, and name nothing to be seen. */
export function isFunctionWord(word: string): boolean {
  return DETERMINERS.has(word) || BOUNDARIES.has(word);
}
