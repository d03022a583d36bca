/** A Python literal, in which .npy headers are written. Tuples and lists become arrays, dictionaries Maps. */
export type PythonLiteral =
  | string
  | number
  | boolean
  | null
  | readonly PythonLiteral[]
  | ReadonlyMap<string, PythonLiteral>;

/** Numpy's own headers nest three deep for each structure within a structure. */
const DEEPEST = 32;

const TOKEN =
  /\s*(?:([[\](){},:])|(-?\d+)L?|[bu]?('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(True|False|None)\b)/y;

const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}' };
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
const WORDS = new Map<string, PythonLiteral>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/**
 * Parses one literal that must be the whole text.
 *
 * @throws SyntaxError for anything else, expressions included.
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  let at = 0;
  let depth = 0;

  function fail(): never {
    throw new SyntaxError(`unexpected text at character ${at}: ${JSON.stringify(text.slice(at, at + 20))}`);
  }
  /** The next token, without consuming it. */
  function peek(): RegExpExecArray {
    TOKEN.lastIndex = at;
    return TOKEN.exec(text) ?? fail();
  }
  function take(token: RegExpExecArray): void {
    at += token[0].length;
  }
  function takeMark(mark: string): boolean {
    const token = peek();
    if (token[1] !== mark) return false;
    take(token);
    return true;
  }

  function value(): PythonLiteral {
    const token = peek();
    take(token);
    const [, mark, integer, quoted, word] = token;
    if (integer !== undefined) return Number(integer);
    if (quoted !== undefined) return unquote(quoted);
    if (word !== undefined) return WORDS.get(word) ?? null;
    if (mark === undefined || CLOSING[mark] === undefined || ++depth > DEEPEST) return fail();
    const found = mark === '{' ? dictionary() : sequence(mark);
    depth--;
    return found;
  }

  function sequence(opening: string): PythonLiteral {
    const closing = CLOSING[opening] as string;
    const items: PythonLiteral[] = [];
    let commas = 0;
    while (!takeMark(closing)) {
      if (items.length > commas) fail();
      items.push(value());
      if (takeMark(',')) commas++;
    }
    // Parentheses around one value without a comma only group it.
    return opening === '(' && items.length === 1 && commas === 0 ? (items[0] as PythonLiteral) : items;
  }

  function dictionary(): PythonLiteral {
    const entries = new Map<string, PythonLiteral>();
    let comma = true;
    while (!takeMark('}')) {
      const key = comma ? value() : fail();
      if (typeof key !== 'string' || entries.has(key) || !takeMark(':')) return fail();
      entries.set(key, value());
      comma = takeMark(',');
    }
    return entries;
  }

  const found = value();
  if (text.slice(at).trim() !== '') fail();
  return found;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g, (_, x, u, other) => {
    const hex: string | undefined = x ?? u;
    return hex === undefined
      ? (ESCAPES[other] ?? String(other))
      : String.fromCharCode(Number.parseInt(hex, 16));
  });
}
