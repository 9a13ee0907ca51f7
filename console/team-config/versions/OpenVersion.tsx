import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Loaded } from '#console/shell/Loaded.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Bundle } from '#contract/team-config-bundles.ts';
import { FileBrowser } from '../files/FileBrowser.tsx';
import classes from '../TeamConfig.module.css';
import { useVersion } from './use-version.ts';

/** The files of one version, to look at. */
export function OpenVersion({ bundle, number }: { bundle: Bundle; number: number }) {
  const navigate = useNavigate({ from: '/team-config/$id' });
  const version = useVersion(bundle.id, number);
  return (
    <Section
      title={`Version ${number}`}
      action={
        <Button
          size="xs"
          variant="default"
          onClick={() => void navigate({ search: ({ version: _, against: __, ...rest }) => rest })}
        >
          Close
        </Button>
      }
    >
      <Loaded query={version} what="The version could not be loaded" skeleton={<RowSkeletons rows={6} />}>
        {(found) => (
          <>
            <FileBrowser files={found.files} />
            <div className={classes.sum}>
              <CopyField label="SHA-256 over all files" value={found.version.sha256} />
            </div>
          </>
        )}
      </Loaded>
    </Section>
  );
}
