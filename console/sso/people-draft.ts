import type { UseFormReturnType } from '@mantine/form';
import type { JustInTimeRule } from '#contract/sso.ts';

export interface MappingDraft {
  /** Of the row, for as long as the form is open. */
  key: string;
  value: string;
  groupId: string;
}

export interface PeopleDraft {
  domainIds: string[];
  who: JustInTimeRule['who'];
  joiningGroups: string[];
  mappings: MappingDraft[];
}

export type PeopleForm = UseFormReturnType<PeopleDraft>;

export const asRule = ({ who, joiningGroups }: PeopleDraft): JustInTimeRule =>
  who === 'groups' ? { who, groups: joiningGroups } : { who };

/** By field name, as the form wants them. */
export function peopleProblems({ who, joiningGroups, mappings }: PeopleDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (who === 'groups' && joiningGroups.length === 0) problems.joiningGroups = 'Write at least one group.';
  mappings.forEach(({ value, groupId }, index) => {
    if (value.trim() === '') problems[`mappings.${index}.value`] = 'Write the name or id of the group there.';
    if (groupId === '') problems[`mappings.${index}.groupId`] = 'Choose a group.';
    const isRepeated = mappings.some(
      (other, at) => at < index && other.groupId === groupId && other.value.trim() === value.trim(),
    );
    if (isRepeated && value.trim() !== '') problems[`mappings.${index}.value`] = 'This pair is there already.';
  });
  return problems;
}
