import { SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';
import type { BundleDetails } from '../bundle-details.ts';
import type { BundleCheck } from '../use-bundle-check.ts';
import type { WorkingBundle } from '../use-bundle-draft.ts';
import type { BundleLock } from '../use-bundle-lock.ts';
import { changesBetween, folderOf } from '../working-files.ts';
import { AddFiles } from './AddFiles.tsx';
import { CheckUnder } from './CheckUnder.tsx';
import { FileDiffs } from './FileDiffs.tsx';
import { FileEditor } from './FileEditor.tsx';
import classes from './Files.module.css';
import { FileTree } from './FileTree.tsx';
import { FindingList } from './FindingList.tsx';
import { fileMarks } from './file-marks.ts';

interface FilesTabProps {
  details: BundleDetails;
  draft: WorkingBundle;
  check: BundleCheck;
  lock: BundleLock;
}

/** The files of the draft: their text, what is wrong with it, and what differs from what is published. */
export function FilesTab({ details, draft, check, lock }: FilesTabProps) {
  const { file: asked, view } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const [jump, setJump] = useState<{ file: string; line: number; column: number } | null>(null);
  const { files } = draft;
  const isReadOnly = lock.writing !== null;
  const changes = useMemo(() => changesBetween(details.files, files), [details.files, files]);
  const newest = details.bundle.newest?.number ?? null;
  const marks = fileMarks(check.findings, newest === null ? [] : changes);
  const selected = files.find(({ path }) => path === asked) ?? files[0];
  const open = (path: string | undefined) => {
    setJump(null);
    void navigate({ search: (now) => ({ ...now, file: path, view: undefined }), replace: true });
  };
  const jumpTo = ({ file, line, column }: TeamConfigFinding) => {
    open(file);
    setJump({ file, line, column });
  };
  const add = !isReadOnly && (
    <AddFiles files={files} folder={folderOf(selected?.path)} onChange={draft.change} onAdded={open} />
  );
  return (
    <>
      <div className={classes.toolbar}>
        <div className={classes.actions}>{add}</div>
        {newest !== null && (
          <SegmentedControl
            aria-label="View"
            value={view ?? 'edit'}
            onChange={(next) =>
              void navigate({
                search: (now) => ({ ...now, view: next === 'changes' ? 'changes' : undefined }),
                replace: true,
              })
            }
            data={[
              { value: 'edit', label: 'Files' },
              { value: 'changes', label: `Changes since version ${newest} (${changes.length})` },
            ]}
          />
        )}
      </div>
      {view === 'changes' && newest !== null ? (
        <FileDiffs changes={changes} labels={{ before: `Version ${newest}`, after: 'Draft' }} />
      ) : selected ? (
        <div className={classes.columns}>
          <div className={classes.side}>
            <FileTree files={files} selected={selected.path} marks={marks} onSelect={open} />
          </div>
          <div className={classes.side}>
            <FileEditor
              key={selected.path}
              file={selected}
              files={files}
              findings={check.findings}
              isReadOnly={isReadOnly}
              jumpTo={jump?.file === selected.path ? jump : undefined}
              onChange={draft.change}
              onMoved={open}
            />
          </div>
        </div>
      ) : (
        <EmptyState>
          No files yet: add a config.toml, a rules file or a skill, or upload a folder that you have.
        </EmptyState>
      )}
      {files.length > 0 && (
        <div className={classes.findings}>
          {check.error ? (
            <FailureNotice what="The files could not be checked" error={check.error} />
          ) : (
            <FindingList check={check} under={<CheckUnder />} onJump={jumpTo} />
          )}
        </div>
      )}
    </>
  );
}
