import { Select, Stack, Switch } from '@mantine/core';
import { useState } from 'react';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { PolicyOption } from './policy-options.ts';

interface BaselineChoiceProps {
  options: PolicyOption[];
  isReadOnly: boolean;
  value: string | null;
  onChange: (policyId: string | null) => void;
}

/** Off unless somebody asks for it: with it a policy is no longer all that a member gets. */
export function BaselineChoice({ options, isReadOnly, value, onChange }: BaselineChoiceProps) {
  const [isOpen, setOpen] = useState(value !== null);
  const isOn = isOpen || value !== null;
  return (
    <Section
      title="Baseline"
      description="One policy under everything else, for everybody. Most organisations need none: a policy then says all there is."
    >
      <Stack gap="md" maw={720}>
        <Switch
          label="Send one policy under everything"
          checked={isOn}
          disabled={isReadOnly}
          onChange={(event) => {
            setOpen(event.currentTarget.checked);
            if (!event.currentTarget.checked) onChange(null);
          }}
        />
        {isOn && (
          <>
            <Notice tone="warn" title="A policy is then no longer all that a member gets">
              <p>
                Clients since 0.140 take both and fill in from the baseline, key by key, what the policy leaves open.
                Older clients take one document, so Reeve merges the two for them by the same rules. Command rules,
                closed paths and hooks of both add up everywhere: a policy cannot lift what the baseline forbids there.
              </p>
            </Notice>
            <Select
              label="Baseline policy"
              placeholder="Choose a policy"
              maw={420}
              searchable
              nothingFoundMessage="No policy of that name"
              readOnly={isReadOnly}
              value={value}
              data={options}
              onChange={onChange}
            />
          </>
        )}
      </Stack>
    </Section>
  );
}
