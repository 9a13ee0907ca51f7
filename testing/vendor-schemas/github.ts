import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';

interface Description {
  paths: Record<string, Record<string, object | null>>;
  components: object;
}

export interface GithubAnswer {
  method: string;
  /** Below the API's base, without a query. */
  path: string;
  status: number;
  body: unknown;
}

/** Branches, references and paths hold slashes. */
const takesRest = new Set(['branch', 'ref', 'path']);

const patternOf = (template: string): RegExp =>
  new RegExp(
    `^${template.replaceAll(/\{([a-z_]+)\}/g, (whole, name: string, at: number) =>
      takesRest.has(name) && at + whole.length === template.length ? '.+' : '[^/]+',
    )}$`,
  );

/** Says which operation of GitHub's OpenAPI description an answer belongs to, and what is wrong with it there. */
export function openGithubDescription() {
  const text = readFileSync(join(import.meta.dirname, 'github.json'), 'utf8');
  const { paths, components } = JSON.parse(text) as Description;
  const ajv = new Ajv({ strict: false, allErrors: true });
  const operations = Object.entries(paths).map(([name, answers]) => {
    const [method = '', template = ''] = name.split(' ');
    return { name, method, pattern: patternOf(template), parameters: template.split('{').length, answers };
  });
  return {
    operations: operations.map(({ name }) => name),
    check({ method, path, status, body }: GithubAnswer): { operation: string; problem: string | null } {
      const [found] = operations
        .filter((one) => one.method === method && one.pattern.test(path))
        .sort((one, other) => one.parameters - other.parameters || other.name.length - one.name.length);
      if (!found) return { operation: `${method} ${path}`, problem: 'GitHub has no such operation' };
      const schema = found.answers[status];
      if (schema === undefined) return { operation: found.name, problem: `GitHub does not answer ${status}` };
      if (schema === null)
        return { operation: found.name, problem: body === null ? null : 'GitHub says nothing there' };
      const check = ajv.compile({ ...schema, components });
      return { operation: found.name, problem: check(body) ? null : ajv.errorsText(check.errors) };
    },
  };
}
