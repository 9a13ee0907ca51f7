import { Button, Group, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { formatCount } from '#console/ui/figures.ts';
import type { PolicyOption } from './policy-options.ts';

export interface Place {
  policyId: string;
  /** Counted from 0. */
  position: number;
}

interface PlaceFieldsProps {
  start: { policyId: string | null; position: number };
  /** Rules there are, with this one. */
  total: number;
  options: PolicyOption[];
  submitLabel: string;
  isReady?: boolean;
  onPlace: (place: Place) => void;
  onClose: () => void;
}

/** Policy and position of one rule. Moving by number is the way across an order that is longer than a page. */
export function PlaceFields(props: PlaceFieldsProps) {
  const { start, total, options, submitLabel, isReady = true, onPlace, onClose } = props;
  const [policyId, setPolicyId] = useState(start.policyId);
  const [place, setPlace] = useState<string | number>(start.position + 1);
  const isPlace = typeof place === 'number' && place >= 1 && place <= total;
  const mustBe = `Give a number from 1 to ${formatCount(total)}.`;
  return (
    <>
      <Select
        label="Policy"
        placeholder="Choose a policy"
        searchable
        allowDeselect={false}
        nothingFoundMessage="No policy of that name"
        value={policyId}
        data={options}
        onChange={(id) => id && setPolicyId(id)}
      />
      <NumberInput
        label="Position"
        description={`From 1 (tried first) to ${formatCount(total)}.`}
        min={1}
        max={total}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        error={!isPlace && mustBe}
        value={place}
        onChange={setPlace}
      />
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={!isPlace || !policyId || !isReady}
          onClick={() => isPlace && policyId && onPlace({ policyId, position: place - 1 })}
        >
          {submitLabel}
        </Button>
      </Group>
    </>
  );
}
