import { Select } from '@mantine/core';
import { Section } from '#console/ui/Section.tsx';
import type { PolicyOption } from './policy-options.ts';

interface PolicyChoiceProps {
  options: PolicyOption[];
  isReadOnly: boolean;
  value: string | null;
  onChange: (policyId: string | null) => void;
}

export function FallbackChoice({ options, isReadOnly, value, onChange }: PolicyChoiceProps) {
  return (
    <Section title="Fallback">
      <Select
        label="Everyone else gets"
        description="Without one, members in none of the groups above get no policy."
        placeholder="No policy"
        maw={420}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': 'No fallback' }}
        nothingFoundMessage="No policy of that name"
        readOnly={isReadOnly}
        value={value}
        data={options}
        onChange={onChange}
      />
    </Section>
  );
}
