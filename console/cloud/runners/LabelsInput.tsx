import { TagsInput } from '@mantine/core';

interface LabelsInputProps {
  value: string[];
  known: string[];
  description: string;
  error?: string | undefined;
  onChange: (labels: string[]) => void;
}

export function LabelsInput({ value, known, description, error, onChange }: LabelsInputProps) {
  return (
    <TagsInput
      label="Labels"
      description={description}
      placeholder={value.length === 0 ? 'gpu' : ''}
      data={known.filter((label) => !value.includes(label))}
      value={value}
      maxTags={20}
      error={error}
      splitChars={[',', ' ']}
      acceptValueOnBlur
      onChange={(labels) => onChange(labels.map((label) => label.trim().slice(0, 60)).filter(Boolean))}
    />
  );
}
