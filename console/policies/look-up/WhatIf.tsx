import { Button, MultiSelect, Pill } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { useCan } from '#console/session.ts';
import { Section } from '#console/ui/Section.tsx';
import classes from './LookUp.module.css';
import { WhatIfResult } from './WhatIfResult.tsx';
import type { PolicyWhatIf } from './what-if.ts';

interface WhatIfProps {
  memberId: string | null;
  result: PolicyWhatIf | null;
  isAsking: boolean;
}

const idsIn = (list: string | undefined) => (list ?? '').split(',').filter((id) => id !== '');

/** "If they joined this group", "if this draft were published": nothing is changed by asking. */
export function WhatIf({ memberId, result, isAsking }: WhatIfProps) {
  const search = useSearch({ from: '/shell/policies/look-up' });
  const navigate = useNavigate({ from: '/policies/look-up' });
  const [isOpen, setOpen] = useState(Boolean(search.joins || search.leaves || search.publishes));
  const ask = (part: 'joins' | 'leaves' | 'publishes', ids: string[]) =>
    void navigate({
      search: (old) => ({ ...old, [part]: ids.length > 0 ? ids.join(',') : undefined }),
      replace: true,
      resetScroll: false,
    });
  if (!isOpen)
    return (
      <Section
        title="What if"
        description="What would change with another group or a published draft. Asking changes nothing."
      >
        <Button variant="default" onClick={() => setOpen(true)}>
          Try a change
        </Button>
      </Section>
    );
  return (
    <Section title="What if" description="Asking changes nothing.">
      <div className={classes.whatIf}>
        <Joined ids={idsIn(search.joins)} onIds={(ids) => ask('joins', ids)} />
        {memberId !== null && (
          <Left memberId={memberId} ids={idsIn(search.leaves)} onIds={(ids) => ask('leaves', ids)} />
        )}
        <Published ids={idsIn(search.publishes)} onIds={(ids) => ask('publishes', ids)} />
      </div>
      {result && <WhatIfResult result={result} isAsking={isAsking} />}
    </Section>
  );
}

interface PartProps {
  ids: string[];
  onIds: (ids: string[]) => void;
}

function Joined({ ids, onIds }: PartProps) {
  const groups = useQueries({ queries: ids.map((id) => api.directory.groups.get.queryOptions({ input: { id } })) });
  return (
    <div>
      <GroupPicker
        isWide
        label="If they were in this group as well"
        placeholder="If they joined a group"
        value={undefined}
        onChange={(id) => id && !ids.includes(id) && onIds([...ids, id])}
      />
      {ids.length > 0 && (
        <div className={classes.chosen}>
          {ids.map((id, index) => (
            <Pill
              key={id}
              withRemoveButton
              onRemove={() => onIds(ids.filter((one) => one !== id))}
              removeButtonProps={{
                'aria-label': `Without ${groups[index]?.data?.name ?? 'it'}`,
                tabIndex: 0,
                'aria-hidden': false,
              }}
            >
              joins {groups[index]?.data?.name ?? '…'}
            </Pill>
          ))}
        </div>
      )}
    </div>
  );
}

function Left({ memberId, ids, onIds }: PartProps & { memberId: string }) {
  const mayRead = useCan('members.read');
  const member = useQuery(api.directory.members.get.queryOptions({ input: { id: memberId }, enabled: mayRead }));
  const groups = member.data?.groups ?? [];
  if (groups.length === 0) return null;
  return (
    <MultiSelect
      aria-label="If they left these groups"
      placeholder={ids.length === 0 ? 'If they left a group' : ''}
      value={ids}
      onChange={onIds}
      data={groups.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}

function Published({ ids, onIds }: PartProps) {
  const policies = useQuery(api.policies.list.queryOptions());
  const drafts = (policies.data?.items ?? []).filter(({ hasDraft }) => hasDraft);
  if (drafts.length === 0) return null;
  return (
    <MultiSelect
      aria-label="If these drafts were published"
      placeholder={ids.length === 0 ? 'If a draft were published' : ''}
      searchable
      value={ids}
      onChange={onIds}
      data={drafts.map(({ id, name }) => ({ value: id, label: name }))}
    />
  );
}
