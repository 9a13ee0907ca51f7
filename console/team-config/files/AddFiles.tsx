import { Button, Menu } from '@mantine/core';
import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import type { BundleFile } from '#contract/team-config-files.ts';
import { AddFile } from './AddFile.tsx';
import type { PresetKind } from './presets.ts';
import { UploadFiles } from './UploadFiles.tsx';

export interface AddFilesProps {
  files: BundleFile[];
  /** Of what is open: where loose files go. */
  folder: string;
  onChange: (edit: (files: BundleFile[]) => BundleFile[]) => void;
  onAdded: (path: string) => void;
}

/** What can be put into the draft: a file, what skills and rules begin with, or what somebody has on their disk. */
export function AddFiles(props: AddFilesProps) {
  const [adding, setAdding] = useState<PresetKind | null>(null);
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={16} aria-hidden />}>
            Add
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAdding('file')}>Add a file</Menu.Item>
          <Menu.Item onClick={() => setAdding('skill')}>Add a skill</Menu.Item>
          <Menu.Item onClick={() => setAdding('rules')}>Add a rules file</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <UploadFiles {...props} />
      {adding && <AddFile kind={adding} onClose={() => setAdding(null)} {...props} />}
    </>
  );
}
