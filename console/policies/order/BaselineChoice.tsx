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
            <Notice tone="warn" title="Clients do not all merge it alike">
              <p>
                Clients that load the bundle (0.140 and newer) take the member’s policy first and fill in from the
                baseline whatever it leaves open, key by key; prefix rules, hooks and unreadable paths of both add up,
                and a hooks folder that differs stops the client. Older clients (0.120) take one document only: they get
                the member’s policy whole and nothing of the baseline. So put nothing into the baseline that has to hold
                everywhere; put that into every policy.
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
