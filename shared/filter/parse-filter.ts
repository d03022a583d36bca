import { AppError } from '../errors/index.ts';
import { FILTER_LIMITS, type FilterCondition, type FilterTree } from '../schema/index.ts';

/**
 * A filter as text: `year>=2019 AND (place:"Rome" OR tag:beach) AND NOT draft:true`.
 *
 * ```
 * or        = and { "OR" and }
 * and       = unary { "AND" unary }
 * unary     = "NOT" unary | "(" or ")" | condition
 * condition = field ":" "*" | field ( ":" | ">" | ">=" | "<" | "<=" ) value | field "IN" "(" value { "," value } ")"
 * value     = '"' { any character, \" or \\ } '"' | characters without space, ( ) , and "
 * ```
 *
 * Values stay texts until the types of the fields are known (`resolveFilter`).
 *
 * @throws AppError `request_invalid` with the character that is wrong.
 */
export function parseFilter(text: string): FilterTree {
  const parser = new FilterParser(text);
  return parser.whole();
}

const OPERATORS = { ':': 'eq', '>=': 'gte', '<=': 'lte', '>': 'gt', '<': 'lt' } as const;
const EXAMPLE = 'For example: year>=2019 AND (place:"Rome" OR tag:beach) AND NOT draft:true';

class FilterParser {
  readonly #text: string;
  #at = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): FilterTree {
    const tree = this.#or(1);
    this.#space();
    if (this.#at === this.#text.length) return tree;
    return this.#fail(this.#text[this.#at] === ')' ? 'a ) without its (' : 'expected AND or OR');
  }

  #or(depth: number): FilterTree {
    const parts = [this.#and(depth)];
    while (this.#take(/OR(?![A-Za-z0-9_-])/y)) parts.push(this.#and(depth));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { or: parts };
  }

  #and(depth: number): FilterTree {
    const parts = [this.#unary(depth)];
    while (this.#take(/AND(?![A-Za-z0-9_-])/y)) parts.push(this.#unary(depth));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { and: parts };
  }

  #unary(depth: number): FilterTree {
    this.#space();
    if (depth > FILTER_LIMITS.depth) this.#fail(`more than ${FILTER_LIMITS.depth} levels of ( and NOT`);
    if (this.#take(/NOT(?![A-Za-z0-9_-])/y)) return { not: this.#unary(depth + 1) };
    const open = this.#at;
    if (!this.#take(/\(/y)) return this.#condition();
    const tree = this.#or(depth + 1);
    if (this.#take(/\)/y)) return tree;
    this.#space();
    if (this.#at < this.#text.length) this.#fail('expected AND, OR or )');
    this.#at = open;
    return this.#fail('a ( without its )');
  }

  #condition(): FilterCondition {
    const at = this.#character(this.#at);
    const field = this.#take(/[A-Za-z_][A-Za-z0-9_-]*/y);
    if (!field) return this.#fail('expected the name of a field');
    if (this.#take(/IN(?![A-Za-z0-9_-])/y)) return { field, at, test: { is: 'in', values: this.#list() } };
    const operator = this.#take(/>=|<=|[:<>]/y) as keyof typeof OPERATORS | undefined;
    if (!operator) return this.#fail(`expected :, >, >=, <, <= or IN after "${field}"`);
    if (operator === ':' && this.#take(/\*(?![^\s()",])/y)) {
      this.#count();
      return { field, at, test: { is: 'exists' } };
    }
    return { field, at, test: { is: OPERATORS[operator], value: this.#value() } };
  }

  #list(): string[] {
    if (!this.#take(/\(/y)) this.#fail('expected ( after IN');
    const values = [this.#value()];
    while (this.#take(/,/y)) values.push(this.#value());
    if (!this.#take(/\)/y)) this.#fail('expected , or ) after a value of IN');
    return values;
  }

  #count(): void {
    if (++this.#values > FILTER_LIMITS.values) this.#fail(`more than ${FILTER_LIMITS.values} values`);
  }

  #value(): string {
    this.#count();
    this.#space();
    if (this.#text[this.#at] !== '"') {
      return this.#take(/[^\s()",]+/y) ?? this.#fail('expected a value; a text with spaces needs quotes');
    }
    const quoted = this.#take(/"(?:[^"\\]|\\["\\])*"/y);
    if (quoted) return quoted.slice(1, -1).replace(/\\(["\\])/g, '$1');
    return this.#fail('a " without its end, or a \\ before something else than " and \\');
  }

  #space(): void {
    const space = /\s*/y;
    space.lastIndex = this.#at;
    space.exec(this.#text);
    this.#at = space.lastIndex;
  }

  /** What the pattern finds here, behind spaces; undefined, and no step further, if it finds nothing. */
  #take(pattern: RegExp): string | undefined {
    this.#space();
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Characters as people count them. */
  #character(index: number): number {
    return Array.from(this.#text.slice(0, index)).length + 1;
  }

  #fail(what: string): never {
    throw new AppError('request_invalid', `filter, character ${this.#character(this.#at)}: ${what}.`, {
      hint: EXAMPLE,
    });
  }
}
