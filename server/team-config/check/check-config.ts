import { defaultKeys, defaultsShape } from '#contract/requirements/default-keys.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { type TeamConfigCode, teamConfigCodes } from '#contract/team-config-codes.ts';
import { checkShape, closestName, type DocumentFinding, remarkShape, type Span } from '#server/policies/index.ts';
import type { ConfigLayer } from '../files/config-layers.ts';
import type { Project } from '../files/project.ts';
import { deprecatedKeys, furtherKeys, ignoredKeys, keysWithoutEffect, unreadKeys } from '../files/project-keys.ts';
import { checkConfigFiles } from './check-config-files.ts';
import { checkFeatures } from './check-features.ts';
import { checkProfiles } from './check-profiles.ts';
import { checkServers } from './check-servers.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

const isCode = (code: string): code is TeamConfigCode => Object.hasOwn(teamConfigCodes, code);

const spanOf = (at: DocumentFinding['at']): Span => ('span' in at ? at.span : at);

/** What the checks of a policy's documents say, in the words and weights of this one. */
const reportOf =
  (layer: Layer, findings: Findings) =>
  ({ code, at, message, fix }: DocumentFinding): void => {
    if (!isCode(code)) return;
    findings.add({ code, file: layer.file, at: spanOf(at), message, fix: fix ? `${fix.label}.` : null });
  };

const isKnown = (key: string): boolean => Object.hasOwn(defaultKeys, key) && !unreadKeys.includes(key);

function checkKey(layer: Layer, key: string, findings: Findings): void {
  const node = layer.root.children.get(key);
  if (!node) return;
  const tell = tellAt(layer, node.key, findings);
  if (Object.hasOwn(ignoredKeys, key))
    tell(
      'ignored-in-project',
      `Clients ignore \`${key}\` here, with a warning at every start: a repository does not decide ${ignoredKeys[key]}.`,
      'Remove it. What holds for everybody belongs in a policy, what is personal in ~/.codex/config.toml.',
    );
  else if (Object.hasOwn(keysWithoutEffect, key))
    tell('no-effect', `\`${key}\` has no effect in a project. ${keysWithoutEffect[key]}`, 'Remove it.');
  else if (Object.hasOwn(deprecatedKeys, key))
    tell('deprecated-key', `\`${key}\` is out of date.`, `Use ${deprecatedKeys[key]}.`);
  else if (!isKnown(key) && !furtherKeys.includes(key)) {
    const near = closestName(key, [...Object.keys(defaultKeys).filter(isKnown), ...furtherKeys]);
    tell(
      'unknown-key',
      `Clients do not know \`${key}\` and ignore it${near ? `; did you mean \`${near}\`?` : '.'}`,
      near ? `Write \`${near}\`.` : 'Remove it.',
    );
  }
}

/** What newer clients no longer take; the list of a policy still names it. */
function checkFormerValues(layer: Layer, findings: Findings): void {
  const approval = layer.root.children.get('approval_policy');
  if (approval?.value === 'untrusted')
    tellAt(layer, approval.span, findings)(
      'no-longer-supported',
      `Clients since 0.169.0 refuse \`approval_policy = "untrusted"\`. ${failsToStart}`,
      'Remove it: in folders that nobody trusts, clients are stricter by themselves.',
    );
  const store = layer.root.children.get('experimental_thread_store_endpoint');
  if (store)
    tellAt(layer, store.key, findings)(
      'no-longer-supported',
      `Clients refuse \`experimental_thread_store_endpoint\`. ${failsToStart}`,
      'Remove it.',
    );
}

/** Values of keys that clients ignore are not looked at either. */
function shapeOfProject(): Shape {
  const keys = Object.entries(defaultKeys).filter(
    ([key]) => !Object.hasOwn(ignoredKeys, key) && !unreadKeys.includes(key),
  );
  return { ...defaultsShape, properties: Object.fromEntries(keys) };
}
const projectShape = shapeOfProject();

function checkLayer(project: Project, layer: Layer, layers: readonly ConfigLayer[], findings: Findings): void {
  const { root, text: document } = layer;
  const report = reportOf(layer, findings);
  for (const key of root.children.keys()) checkKey(layer, key, findings);
  checkShape(root, document, report, projectShape, failsToStart);
  const walk = { root, document, oldestClient: '0.140.0', report };
  for (const [key, node] of root.children) {
    const shape = projectShape.properties?.[key];
    if (shape && Object.hasOwn(projectShape.properties ?? {}, key)) remarkShape(walk, shape, node, [key]);
  }
  checkFormerValues(layer, findings);
  checkFeatures(layer, findings);
  checkServers(layer, findings);
  checkProfiles(layer, layers, findings);
  checkConfigFiles(project, layer, findings);
}

/** Each `.codex/config.toml` by itself. */
export function checkConfig(project: Project, layers: readonly ConfigLayer[], findings: Findings): void {
  for (const layer of layers) {
    const { file, text, root, problem } = layer;
    if (text === null) {
      const isLarge = project.files.get(file)?.bytes === null;
      findings.add({
        code: isLarge ? 'file-too-large' : 'unreadable-file',
        file,
        message: isLarge
          ? 'This file is larger than 1 MiB, or cannot be read, so it was not checked.'
          : `This is not UTF-8 text. ${failsToStart}`,
        fix: isLarge ? 'Shorten it.' : 'Save it as UTF-8.',
      });
    } else if (problem) {
      const message = `This is not TOML: ${problem.message}. ${failsToStart}`;
      findings.add({ code: 'toml-syntax', file, at: problem, message, fix: 'Correct the line.' });
    } else if (root) checkLayer(project, { ...layer, text, root }, layers, findings);
  }
}
