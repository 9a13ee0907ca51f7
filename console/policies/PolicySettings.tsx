import { Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { Section } from '#console/ui/Section.tsx';
import type { Policy } from '#contract/policies.ts';
import { DeletePolicy } from './DeletePolicy.tsx';
import classes from './PolicyPage.module.css';
import type { WorkingDraft } from './use-policy-draft.ts';
import type { PolicyLock } from './use-policy-lock.ts';

interface PolicySettingsProps {
  policy: Policy;
  draft: WorkingDraft;
  lock: PolicyLock;
  isReadOnly: boolean;
}

/** What belongs to a policy besides its documents and tests. It is versioned with them. */
export function PolicySettings({ policy, draft, lock, isReadOnly }: PolicySettingsProps) {
  const { name, contact, explainsRules } = draft.document;
  return (
    <>
      <Stack gap="md" maw={560}>
        <TextInput
          label="Name"
          description="Clients print it when they refuse something."
          maxLength={120}
          readOnly={isReadOnly}
          value={name}
          error={name.trim() === '' && 'A policy needs a name.'}
          onChange={(event) => draft.change({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Contact"
          description="Whom a blocked developer asks, and how: a name, an address, a channel or a link."
          placeholder="Developer security, #codex-policies"
          maxLength={500}
          autosize
          minRows={1}
          readOnly={isReadOnly}
          value={contact}
          onChange={(event) => draft.change({ contact: event.currentTarget.value })}
        />
        <Switch
          label="End every justification with a link"
          description="For a blocked developer it opens the rule, its reason, the contact and how to ask. Clients print it behind the justification."
          disabled={isReadOnly}
          checked={explainsRules}
          onChange={(event) => draft.change({ explainsRules: event.currentTarget.checked })}
        />
      </Stack>
      {lock.writing === null && (
        <div className={classes.apart}>
          <Section title="Delete">
            <DeletePolicy policy={policy} lock={lock} />
          </Section>
        </div>
      )}
    </>
  );
}
