import { Button, Group, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import type { PolicyTest } from '#contract/policies.ts';
import { readToml } from '../form/inline-toml.ts';
import { CommandVerdict, type Decision } from './CommandVerdict.tsx';
import classes from './Tests.module.css';

interface TryCommandProps {
  contents: string;
  /** Makes a test of what was found. */
  onKeep?: ((test: PolicyTest) => void) | undefined;
}

/** A command line and what the rules say about each of its parts. */
export function TryCommand({ contents, onKeep }: TryCommandProps) {
  const [command, setCommand] = useState('');
  const judge = useMutation(api.policies.judge.mutationOptions());
  const asked = judge.variables?.command;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (command.trim() !== '') judge.mutate({ contents, command: command.trim() });
  };
  const isReadable = readToml(contents) !== null;
  const isOld = judge.data !== undefined && judge.variables?.contents !== contents;
  return (
    <>
      <form onSubmit={submit} aria-label="Try a command">
        <Group gap={8} align="flex-end">
          <TextInput
            label="Command line"
            placeholder="git add . && git push"
            className={classes.grows ?? ''}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '14px' } }}
            spellCheck={false}
            maxLength={10_000}
            value={command}
            onChange={(event) => setCommand(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            loading={judge.isPending}
            disabled={command.trim() === '' || !isReadable}
          >
            Try
          </Button>
        </Group>
      </form>
      {!isReadable && (
        <p className={classes.found}>The document is no TOML now: put that right first, then its rules can be read.</p>
      )}
      {judge.error && isReadable && <FailureNotice what="The command could not be judged" error={judge.error} />}
      {judge.data && asked !== undefined && (
        <div className={classes.judged} role="status">
          {isOld && <p className={classes.found}>The text has changed since. Try again for what it says now.</p>}
          <CommandVerdict command={asked} verdict={judge.data} />
          {onKeep && (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() =>
                onKeep({ kind: 'command', groupId: null, command: asked, expect: expectedOf(judge.data.decision) })
              }
            >
              Keep as a test
            </Button>
          )}
        </div>
      )}
    </>
  );
}

/** Tests do not tell who is asked. */
const expectedOf = (decision: Decision) => (decision === 'prompt-user' ? 'prompt' : (decision ?? 'no-rule'));
