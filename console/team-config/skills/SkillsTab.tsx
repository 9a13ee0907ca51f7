import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { BundleCheck } from '../use-bundle-check.ts';
import { SkillCard } from './SkillCard.tsx';

/** The skills of these files as the client would list them. */
export function SkillsTab({ check: { skills, isCurrent, error } }: { check: BundleCheck }) {
  if (error) return <FailureNotice what="The skills could not be read" error={error} />;
  if (!isCurrent && skills.length === 0) return <RowSkeletons rows={4} />;
  if (skills.length === 0)
    return (
      <EmptyState>
        No skill yet: add one under Files, and it is shown here as the client lists it to its model.
      </EmptyState>
    );
  const loading = skills.filter(({ loads }) => loads);
  const characters = loading.reduce((sum, { listCharacters }) => sum + listCharacters, 0);
  return (
    <Section
      title={countOf(loading.length, 'skill loads', 'skills load')}
      description={`Every session begins with the list of its skills. These take ${formatCount(characters)} characters of it.`}
    >
      {skills.map((skill) => (
        <SkillCard key={skill.path} skill={skill} />
      ))}
    </Section>
  );
}
