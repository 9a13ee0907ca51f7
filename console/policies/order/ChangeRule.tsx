import { Stack } from '@mantine/core';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { NamedRule } from './order-draft.ts';
import { type Place, PlaceFields } from './PlaceFields.tsx';
import type { PolicyOption } from './policy-options.ts';

interface ChangeRuleProps {
  rule: NamedRule;
  /** Counted from 0. */
  position: number;
  total: number;
  options: PolicyOption[];
  onChange: (place: Place) => void;
  onClose: () => void;
}

export function ChangeRule({ rule, position, total, options, onChange, onClose }: ChangeRuleProps) {
  return (
    <Dialog opened onClose={onClose} title={`${rule.groupName} in the order`}>
      <Stack gap="md">
        <PlaceFields
          start={{ policyId: rule.policyId, position }}
          total={total}
          options={options}
          submitLabel="Change"
          onPlace={onChange}
          onClose={onClose}
        />
      </Stack>
    </Dialog>
  );
}
