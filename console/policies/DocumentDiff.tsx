import { Stack } from '@mantine/core';
import { Facts } from '#console/ui/Facts.tsx';
import { TomlDiff } from '#console/ui/TomlDiff.tsx';
import type { PolicyDocument } from '#contract/policies.ts';
import { documentKinds } from './document-kinds.ts';
import { changesOf } from './draft-state.ts';
import classes from './PolicyPage.module.css';
import { sayTest } from './tests/say-test.ts';

interface DocumentDiffProps {
  before: PolicyDocument;
  after: PolicyDocument;
  /** What the two are, for example "Version 3" and "Draft". */
  labels: { before: string; after: string };
  isUnified?: boolean;
}

/** Everything that differs between two states of a policy. */
export function DocumentDiff({ before, after, labels, isUnified = false }: DocumentDiffProps) {
  const changes = changesOf(before, after);
  if (Object.keys(changes).length === 0) return <p>Nothing differs.</p>;
  const sideBySide = isUnified ? undefined : labels;
  const facts = [
    changes.name !== undefined && (['Name', `${before.name} becomes ${after.name}`] as const),
    changes.contact !== undefined &&
      (['Contact', `${before.contact || 'none'} becomes ${after.contact || 'none'}`] as const),
    changes.explainsRules !== undefined &&
      (['Links in justifications', after.explainsRules ? 'off becomes on' : 'on becomes off'] as const),
  ].filter((fact) => fact !== false);
  return (
    <Stack gap="md">
      {facts.length > 0 && <Facts items={facts.map(([term, value]) => [term, value])} />}
      {(['contents', 'defaults'] as const)
        .filter((part) => changes[part] !== undefined)
        .map((part) => (
          <div key={part}>
            <p className={classes.diffTitle}>{documentKinds[part].fileName}</p>
            <TomlDiff
              label={documentKinds[part].fileName}
              before={before[part]}
              after={after[part]}
              sideBySide={sideBySide}
            />
          </div>
        ))}
      {changes.tests !== undefined && (
        <div>
          <p className={classes.diffTitle}>Tests</p>
          <TestChanges before={before} after={after} />
        </div>
      )}
    </Stack>
  );
}

function TestChanges({ before, after }: { before: PolicyDocument; after: PolicyDocument }) {
  const old = before.tests.map(sayTest);
  const fresh = after.tests.map(sayTest);
  const gone = old.filter((sentence) => !fresh.includes(sentence)).map((sentence) => `Without: ${sentence}`);
  const added = fresh.filter((sentence) => !old.includes(sentence)).map((sentence) => `New: ${sentence}`);
  const lines = [...gone, ...added];
  return (
    <ul className={classes.plainList}>
      {lines.length === 0 ? <li>Their order.</li> : lines.map((line) => <li key={line}>{line}</li>)}
    </ul>
  );
}
