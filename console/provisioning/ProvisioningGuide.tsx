import { NativeSelect } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import classes from './Provisioning.module.css';
import { type DirectoryId, directoryIds, provisioningGuides } from './provisioning-guides.ts';

export function ProvisioningGuide({ baseUrl }: { baseUrl: string }) {
  const { provider = 'okta' } = useSearch({ from: '/shell/provisioning' });
  const navigate = useNavigate({ from: paths.provisioning });
  const { name, steps, caution } = provisioningGuides[provider];
  return (
    <Section
      title={`At ${name}`}
      action={
        <NativeSelect
          aria-label="Steps for"
          value={provider}
          data={directoryIds.map((value) => ({ value, label: provisioningGuides[value].name }))}
          onChange={(event) => {
            const chosen = event.currentTarget.value as DirectoryId;
            void navigate({ search: { provider: chosen }, replace: true, resetScroll: false });
          }}
        />
      }
    >
      <ol className={classes.steps}>
        {steps.map(({ text, hasBaseUrl }) => (
          <li key={text}>
            <Sentence text={text} />
            {hasBaseUrl && <CopyField label="SCIM base URL" value={baseUrl} />}
          </li>
        ))}
      </ol>
      {caution && (
        <div className={classes.caution}>
          <Notice tone="warn">
            <p>
              <Sentence text={caution} />
            </p>
          </Notice>
        </div>
      )}
    </Section>
  );
}
