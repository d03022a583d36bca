/** The relations of Universal Dependencies (universaldependencies.org/u/dep) in plain words. */
const RELATIONS: Readonly<Record<string, string>> = {
  acl: 'clause that tells more of',
  'acl:relcl': 'relative clause on',
  advcl: 'clause beside',
  advmod: 'how, when or where, of',
  amod: 'quality of',
  appos: 'other name of',
  aux: 'helping verb of',
  'aux:pass': 'passive helping verb of',
  case: 'preposition or case of',
  cc: 'joining word before',
  ccomp: 'clause as the object of',
  clf: 'measure word of',
  compound: 'part of the compound',
  'compound:prt': 'particle of the verb',
  conj: 'joined to',
  cop: 'form of “to be” with',
  csubj: 'clause as the subject of',
  dep: 'belongs somehow to',
  det: 'article or pointer of',
  discourse: 'interjection beside',
  dislocated: 'set apart from',
  expl: 'placeholder with',
  fixed: 'part of the fixed phrase of',
  flat: 'part of the name',
  goeswith: 'split off from',
  iobj: 'receiver in',
  list: 'list entry after',
  mark: 'word that opens the clause of',
  nmod: 'noun that tells more of',
  'nmod:poss': 'owner of',
  nsubj: 'who or what does',
  'nsubj:pass': 'to whom or what happens',
  nummod: 'number of',
  obj: 'whom or what, of',
  obl: 'circumstance of',
  'obl:agent': 'doer of',
  orphan: 'left over beside',
  parataxis: 'sentence beside',
  punct: 'punctuation of',
  reparandum: 'slip before',
  vocative: 'person spoken to in',
  xcomp: 'what completes',
};

/**
 * A word's relation to its head, to be followed by the head. A subtype without a name of its own has the name of its
 * relation.
 */
export function relationName(relation: string): string {
  return RELATIONS[relation] ?? RELATIONS[relation.split(':')[0] ?? ''] ?? `${relation} of`;
}
