import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

const action = /\{\{\s*([^}]*?)\s*\}\}/g;

function lookUp(path: string, top: object): string {
  let value: unknown = top;
  for (const name of path.split('.').filter(Boolean)) value = (value as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string' && typeof value !== 'number') throw new Error(`the chart has no value ${path}`);
  return String(value);
}

/**
 * Puts values into a chart's templates. This is not Helm: it knows a value and `quote`, which mean the same there, and throws at everything
 * else, so that the chart cannot grow something that was never rendered.
 */
export async function renderChart(chart: string, release: { Name: string; Namespace: string }): Promise<string> {
  const Values = parse(await readFile(join(chart, 'values.yaml'), 'utf8')) as object;
  const top = { Values, Release: release };
  const names = (await readdir(join(chart, 'templates'))).sort();
  const rendered = names.map(async (name) => {
    const template = await readFile(join(chart, 'templates', name), 'utf8');
    return template.replaceAll(action, (_whole, inner: string) => {
      const [, path, quote] = /^(\.[\w.]+)( \| quote)?$/.exec(inner) ?? [];
      if (path === undefined) throw new Error(`${name}: {{ ${inner} }} is more than this renderer knows`);
      const value = lookUp(path, top);
      return quote === undefined ? value : JSON.stringify(value);
    });
  });
  return (await Promise.all(rendered)).join('---\n');
}

export const manifestsIn = (text: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    for (const error of document.errors) throw error;
    return document.toJS() as Manifest;
  });
