import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { contract } from '#contract/index.ts';

/** OpenAPI 3.1 of Reeve's own API, as served at /api/v1. */
export async function openApiDocument(): Promise<string> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Reeve',
      version: '1',
      description: 'The admin API of Reeve. Sessions are cookies; see SECURITY.md.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
  });
  return `${JSON.stringify(document, null, 2)}\n`;
}
