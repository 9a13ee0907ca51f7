import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { BundleFile } from '#contract/team-config-files.ts';
import { pathProblem, withoutFile, withPath } from '../working-files.ts';

interface RenameFileProps {
  file: BundleFile;
  files: BundleFile[];
  onChange: (edit: (files: BundleFile[]) => BundleFile[]) => void;
  onRenamed: (path: string) => void;
  onClose: () => void;
}

export function RenameFile({ file, files, onChange, onRenamed, onClose }: RenameFileProps) {
  const [path, setPath] = useState(file.path);
  const [isTried, setTried] = useState(false);
  const problem = path.trim() === file.path ? null : pathProblem(withoutFile(files, file.path), path.trim());
  const rename = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem) return;
    onChange((now) => withPath(now, file.path, path.trim()));
    onRenamed(path.trim());
    onClose();
  };
  return (
    <Dialog opened onClose={onClose} title="Rename or move the file">
      <form onSubmit={rename} noValidate>
        <Stack gap="md">
          <TextInput
            label="Path"
            description="AGENTS.md, or below .codex/ or .agents/; folders are made as needed."
            maxLength={300}
            value={path}
            error={isTried && problem}
            data-autofocus
            onChange={(event) => setPath(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Rename file</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
