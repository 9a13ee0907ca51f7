import { Box, Button, Group, NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { z } from 'zod';
import { useCan } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { PlannedToggle, WorkspaceSettings } from '#contract/workspace.ts';
import { CloudSettings } from './CloudSettings.tsx';
import { ConfirmSettings } from './ConfirmSettings.tsx';
import { MinimumClient, minimumError } from './MinimumClient.tsx';
import classes from './Settings.module.css';
import { clients, lifetimes, nameOf, records, surfaces, type ToggleWords } from './settings-words.ts';
import { ToggleRow } from './ToggleRow.tsx';

interface SettingsFormProps {
  saved: WorkspaceSettings;
  planned: z.infer<typeof PlannedToggle>[];
}

/** What differs from what is saved; nothing is sent before its effects were seen. */
function changesOf(draft: WorkspaceSettings, saved: WorkspaceSettings): Partial<WorkspaceSettings> {
  return Object.fromEntries(
    Object.entries(draft).filter(([key, value]) => saved[key as keyof WorkspaceSettings] !== value),
  );
}

export function SettingsForm({ saved, planned }: SettingsFormProps) {
  const mayWrite = useCan('settings.write');
  const [edits, setEdits] = useState<Partial<WorkspaceSettings>>({});
  const [isConfirming, setConfirming] = useState(false);
  const draft = { ...saved, ...edits };
  const changes = changesOf(draft, saved);
  const count = Object.keys(changes).length;
  const edit = (edited: Partial<WorkspaceSettings>) => setEdits({ ...edits, ...edited });
  const toggles = (list: ToggleWords[]) =>
    list.map(({ key, label, sentence }) => (
      <ToggleRow
        key={key}
        label={label}
        sentence={sentence}
        isOn={draft[key]}
        isChanged={key in changes}
        onChange={mayWrite ? (isOn) => edit({ [key]: isOn }) : undefined}
      />
    ));
  const nameError = draft.workspaceName.trim() === '' ? 'Give the workspace a name.' : null;
  return (
    <>
      {!mayWrite && (
        <Box mb="lg">
          <Notice tone="info">
            <p>Only a workspace owner changes these. You can read them.</p>
          </Notice>
        </Box>
      )}
      <Section title="Codex surfaces">
        {toggles(surfaces)}
        {planned.map(({ id, label, sentence, reason }) => (
          <ToggleRow key={id} label={label} sentence={sentence} isOn={false} reason={reason} />
        ))}
      </Section>
      <CloudSettings value={draft} saved={saved} onChange={mayWrite ? edit : undefined} />
      <Section title="Clients at the gateway">
        {toggles(clients)}
        <MinimumClient value={draft} onChange={mayWrite ? edit : undefined} />
        <NumberInput
          className={classes.field ?? ''}
          label="Grace for an old policy, in minutes"
          description="After a policy changes, clients that started before may go on this long. They load policy at start and keep it for up to 60 minutes."
          min={0}
          max={1440}
          clampBehavior="strict"
          allowDecimal={false}
          value={draft.policyGraceMinutes}
          readOnly={!mayWrite}
          onChange={(minutes) => typeof minutes === 'number' && edit({ policyGraceMinutes: minutes })}
        />
      </Section>
      <Section title="Tokens and keys">
        {lifetimes.map(({ key, label, sentence }) => (
          <NumberInput
            key={key}
            className={classes.field ?? ''}
            label={label}
            description={sentence}
            min={1}
            max={3650}
            clampBehavior="strict"
            allowDecimal={false}
            value={draft[key]}
            readOnly={!mayWrite}
            onChange={(days) => typeof days === 'number' && edit({ [key]: days })}
          />
        ))}
      </Section>
      <Section title="Records">{toggles(records)}</Section>
      <Section title="Workspace">
        <TextInput
          className={classes.field ?? ''}
          label="Workspace name"
          description="Members see it when they sign in."
          value={draft.workspaceName}
          readOnly={!mayWrite}
          maxLength={120}
          error={nameError}
          onChange={(event) => edit({ workspaceName: event.currentTarget.value })}
        />
        <Select
          className={classes.field ?? ''}
          label={nameOf.timeZone}
          description="Analytics counts by days and weeks of this zone. After a change everything is counted again in the background."
          searchable
          allowDeselect={false}
          nothingFoundMessage="No such time zone"
          value={draft.timeZone}
          data={[...new Set(['UTC', saved.timeZone, ...Intl.supportedValuesOf('timeZone')])]}
          readOnly={!mayWrite}
          onChange={(timeZone) => timeZone !== null && edit({ timeZone })}
        />
      </Section>
      {count > 0 && (
        <div className={classes.saveBar} role="status">
          <span>{count === 1 ? 'One change is not saved yet.' : `${count} changes are not saved yet.`}</span>
          <Group gap={8}>
            <Button variant="default" onClick={() => setEdits({})}>
              Discard
            </Button>
            <Button disabled={nameError !== null || minimumError(draft) !== null} onClick={() => setConfirming(true)}>
              Review changes
            </Button>
          </Group>
        </div>
      )}
      {isConfirming && (
        <ConfirmSettings
          changes={changes}
          onClose={() => setConfirming(false)}
          onSaved={() => {
            setEdits({});
            setConfirming(false);
          }}
        />
      )}
    </>
  );
}
