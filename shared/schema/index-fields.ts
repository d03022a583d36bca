import { z } from 'zod';

/** Limits of what an index declares. */
export const FIELD_LIMITS = {
  /** Declared fields. */
  fields: 64,
  /** Characters of a text that can be filtered by. */
  textCharacters: 1000,
  /** Values of a list. */
  listValues: 1000,
} as const;

/** The types of fields. A `keyword` is a text that is compared as a whole. */
export const FIELD_TYPES = ['keyword', 'integer', 'number', 'boolean', 'date'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** Words of the filter grammar. */
const RESERVED: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'IN']);

const fieldName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/,
    'a field name has up to 40 letters (a to z), digits, _ and -, and begins with a letter or _',
  )
  .refine((name) => !RESERVED.has(name), 'AND, OR, NOT and IN are words of filters');

const declaredFieldSchema = z.strictObject({
  type: z.enum(FIELD_TYPES),
  /** Whether an image may have a list of values. */
  list: z.boolean().default(false),
  /** The member of the metadata that has the value; by default the one with the field's name. */
  from: z.string().min(1).optional(),
  /** False: never in an answer of the service, and its callers cannot filter by it. */
  public: z.boolean().default(true),
});
export type DeclaredField = z.output<typeof declaredFieldSchema>;

/** `index.schema.json`: by which fields of the metadata images are filtered, and what of it is shown. */
export const indexFieldsSchema = z.strictObject({
  format: z.literal('gsmn-index-schema'),
  version: z.literal(1),
  fields: z
    .record(fieldName, declaredFieldSchema)
    .refine((fields) => Object.keys(fields).length <= FIELD_LIMITS.fields, {
      message: `at most ${FIELD_LIMITS.fields} fields`,
    }),
  /** Whether answers show metadata that no field declares. */
  others: z.enum(['private', 'public']).default('private'),
});
/** The declaration of an index's fields. */
export type IndexFields = z.output<typeof indexFieldsSchema>;

/** A value that is compared: text, a number or a truth value; a date is its milliseconds since 1970. */
export type FieldValue = string | number | boolean;

/** What an image has in the declared fields. Fields without a value are left out. */
export type FieldValues = Readonly<Record<string, FieldValue | readonly FieldValue[]>>;

/** The member of an image's payload that holds its `FieldValues`. */
export const PAYLOAD_FIELDS = 'fields';
