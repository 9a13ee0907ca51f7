import { Autocomplete, Select } from '@mantine/core';
import { requirementGroups, requirementsShape } from '#contract/requirements/catalogue.ts';
import { shapeAt, wordsOf } from '../catalogue/shape-at.ts';
import { formGroups } from '../form/form-keys.ts';
import { splitKeys } from '../toml/toml-cursor.ts';
import classes from './Tests.module.css';
import type { TestDraft } from './test-draft.ts';

const keyNames = formGroups(requirementGroups).flatMap(({ keys }) => keys.map(({ name }) => name));

interface SettingFieldsProps {
  draft: TestDraft;
  problem: string | null;
  onChange: (parts: Partial<TestDraft>) => void;
}

/** Key, comparison and value of a test about a setting; values come from the catalogue where it has them. */
export function SettingFields({ draft, problem, onChange }: SettingFieldsProps) {
  const shape = shapeAt(requirementsShape, splitKeys(draft.key));
  const words = shape ? wordsOf(shape.items ?? shape).map(({ word }) => JSON.stringify(word)) : [];
  const flags = shape?.type === 'boolean' ? ['true', 'false'] : [];
  return (
    <>
      <Autocomplete
        aria-label="Setting"
        placeholder="allowed_web_search_modes"
        className={classes.grows ?? ''}
        spellCheck={false}
        maxLength={200}
        limit={50}
        value={draft.key}
        onChange={(key) => onChange({ key })}
        data={keyNames}
      />
      <Select
        aria-label="Comparison"
        w={120}
        allowDeselect={false}
        value={draft.comparison}
        onChange={(word) => onChange({ comparison: word === 'is' || word === 'contains' ? word : 'lacks' })}
        data={['is', 'contains', 'lacks']}
      />
      <Autocomplete
        aria-label="Value as TOML"
        placeholder={'"live"'}
        w={180}
        spellCheck={false}
        maxLength={2000}
        value={draft.value}
        error={problem}
        onChange={(value) => onChange({ value })}
        data={[...words, ...flags]}
      />
    </>
  );
}
