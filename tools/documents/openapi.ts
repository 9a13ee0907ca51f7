import { describeApi } from '#server/http/api-page.ts';

/** OpenAPI 3.1 of Reeve's own API, as served at /api/v1/openapi.json. */
export const openApiDocument = async (): Promise<string> => `${JSON.stringify(await describeApi(), null, 2)}\n`;
