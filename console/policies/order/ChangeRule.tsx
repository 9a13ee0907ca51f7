import { Button, Group, NumberInput, Select, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Dialog } from '#console/ui/Dialog.tsx';
import { formatCount } from '#console/ui/figures.ts';
import type { NamedRule } from './order-draft.ts';
import type { PolicyOption } from './policy-options.ts';

interface ChangeRuleProps {
  rule: NamedRule;
  /** Counted from 0. */
  position: number;
  total: number;
  options: PolicyOption[];
  onChange: (next: { policyId: string; position: number }) => void;
  onClose: () => void;
}

/** Moving by number: the way across an order that is longer than a page. */
export function ChangeRule({ rule, position, total, options, onChange, onClose }: ChangeRuleProps) {
  const [policyId, setPolicyId] = useState(rule.policyId);
  const [place, setPlace] = useState<string | number>(position + 1);
  const isPlace = typeof place === 'number' && place >= 1 && place <= total;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPlace) onChange({ policyId, position: place - 1 });
  };
  return (
    <Dialog opened onClose={onClose} title={`${rule.groupName} in the order`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <NumberInput
            label="Position"
            description={`From 1 (tried first) to ${formatCount(total)}.`}
            min={1}
            max={total}
            clampBehavior="none"
            allowDecimal={false}
            allowNegative={false}
            error={!isPlace && `Give a number from 1 to ${formatCount(total)}.`}
            value={place}
            onChange={setPlace}
            data-autofocus
          />
          <Select
            label="Policy"
            searchable
            allowDeselect={false}
            nothingFoundMessage="No policy of that name"
            value={policyId}
            data={options}
            onChange={(id) => id && setPolicyId(id)}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isPlace}>
              Change
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
