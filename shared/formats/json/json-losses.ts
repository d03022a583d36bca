/** Something in a JSON text that `JSON.parse` does not keep. */
export interface JsonLoss {
  /**
   * `repeated`: the object has had a member of this name before. `rounded`: a whole number beyond 2^53. `range`: a number so
   * large or small that it becomes infinite or 0.
   */
  readonly kind: 'repeated' | 'rounded' | 'range';
  /** Names and positions from the outermost value: `places.0.width`. */
  readonly path: string;
  /** The number as it is written; for a repeated member its name. */
  readonly written: string;
}

/** An object or array that is open, and where in it the scan is. */
interface Level {
  /** Of an object. */
  readonly names: Set<string> | undefined;
  step: string | number;
}

/**
 * What `JSON.parse` would lose of a text, in its order; the text must be valid. Written as a loop, because a regular
 * expression overflows the stack in a name of some megabytes.
 */
export function* jsonLosses(text: string): Generator<JsonLoss> {
  const levels: Level[] = [];
  const path = (): string => levels.map(({ step }) => step).join('.');
  let at = 0;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === '-' || isDigit(character)) {
      const end = endOfNumber(text, at);
      if (end < 0) {
        const written = text.slice(at, -end);
        const kind = numberLoss(written);
        if (kind !== undefined) yield { kind, path: path(), written };
      }
      at = Math.abs(end);
    } else if (character === '"') {
      const end = endOfString(text, at);
      const level = levels.at(-1);
      if (level?.names !== undefined && isName(text, end)) {
        const name = JSON.parse(text.slice(at, end)) as string;
        level.step = name;
        if (level.names.has(name)) yield { kind: 'repeated', path: path(), written: name };
        level.names.add(name);
      }
      at = end;
    } else {
      if (character === ',') {
        const level = levels.at(-1);
        if (typeof level?.step === 'number') level.step++;
      } else if (character === '{') levels.push({ names: new Set(), step: '' });
      else if (character === '[') levels.push({ names: undefined, step: 0 });
      else if (character === '}' || character === ']') levels.pop();
      at++;
    }
  }
}

/** The path of the first member of a valid JSON text whose object has had its name before. */
export function repeatedMember(text: string): string | undefined {
  for (const { kind, path } of jsonLosses(text)) if (kind === 'repeated') return path;
  return undefined;
}

/** The position after the closing quote of the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** Whether a colon follows. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

/**
 * The position after the number that starts at `start`, negative if it may be lost: it has an exponent, more digits before
 * the point than are always exact, or very many characters. Few numbers of a large text do.
 */
function endOfNumber(text: string, start: number): number {
  let at = start + 1;
  while (isDigit(text[at])) at++;
  let suspect = at - start > 15;
  if (text[at] === '.') for (at++; isDigit(text[at]); ) at++;
  if (text[at] === 'e' || text[at] === 'E') {
    suspect = true;
    for (at += 2; isDigit(text[at]); ) at++;
  }
  return suspect || at - start > 300 ? -at : at;
}

function numberLoss(written: string): 'rounded' | 'range' | undefined {
  const value = Number(written);
  if (!Number.isFinite(value) || (value === 0 && /^-?[0.]*[1-9]/.test(written))) return 'range';
  // An exponent is no claim to every digit.
  return Math.abs(value) > Number.MAX_SAFE_INTEGER && !/e/i.test(written) ? 'rounded' : undefined;
}

/** What a person would lose, and what to do about it. */
export function describeLoss({ kind, path, written }: JsonLoss): { what: string; hint: string } {
  if (kind === 'repeated') return { what: `"${path}" is given more than once`, hint: 'give it once' };
  const number = written.length > 40 ? `${written.slice(0, 40)}…` : written;
  const why = kind === 'rounded' ? 'which would be rounded' : 'which is beyond the range of numbers';
  return {
    what: `${path === '' ? 'it' : `"${path}"`} is ${number}, ${why}`,
    hint: `write it as a string: "${number}"`,
  };
}
