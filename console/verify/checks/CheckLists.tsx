import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { VerifyCheck } from '#contract/setup.ts';
import { CheckItem } from './CheckItem.tsx';
import classes from './Checks.module.css';
import { statesInOrder } from './check-words.ts';

/** What needs somebody, then what is all right. */
export function CheckLists({ checks, isOpenOnly }: { checks: readonly VerifyCheck[]; isOpenOnly: boolean }) {
  const open = statesInOrder.flatMap((state) =>
    state === 'ok' ? [] : checks.filter((check) => check.state === state),
  );
  const fine = checks.filter(({ state }) => state === 'ok');
  return (
    <>
      <Section title="Needs somebody">
        {open.length === 0 ? (
          <EmptyState>Nothing here needs anybody.</EmptyState>
        ) : (
          <ul className={classes.list}>
            {open.map((check) => (
              <CheckItem key={check.id} check={check} />
            ))}
          </ul>
        )}
      </Section>
      {!isOpenOnly && fine.length > 0 && (
        <Section title={`All right (${fine.length})`}>
          <ul className={classes.list}>
            {fine.map((check) => (
              <CheckItem key={check.id} check={check} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
