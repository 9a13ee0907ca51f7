import { localOnlyKeys, requirementKeys } from '#contract/requirements/catalogue.ts';
import { defaultKeys } from '#contract/requirements/default-keys.ts';
import { printToml } from './fit-document.ts';
import { maxDocumentLength } from './open-document.ts';
import { decodeBase64Text, readPreferences } from './read-preferences.ts';
import { readToml, type TomlNode } from './read-toml.ts';

export interface ImportedDocument {
  contents: string;
  /** Empty when there are none. */
  defaults: string;
  /** What was done with the file, a sentence each. */
  notes: string[];
}

export type Import = { imported: ImportedDocument; refusal: null } | { imported: null; refusal: string };

const refuse = (refusal: string): Import => ({ imported: null, refusal });

const translated = ['approval_policy', 'approvals_reviewer', 'sandbox_mode'] as const;

const valueAt = (root: TomlNode, key: string): unknown => root.children.get(key)?.value;

/** A single value of a managed_config.toml binds members; the client itself reads it as these lists. */
function requirementsOf(root: TomlNode): string {
  const approval = valueAt(root, 'approval_policy');
  const reviewer = valueAt(root, 'approvals_reviewer');
  const sandbox = valueAt(root, 'sandbox_mode');
  return printToml({
    ...(approval === undefined ? {} : { allowed_approval_policies: [approval] }),
    ...(reviewer === undefined
      ? {}
      : { allowed_approvals_reviewers: reviewer === 'user' ? ['user'] : [reviewer, 'user'] }),
    ...(sandbox === undefined ? {} : { allowed_sandbox_modes: [...new Set(['read-only', sandbox])] }),
  });
}

function importManagedConfig(text: string, root: TomlNode): ImportedDocument {
  const bound = translated.filter((key) => root.children.has(key)).map((key) => `\`${key}\``);
  const notes = [
    bound.length > 0
      ? `${bound.join(', ')} became requirements: the client binds members to them, too.`
      : 'Nothing in this file binds members; it became defaults only.',
    'The file became the defaults of the policy. In managed_config.toml they win over the configuration of members; as defaults, members can change them.',
  ];
  return { contents: requirementsOf(root), defaults: text, notes };
}

function importRequirements(text: string, root: TomlNode): ImportedDocument {
  const local = Object.keys(localOnlyKeys).filter((key) => root.children.has(key));
  const notes = local.map((key) => `\`${key}\` does nothing in a policy; leave it in the file of the machine.`);
  return { contents: text, defaults: '', notes };
}

function countKeys(
  root: TomlNode,
  known: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): number {
  return [...root.children.keys()].filter((key) => Object.hasOwn(known, key) && !Object.hasOwn(other, key)).length;
}

/** Some keys are in both kinds of file; the name decides, then the keys that are in one only. */
function isConfig(root: TomlNode, fileName: string): boolean {
  if (/config\.toml$/i.test(fileName)) return true;
  if (/requirements[^/]*\.toml$/i.test(fileName)) return false;
  const requirements = countKeys(root, { ...requirementKeys, ...localOnlyKeys }, defaultKeys);
  return countKeys(root, defaultKeys, { ...requirementKeys, ...localOnlyKeys }) > requirements;
}

function importToml(text: string, fileName: string): Import {
  const { root, problem } = readToml(text);
  if (!root) return refuse(`Line ${problem.from.line} is not TOML: ${problem.message}.`);
  if (root.children.size === 0) return refuse('There is no setting in this file.');
  const wrapped = ['requirements_toml_base64', 'config_toml_base64'].filter((key) => root.children.has(key));
  if (wrapped.length > 0) {
    return importPair(wrappedText(root, 'requirements_toml_base64'), wrappedText(root, 'config_toml_base64'));
  }
  const imported = isConfig(root, fileName) ? importManagedConfig(text, root) : importRequirements(text, root);
  return { imported, refusal: null };
}

function wrappedText(root: TomlNode, key: string): string | null {
  const value = valueAt(root, key);
  return typeof value === 'string' ? decodeBase64Text(value) : null;
}

/** The two documents of a device management: the first binds, the second is a managed configuration. */
function importPair(requirementsToml: string | null, configToml: string | null): Import {
  if (requirementsToml === null && configToml === null) {
    return refuse(
      'Neither `requirements_toml_base64` nor `config_toml_base64` is in this file, or its value is not base64 of text.',
    );
  }
  const first = requirementsToml === null ? null : importToml(requirementsToml, 'requirements.toml');
  const second = configToml === null ? null : importToml(configToml, 'managed_config.toml');
  const refusal = first?.refusal ?? second?.refusal;
  if (refusal) return refuse(`Inside the base64 text: ${refusal}`);
  const [requirements, config] = [first?.imported, second?.imported];
  if (!requirements || !config) return first ?? second ?? refuse('There is no setting in this file.');
  const added = readToml(config.contents).root?.children ?? new Map<string, TomlNode>();
  const present = readToml(requirements.contents).root?.children ?? new Map<string, TomlNode>();
  const missing = Object.fromEntries(
    [...added].filter(([key]) => !present.has(key)).map(([key, { value }]) => [key, value]),
  );
  const contents =
    Object.keys(missing).length === 0 ? requirements.contents : `${printToml(missing)}\n${requirements.contents}`;
  return {
    imported: { contents, defaults: config.defaults, notes: [...requirements.notes, ...config.notes] },
    refusal: null,
  };
}

/**
 * Reads what an administrator already has: a requirements.toml, a managed_config.toml, the base64 text of a device management, or a
 * macOS property list or configuration profile. Says what it did, or in a sentence why it cannot. Never throws.
 */
export function readImportedDocument(text: string, fileName: string): Import {
  if (text.length > maxDocumentLength * 4) return refuse('The file is too large to be a policy.');
  if (text.startsWith('bplist')) {
    return refuse('This is a binary property list. Convert it first: `plutil -convert xml1 FILE`.');
  }
  if (text.includes('\0'))
    return refuse('This is not a text file. A signed profile has to be exported without its signature.');
  if (/^\uFEFF?\s*</.test(text)) {
    const preferences = readPreferences(text.replace(/^\uFEFF/, ''));
    if (preferences) return importPair(preferences.requirementsToml, preferences.configToml);
    return refuse('This is XML, but not a property list with base64 values in it.');
  }
  const decoded = decodeBase64Text(text);
  return importToml(decoded ?? text, decoded === null ? fileName : fileName.replace(/\.(b64|base64|txt)$/i, ''));
}
