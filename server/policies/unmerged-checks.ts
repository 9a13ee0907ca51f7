import type { ClientRemark, Diagnostic } from '#contract/policy-documents.ts';
import { readToml } from './read-toml.ts';

export function validateDefaults(defaults: string, _requirements: string): Diagnostic[] {
  const { problem } = readToml(defaults);
  if (!problem) return [];
  const message = `This is not TOML: ${problem.message}. No client could read the defaults.`;
  const { from, to } = problem;
  return [{ severity: 'error', code: 'unreadable', message, keyPath: null, from, to, fix: null }];
}

export const clientVersionRemarks = (_contents: string): ClientRemark[] => [];

export const readImportedDocument = (text: string) => ({ contents: text, defaults: '', notes: [] as string[] });
