const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/gs;

/** The names of the outermost object of a JSON text, repeated ones repeated. The text must be valid. */
export function topLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const [token, name, colon] of text.matchAll(TOKEN)) {
    if (name === undefined) depth += token === '{' || token === '[' ? 1 : -1;
    else if (depth === 1 && colon !== undefined) keys.push(JSON.parse(`"${name}"`) as string);
  }
  return keys;
}
