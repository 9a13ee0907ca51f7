import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Section } from '#console/ui/Section.tsx';
import classes from './Protection.module.css';

/** Whether the console or a folder under version control is where policies are changed. */
export function OwnerSection({ managedBy }: { managedBy: string | null }) {
  const mayChange = useCan('settings.write');
  const [folder, setFolder] = useState('');
  const [isConfirming, setConfirming] = useState(false);
  const update = useMutation(
    api.policies.protection.update.mutationOptions({
      onSuccess: (now) => {
        showDone(now.managedBy ? `${now.managedBy} owns the policies now.` : 'The console owns the policies again.');
        setConfirming(false);
      },
    }),
  );
  const next = managedBy ? null : folder.trim();
  return (
    <Section
      title="Who owns the policies"
      description="Policies can live in a folder of TOML files under version control, planned in a pull request and applied with an API key. Say so here, and nobody changes them in the console by accident."
    >
      {managedBy ? (
        <>
          <Text mb={12}>
            The folder <code>{managedBy}</code> owns them. Edits in the console are refused; API keys apply.
          </Text>
          <Button variant="default" disabled={!mayChange} onClick={() => setConfirming(true)}>
            Hand the policies back to the console
          </Button>
        </>
      ) : (
        <Group gap={8} align="flex-end">
          <TextInput
            label="Folder"
            description="Where people find it, for example a repository and a path. Shown, never opened."
            placeholder="git.example.com/platform/codex-policies"
            disabled={!mayChange}
            maxLength={200}
            w={420}
            maw="100%"
            value={folder}
            onChange={(event) => setFolder(event.currentTarget.value)}
          />
          <Button variant="default" disabled={!mayChange || !next} onClick={() => setConfirming(true)}>
            Hand the policies to this folder
          </Button>
        </Group>
      )}
      <div className={classes.command}>
        <CommandBlock
          label="Start a folder with what is published now"
          text={`export REEVE_ORIGIN=${location.origin} REEVE_API_KEY=rk-…\nreeve policies export ./policies\nreeve policies plan ./policies`}
        />
        <Text size="sm" c="dimmed" mt={8}>
          The steps, the check in a pull request and what drift means are in{' '}
          <code>docs/guides/policies-as-code.md</code>, which comes with Reeve.
        </Text>
      </div>
      <ConfirmDialog
        isOpen={isConfirming}
        title={managedBy ? 'Hand the policies back to the console?' : 'Hand the policies to this folder?'}
        confirmLabel={managedBy ? 'Hand back to the console' : 'Hand over to the folder'}
        isBusy={update.isPending}
        onClose={() => setConfirming(false)}
        onConfirm={() => update.mutate({ managedBy: next || null })}
      >
        <Stack gap="md">
          {update.error && <FailureNotice what="The owner was not changed" error={update.error} />}
          <p>
            {managedBy
              ? 'Edits in the console work again. The folder can still be applied with an API key, and would then replace what was changed here.'
              : 'From now on the console refuses to publish, assign and delete. Reading, look-up, roll back and the freeze stay. It can be handed back here at any time. Nothing changes for members.'}
          </p>
        </Stack>
      </ConfirmDialog>
    </Section>
  );
}
