import { Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { UserMinus, UserPlus } from 'lucide-react';
import { Loaded } from '#console/shell/Loaded.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { AccessChangePreview, Touched } from '#contract/roles.ts';
import classes from './Roles.module.css';

/** What would change for whom, before it is saved. */
export function RoleChangeList({ preview }: { preview: UseQueryResult<AccessChangePreview> }) {
  return (
    <Loaded query={preview} what="What would change could not be worked out" skeleton={<RowSkeletons rows={3} />}>
      {({ members, permissions, refusal }) => (
        <Stack gap="sm">
          {refusal && (
            <Notice tone="bad" title="You may not make this change">
              <p>{refusal}</p>
            </Notice>
          )}
          {members === 0 ? (
            <p className={classes.plain}>
              Nobody gains or loses anything: nobody is touched, or everyone keeps it by another way.
            </p>
          ) : (
            <>
              <p className={classes.plain}>
                <strong>{countOf(members, 'member')}</strong> may do something else from their next request on:
              </p>
              <ScrollRegion label="What would change" className={classes.scroll}>
                <ul className={classes.changes}>
                  {permissions.flatMap(({ permission, label, gain, lose }) => [
                    <Change key={`${permission}+`} way="gain" label={label} touched={gain} />,
                    <Change key={`${permission}-`} way="lose" label={label} touched={lose} />,
                  ])}
                </ul>
              </ScrollRegion>
            </>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

function Change({ way, label, touched }: { way: 'gain' | 'lose'; label: string; touched: Touched }) {
  const { count, first } = touched;
  if (count === 0) return null;
  const Icon = way === 'gain' ? UserPlus : UserMinus;
  const more = count - first.length;
  const names = first.map(({ name }) => name).join(', ');
  const verb = way === 'gain' ? ['gains', 'gain'] : ['loses', 'lose'];
  return (
    <li className={classes.change} data-way={way}>
      <Icon size={16} aria-hidden />
      <div>
        {countOf(count, `member ${verb[0]}`, `members ${verb[1]}`)} <strong>{label}</strong>
        <div className={classes.people}>
          {names}
          {more > 0 && ` and ${countOf(more, 'more', 'more')}`}
        </div>
      </div>
    </li>
  );
}
