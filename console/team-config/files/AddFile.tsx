import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Dialog } from '#console/ui/Dialog.tsx';
import { pathProblem } from '../working-files.ts';
import type { AddFilesProps } from './AddFiles.tsx';
import { addPreset, type PresetKind, presets } from './presets.ts';

export function AddFile({
  kind,
  files,
  onChange,
  onAdded,
  onClose,
}: AddFilesProps & { kind: PresetKind; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [isTried, setTried] = useState(false);
  const preset = presets[kind];
  const path = preset.pathOf(typed.trim());
  const problem = pathProblem(files, path);
  const add = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem) return;
    onChange((now) => addPreset(now, kind, typed.trim()));
    onAdded(path);
    onClose();
  };
  return (
    <Dialog opened onClose={onClose} title={preset.title}>
      <form onSubmit={add} noValidate>
        <Stack gap="md">
          <TextInput
            label={preset.label}
            description={preset.description}
            placeholder={preset.placeholder}
            maxLength={300}
            value={typed}
            error={isTried && problem}
            data-autofocus
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          {kind !== 'file' && path !== '' && (
            <p>
              It becomes <code>{path}</code>.
            </p>
          )}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">{preset.title}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
