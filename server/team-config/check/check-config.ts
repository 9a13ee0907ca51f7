import { defaultKeys, defaultsShape } from '#contract/requirements/default-keys.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import type { ConfigLayer } from '../files/config-layers.ts';
import type { Project } from '../files/project.ts';
import {
  deprecatedKeys,
  furtherKeys,
  ignoredKeys,
  keysWithoutEffect,
  signInKeys,
  unreadKeys,
} from '../files/project-keys.ts';
import { checkConfigFiles } from './check-config-files.ts';
import { checkFeatures } from './check-features.ts';
import { checkProfiles } from './check-profiles.ts';
import { checkServers } from './check-servers.ts';
import { checkValues } from './check-values.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

const isKnown = (key: string): boolean => Object.hasOwn(defaultKeys, key) && !unreadKeys.includes(key);
const knownKeys = [...Object.keys(defaultKeys).filter(isKnown), ...furtherKeys];

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
  else if (Object.hasOwn(signInKeys, key) && signInKeys[key] !== node.value)
    tell(
      'signs-out',
      `Clients apply \`${key}\` to the sign-in itself, before they ask for the policy: members are not signed in here, no policy holds, and \`codex exec\` may delete their sign-in.`,
      'Remove it. How people sign in is for the system file of the machines.',
    );
  else if (Object.hasOwn(keysWithoutEffect, key))
    tell('no-effect', `\`${key}\` has no effect in a project. ${keysWithoutEffect[key]}`, 'Remove it.');
  else if (Object.hasOwn(deprecatedKeys, key))
    tell('deprecated-key', `\`${key}\` is out of date.`, `Use ${deprecatedKeys[key]}.`);
  else if (!isKnown(key) && !furtherKeys.includes(key)) {
    const near = findings.closest('unknown-key', key, knownKeys);
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
  for (const key of layer.root.children.keys()) checkKey(layer, key, findings);
  checkValues(layer, projectShape, findings);
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
