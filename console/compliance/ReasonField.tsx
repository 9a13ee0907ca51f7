import { Textarea } from '@mantine/core';

interface ReasonFieldProps {
  value: string;
  onChange: (reason: string) => void;
}

/** Why somebody does this: it stays in the audit log. */
export const ReasonField = ({ value, onChange }: ReasonFieldProps) => (
  <Textarea
    label="Reason"
    description="For example the number of a case or a request. It stays in the audit log."
    autosize
    minRows={2}
    maxLength={500}
    value={value}
    onChange={(event) => onChange(event.currentTarget.value)}
  />
);

/** As the contract has it. */
export const isReason = (reason: string): boolean => reason.trim().length >= 3;
