import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { TomlEditor } from '#console/ui/TomlEditor.tsx';
import type { Diagnostic } from '#contract/policies.ts';
import { DiagnosticList } from './DiagnosticList.tsx';
import { useDiagnostics } from './use-diagnostics.ts';

export interface PolicyDraft {
  name: string;
  contents: string;
}

interface PolicyEditorProps {
  draft: PolicyDraft;
  onDraft: (draft: PolicyDraft) => void;
  isReadOnly?: boolean;
  /** Called only with a document the server found no error in. */
  onSave: () => void;
  saveLabel: string;
  isSaving: boolean;
  canSave: boolean;
  error: unknown;
  secondary?: ReactNode;
}

export function PolicyEditor({
  draft,
  onDraft,
  isReadOnly = false,
  onSave,
  saveLabel,
  isSaving,
  canSave,
  error,
  secondary,
}: PolicyEditorProps) {
  const { diagnostics, isCurrent, error: validationError } = useDiagnostics(draft.contents);
  const [jumpTo, setJumpTo] = useState<Diagnostic['from']>();
  const [nameError, setNameError] = useState<string | null>(null);
  const checkName = () => {
    const problem =
      draft.name.trim() === ''
        ? 'Give the policy a name. Members see it in the client when something is refused.'
        : null;
    setNameError(problem);
    return problem === null;
  };
  const save = () => {
    const firstError = diagnostics.find(({ severity }) => severity === 'error');
    if (!checkName()) return;
    if (firstError) setJumpTo({ ...firstError.from });
    else onSave();
  };
  const edit = (contents: string) => onDraft({ ...draft, contents });
  return (
    <Stack gap="md">
      {error !== null && error !== undefined && <FailureNotice what="The policy was not saved" error={error} />}
      <TextInput
        label="Name"
        description="Clients print it when they refuse something."
        maw={480}
        maxLength={120}
        value={draft.name}
        readOnly={isReadOnly}
        error={nameError}
        onBlur={checkName}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      <div>
        <TomlEditor
          label="requirements.toml"
          value={draft.contents}
          onChange={edit}
          diagnostics={diagnostics}
          isReadOnly={isReadOnly}
          jumpTo={jumpTo}
        />
        {validationError ? (
          <FailureNotice what="The document could not be checked" error={validationError} />
        ) : (
          <DiagnosticList
            diagnostics={diagnostics}
            isCurrent={isCurrent}
            onJump={setJumpTo}
            onFix={isReadOnly ? undefined : edit}
          />
        )}
      </div>
      {!isReadOnly && (
        <Group gap={8}>
          <Button onClick={save} loading={isSaving} disabled={!canSave || !isCurrent}>
            {saveLabel}
          </Button>
          {secondary}
        </Group>
      )}
    </Stack>
  );
}
