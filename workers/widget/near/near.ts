/** The images that a search goes by beside its sentence, by their ids in a version of the index. */
export interface Near {
  /** `like`: the images nearest to one image, instead of those for the sentence. `not`: those that look like these are ranked lower. */
  readonly kind: 'like' | 'not';
  readonly ids: readonly number[];
  readonly generation: string;
}

/** Images that one search can deny. */
const MOST = 8;
const FORM = /^(?:(like)-(\d{1,15})|(not)-(\d{1,15}(?:-\d{1,15}){0,7}))-([0-9a-f]{16})$/;

/** Reads the form that an address has: `like-12-GENERATION`, `not-12-7-GENERATION`; undefined if it is none. */
export function parseNear(text: string): Near | undefined {
  const [, like, one, , several, generation = ''] = FORM.exec(text) ?? [];
  const ids = (one ?? several)?.split('-').map(Number);
  return ids && { kind: like ? 'like' : 'not', ids, generation };
}

/** The form for the address; empty without images. */
export function printNear({ kind, ids, generation }: Near): string {
  return ids.length === 0 ? '' : [kind, ...ids, generation].join('-');
}

/** Whether one more image can be denied. */
export function canDeny(near: Near | undefined): boolean {
  return near === undefined || (near.kind === 'not' && near.ids.length < MOST);
}

/** With one more image that results should not be like. */
export function denying(near: Near | undefined, id: number, generation: string): Near {
  return { kind: 'not', ids: [...new Set([...(near?.ids ?? []), id])], generation };
}

export function without(near: Near, id: number): Near {
  return { ...near, ids: near.ids.filter((other) => other !== id) };
}
