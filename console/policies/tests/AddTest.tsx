import { Button, Group, SegmentedControl, Select, TextInput } from '@mantine/core';
import { Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import type { PolicyTest } from '#contract/policies.ts';
import { SettingFields } from './SettingFields.tsx';
import classes from './Tests.module.css';
import { draftTest, emptyTest, type TestDraft } from './test-draft.ts';

/** A test as a sentence with gaps. */
export function AddTest({ onAdd }: { onAdd: (test: PolicyTest) => void }) {
  const [draft, setDraft] = useState<TestDraft>(emptyTest);
  const [problem, setProblem] = useState<string | null>(null);
  const change = (parts: Partial<TestDraft>) => {
    setProblem(null);
    setDraft((before) => ({ ...before, ...parts }));
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    const made = draftTest(draft);
    if ('problem' in made) {
      setProblem(made.problem);
      return;
    }
    onAdd(made.test);
    setDraft((before) => ({ ...emptyTest, kind: before.kind, groupId: before.groupId }));
  };
  return (
    <form className={classes.add} onSubmit={add} aria-label="Add a test">
      <SegmentedControl
        aria-label="What is tested"
        value={draft.kind}
        onChange={(kind) => change({ kind: kind === 'setting' ? 'setting' : 'command' })}
        data={[
          { value: 'command', label: 'A command' },
          { value: 'setting', label: 'A setting' },
        ]}
      />
      <Group gap={8} align="flex-start">
        <GroupPicker
          label="For whom"
          placeholder="For anybody with it"
          value={draft.groupId ?? undefined}
          onChange={(groupId) => change({ groupId: groupId ?? null })}
        />
        {draft.kind === 'command' ? (
          <>
            <TextInput
              aria-label="Command"
              placeholder="git push origin main"
              className={classes.grows ?? ''}
              spellCheck={false}
              maxLength={2000}
              value={draft.command}
              error={problem}
              onChange={(event) => change({ command: event.currentTarget.value })}
            />
            <Select
              aria-label="Expected decision"
              w={180}
              allowDeselect={false}
              value={draft.decision}
              onChange={(decision) =>
                change({ decision: decision === 'forbidden' || decision === 'no-rule' ? decision : 'prompt' })
              }
              data={[
                { value: 'prompt', label: 'prompts' },
                { value: 'forbidden', label: 'is forbidden' },
                { value: 'no-rule', label: 'meets no rule' },
              ]}
            />
          </>
        ) : (
          <SettingFields draft={draft} problem={problem} onChange={change} />
        )}
        <Button type="submit" variant="default" leftSection={<Plus size={16} aria-hidden />}>
          Add test
        </Button>
      </Group>
    </form>
  );
}
