import { Button, FileButton, Group, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { formatCount } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import { type ImportPreview, mostImported } from '#contract/directory-imports.ts';
import { ImportLines } from './ImportLines.tsx';
import { ImportResult } from './ImportResult.tsx';
import { RunImport } from './RunImport.tsx';

const example = 'email,name,roles,groups\nmaya@example.com,Maya Lindqvist,Codex user,Engineering;Contractors';

type UnknownGroups = 'create' | 'refuse';

/** From a file to invitations: read, looked at line by line, and only then done, all or nothing. */
export function ImportPage() {
  const mayInvite = useCan('members.write');
  const [text, setText, forget] = useSessionStorage({ key: 'reeve-import', defaultValue: '' });
  const [unknownGroups, setUnknownGroups] = useSessionStorage<UnknownGroups>({
    key: 'reeve-import-groups',
    defaultValue: 'refuse',
  });
  const [last, setLast] = useState<ImportPreview>();
  const preview = useMutation(api.directory.imports.preview.mutationOptions({ onSuccess: setLast }));
  // Stays in sight while it is worked out anew, so that the focus does not leave the choice that asked for it.
  const seen = preview.data ?? (preview.isPending ? last : undefined);
  const run = useMutation(api.directory.imports.run.mutationOptions({ onSuccess: forget }));
  const look = (choice: UnknownGroups) => preview.mutate({ text, unknownGroups: choice });
  const edit = (next: string) => {
    setText(next);
    preview.reset();
    setLast(undefined);
    run.reset();
  };
  if (run.data) return <ImportResult {...run.data} />;
  return (
    <Page
      isWide={seen !== undefined}
      title="Import a list"
      description={`Invite up to ${formatCount(mostImported)} people from a CSV file. Nothing happens before you have seen what would.`}
      above={[{ label: 'Members', to: paths.members }]}
    >
      {mayInvite ? (
        <>
          <Section title="The list" description={<ListFormat />}>
            <Stack gap="md">
              <Textarea
                label="CSV"
                placeholder={example}
                autosize
                minRows={seen ? 3 : 6}
                maxRows={seen ? 5 : 14}
                spellCheck={false}
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                value={text}
                onChange={(event) => edit(event.currentTarget.value)}
              />
              {preview.error && <FailureNotice what="This list cannot be read" error={preview.error} />}
              <Group gap={8}>
                <FileButton
                  accept=".csv,.tsv,.txt,text/csv"
                  inputProps={{ 'aria-label': 'CSV file' }}
                  onChange={(file) => void file?.text().then(edit)}
                >
                  {(props) => (
                    <Button {...props} variant="default" leftSection={<FileUp size={16} aria-hidden />}>
                      Open a file
                    </Button>
                  )}
                </FileButton>
                <Button
                  disabled={text.trim() === ''}
                  loading={preview.isPending}
                  variant={seen ? 'default' : 'filled'}
                  onClick={() => look(unknownGroups)}
                >
                  {seen ? 'Look again' : 'See what would happen'}
                </Button>
              </Group>
            </Stack>
          </Section>
          {seen && (
            <>
              <Section title="What would happen">
                <Stack gap="md">
                  <Group gap={12}>
                    <Text id="unknown-groups">Groups that do not exist</Text>
                    <SegmentedControl
                      aria-labelledby="unknown-groups"
                      value={unknownGroups}
                      onChange={(value) => {
                        const choice: UnknownGroups = value === 'create' ? 'create' : 'refuse';
                        setUnknownGroups(choice);
                        look(choice);
                      }}
                      data={[
                        { value: 'refuse', label: 'Refuse the line' },
                        { value: 'create', label: 'Create the group' },
                      ]}
                    />
                  </Group>
                  <ImportLines preview={seen} />
                </Stack>
              </Section>
              {preview.data && (
                <RunImport
                  preview={preview.data}
                  isBusy={run.isPending}
                  error={run.error}
                  onRun={(skipProblems) =>
                    run.mutate({ text, unknownGroups, skipProblems, expected: preview.data.invited })
                  }
                />
              )}
            </>
          )}
        </>
      ) : (
        <EmptyState>Only people who may manage members can import a list.</EmptyState>
      )}
    </Page>
  );
}

function ListFormat() {
  return (
    <>
      One person on each line. The columns are <strong>email</strong>, <strong>name</strong>, <strong>roles</strong> and{' '}
      <strong>groups</strong>, in this order, or in any order under a first line that names them. Only the address is
      needed. Several roles or groups stand behind a semicolon.
    </>
  );
}
