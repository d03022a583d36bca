import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** The part of JSON Schema that the document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly default?: unknown;
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** One method of one path. */
export interface Operation {
  /** `GET /v1/search` */
  readonly name: string;
  readonly method: string;
  /** With `{name}` for each parameter. */
  readonly path: string;
  /** The methods that the document has for the path. */
  readonly methods: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  /** Types of the files that it takes instead of JSON. */
  readonly files: readonly string[];
  readonly responses: Described['responses'];
}

/** What a service says of itself, as what can be asked and what may be answered. */
export class ApiDocument {
  readonly operations: readonly Operation[];
  readonly #document: OpenApiDocument;
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    this.#ajv.addSchema(closed(document) as object, 'document');
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
        methods: Object.keys(methods).map((one) => one.toUpperCase()),
        parameters,
        body: requestBody?.content['application/json']?.schema,
        files: Object.keys(requestBody?.content ?? {}).filter((type) => type !== 'application/json'),
        responses,
      })),
    );
  }

  /** A schema, or the one that it refers to. */
  resolve(schema: JsonSchema): JsonSchema {
    const name = schema.$ref?.replace('#/components/schemas/', '');
    return name === undefined ? schema : (this.#document.components.schemas[name] ?? {});
  }

  /**
   * What is wrong with an answer by the document: its status, its type, or its JSON, which may have no member that is not described.
   * Undefined if nothing is.
   */
  fault(
    { name, method, path, responses }: Operation,
    status: number,
    type: string | undefined,
    body: string,
  ): string | undefined {
    const response = responses[status];
    if (response === undefined) return `${name} does not describe ${status}`;
    const [plain = ''] = type?.split(';') ?? [];
    const types = Object.keys(response.content ?? {});
    if (types.length === 0)
      return body === '' ? undefined : `${status} of ${name} is described without a body`;
    if (!types.includes(plain)) return `${status} of ${name} is described as ${types.join()}, not as ${type}`;
    if (!/[/+]json$/.test(plain)) return undefined;
    const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', plain, 'schema']
      .map((step) => encodeURIComponent(String(step).replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    return this.#validate(`document#/${pointer}`, JSON.parse(body));
  }

  /** What is wrong with a value by a schema of the document, of the name. */
  schemaFault(name: string, value: unknown): string | undefined {
    return this.#validate(`document#/components/schemas/${name}`, value);
  }

  #validate(reference: string, value: unknown): string | undefined {
    const validate = this.#compiled.get(reference) ?? this.#ajv.compile({ $ref: reference });
    this.#compiled.set(reference, validate);
    return validate(value) === true ? undefined : this.#ajv.errorsText(validate.errors);
  }
}

/** The document with objects that have no members but the described ones. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const members = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isObject = members.type === 'object' && typeof members.properties === 'object';
  return isObject ? { additionalProperties: false, ...members } : members;
}
