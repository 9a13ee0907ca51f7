import { isAtLeast } from '#contract/client-versions.ts';
import type { Shape, Since } from '#contract/requirements/shape.ts';
import { type TeamConfigCode, teamConfigCodes } from '#contract/team-config-codes.ts';
import {
  agesOf,
  checkShape,
  type DocumentFinding,
  type TomlNode,
  walkDocument,
  writePath,
} from '#server/policies/index.ts';
import type { Findings } from './findings.ts';
import { failsToStart, type Layer, tellAt } from './layer.ts';

/** Of the tested clients, the oldest that policies are checked for as well when a workspace does not say otherwise. */
const oldestClient = '0.140.0';

const fixes: Partial<Record<TeamConfigCode, string>> = {
  'missing-key': 'Add it.',
  'unknown-key-refused': 'Remove it.',
};

const isCode = (code: string): code is TeamConfigCode => Object.hasOwn(teamConfigCodes, code);

/** What the checks of a policy's documents say, in the words of this one. */
const reportOf =
  ({ file }: Layer, findings: Findings) =>
  ({ code, at, message, fix }: DocumentFinding): void => {
    const known = isCode(code) ? code : 'malformed';
    const what = fix ? `${fix.label}.` : (fixes[known] ?? 'Correct the value.');
    findings.add({ code: known, file, at: 'span' in at ? at.span : at, message, fix: what });
  };

function tellAge(layer: Layer, since: Since, node: TomlNode, name: string, findings: Findings): void {
  if (isAtLeast(oldestClient, since.version)) return;
  const tell = tellAt(layer, node.key, findings);
  if (since.older === 'refuse')
    tell(
      'older-clients-refuse',
      `Clients before ${since.version} end with an error in this folder because of \`${name}\` = ${node.found}.`,
      since.instead === undefined
        ? 'Wait until nobody uses them.'
        : `Write "${since.instead}" while somebody uses them.`,
    );
  else
    tell('older-clients-ignore', `Clients before ${since.version} do not know \`${name}\` and ignore it.`, 'Nothing.');
}

/** Types and values that clients refuse, keys within tables that nobody knows, and what is young. */
export function checkValues(layer: Layer, shape: Shape, findings: Findings): void {
  const { root, text } = layer;
  checkShape(root, text, reportOf(layer, findings), shape, failsToStart);
  for (const [key, value] of root.children) {
    const known = Object.hasOwn(shape.properties ?? {}, key) ? shape.properties?.[key] : undefined;
    if (!known) continue;
    for (const visit of walkDocument(known, value, [key])) {
      const name = writePath(visit.path, root);
      if (visit.shape !== null) {
        for (const since of agesOf(visit.shape, visit.node.value)) tellAge(layer, since, visit.node, name, findings);
        continue;
      }
      const near = findings.closest('unknown-key', visit.path.at(-1) ?? '', Object.keys(visit.outer.properties ?? {}));
      const message = `Clients do not know \`${name}\` and ignore it${near ? `; did you mean \`${near}\`?` : '.'}`;
      tellAt(layer, visit.node.key, findings)('unknown-key', message, near ? `Write \`${near}\`.` : 'Remove it.');
    }
  }
}
