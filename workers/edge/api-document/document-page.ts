import { html, raw } from 'hono/html';

type Html = ReturnType<typeof html>;

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface SchemaName {
  readonly $ref?: string;
}

type Content = Readonly<Record<string, { readonly schema?: SchemaName }>>;

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** The part of an OpenAPI document that the page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, object>> };
}

function domain(schema: Schema = {}): string {
  // Converted from text, a parameter is described as one that may be null. It has no way to be.
  const parts = [
    [schema.type ?? []]
      .flat()
      .filter((type) => type !== 'null')
      .join(' or '),
  ];
  if (schema.minimum !== undefined || schema.maximum !== undefined) {
    parts.push(`${schema.minimum ?? '…'} to ${schema.maximum ?? '…'}`);
  }
  if (schema.maxLength !== undefined)
    parts.push(`${schema.minLength ?? 0} to ${schema.maxLength} characters`);
  if (schema.default !== undefined) parts.push(`default ${JSON.stringify(schema.default)}`);
  return parts.filter(Boolean).join(', ');
}

/** What is between backticks as code. */
function prose(text = ''): Html {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

function schemaName({ schema }: Content[string] = {}): string {
  return schema?.$ref?.split('/').at(-1) ?? '';
}

function operation(
  path: string,
  method: string,
  { summary, description, parameters, requestBody, responses }: Operation,
): Html {
  const rows = (parameters ?? []).map(
    ({ name, required, description: text, schema }) => html`<tr>
      <th scope="row"><code>${name}</code>${required ? ' (required)' : ''}</th>
      <td>${domain(schema)}</td>
      <td>${prose(text ?? schema?.description)}</td>
    </tr>`,
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, content]) => html`<tr>
      <th scope="row"><code>${type}</code></th>
      <td>${schemaName(content)}</td>
      <td></td>
    </tr>`,
  );
  const answers = Object.entries(responses).map(
    ([status, answer]) => html`<tr>
      <th scope="row"><code>${status}</code></th>
      <td>${Object.entries(answer.content ?? {}).map(([type, content]) => html`${schemaName(content)} <code>${type}</code>`)}</td>
      <td>${prose(answer.description)}</td>
    </tr>`,
  );
  return html`<section>
    <h2><code>${method.toUpperCase()} ${path}</code></h2>
    <p><strong>${summary ?? ''}.</strong> ${prose(description)}</p>
    <h3>${bodies.length > 0 ? 'Body' : 'Parameters'}</h3>
    <table><tbody>${bodies.length > 0 ? bodies : rows}</tbody></table>
    <h3>Responses</h3>
    <table><tbody>${answers}</tbody></table>
  </section>`;
}

/** An OpenAPI document as one readable page, without any script. */
export function documentPage({ info, paths, components }: ApiDocument): Html {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operation(path, method, described)),
  );
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) => html`<details>
      <summary><code>${name}</code></summary>
      <pre tabindex="0">${JSON.stringify(schema, null, 2)}</pre>
    </details>`,
  );
  return html`${raw('<!doctype html>')}
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${info.title}: API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
  </head>
  <body>
    <main class="document">
      <h1>${info.title}</h1>
      <p>${prose(info.description)} The same for machines: <a href="/openapi.json">openapi.json</a>.</p>
      ${operations}
      <h2>Schemas</h2>
      ${schemas}
    </main>
  </body>
</html>`;
}
