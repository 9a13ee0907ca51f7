import { NumberInput, SimpleGrid } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { WorkspaceSettings } from '#contract/workspace.ts';
import classes from './Settings.module.css';
import { hosted, hostedLimits } from './settings-words.ts';
import { ToggleRow } from './ToggleRow.tsx';

interface CloudSettingsProps {
  value: WorkspaceSettings;
  saved: WorkspaceSettings;
  /** Left out: it cannot be changed. */
  onChange: ((edited: Partial<WorkspaceSettings>) => void) | undefined;
}

/** Hosted tasks: who may give them, what their agents reach, how many run at once. */
export function CloudSettings({ value, saved, onChange }: CloudSettingsProps) {
  const isOff = !value.codexCloudEnabled;
  return (
    <Section title="Codex cloud" description={<Beside />}>
      {hosted.map(({ key, label, sentence }) => (
        <ToggleRow
          key={key}
          label={label}
          sentence={isOff && key !== 'codexCloudEnabled' ? `${sentence} No effect while Codex cloud is off.` : sentence}
          isOn={value[key]}
          isChanged={value[key] !== saved[key]}
          onChange={onChange && ((isOn) => onChange({ [key]: isOn }))}
        />
      ))}
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" className={classes.limits ?? ''}>
        {hostedLimits.map(({ key, label, sentence, max }) => (
          <NumberInput
            key={key}
            label={label}
            description={sentence}
            min={1}
            max={max}
            clampBehavior="strict"
            allowDecimal={false}
            value={value[key]}
            readOnly={!onChange}
            onChange={(count) => typeof count === 'number' && onChange?.({ [key]: count })}
          />
        ))}
      </SimpleGrid>
    </Section>
  );
}

/** Where the rest is said. */
function Beside() {
  const mayManageRunners = useCan('runners.write');
  const maySeeEnvironments = useCan('codex-cloud.use');
  return (
    <>
      {maySeeEnvironments ? <TextLink to={paths.environments}>Environments</TextLink> : 'Environments'} say what a
      container has and reaches, {mayManageRunners ? <TextLink to={paths.runners}>runners</TextLink> : 'runners'} are
      the machines. Who may use it is a permission of their role.
    </>
  );
}
