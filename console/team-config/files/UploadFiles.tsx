import { Button } from '@mantine/core';
import { FolderUp, Upload } from 'lucide-react';
import { useRef, useState } from 'react';
import { ErrorNotice } from '#console/ui/ErrorNotice.tsx';
import { withFile } from '../working-files.ts';
import type { AddFilesProps } from './AddFiles.tsx';
import { readUploads } from './read-uploads.ts';

/** Files or a whole folder from the reader's disk; what has the same path is replaced. */
export function UploadFiles({ folder: place, onChange, onAdded }: AddFilesProps) {
  const picked = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<string[]>([]);
  const take = async (list: FileList | null) => {
    const { files, problems } = await readUploads([...(list ?? [])], place);
    setRefused(problems);
    const [first] = files;
    if (!first) return;
    onChange((now) => files.reduce(withFile, now));
    onAdded(first.path);
  };
  const input = (ref: typeof picked, label: string, isFolder: boolean) => (
    <input
      ref={ref}
      type="file"
      aria-label={label}
      multiple
      hidden
      // Only as an attribute: React knows no property of this name.
      {...(isFolder && { webkitdirectory: '' })}
      onChange={(event) => {
        const { currentTarget } = event;
        void take(currentTarget.files).then(() => {
          currentTarget.value = '';
        });
      }}
    />
  );
  return (
    <>
      {input(picked, 'Files to upload', false)}
      {input(folder, 'Folder to upload', true)}
      <Button variant="default" leftSection={<Upload size={16} aria-hidden />} onClick={() => picked.current?.click()}>
        Upload files
      </Button>
      <Button
        variant="default"
        leftSection={<FolderUp size={16} aria-hidden />}
        onClick={() => folder.current?.click()}
      >
        Upload folder
      </Button>
      {refused.length > 0 && (
        <ErrorNotice what="Not everything was taken" why={refused.join(' ')} next={null} reference={null} />
      )}
    </>
  );
}
