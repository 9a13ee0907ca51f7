import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { SecondFactorRule } from '#contract/second-factor.ts';
import { ChangeRule } from './ChangeRule.tsx';
import { audiences } from './rule-words.ts';

const factsOf = ({ audience, graceUntil }: SecondFactorRule): [string, ReactNode][] => {
  const begins = audience === 'off' || graceUntil === null ? null : <RelativeTime at={graceUntil} />;
  return [
    ['Asked for', audiences[audience].label],
    ['Begins', begins],
  ];
};

/** Whom the workspace asks for a second factor. */
export function RuleSection() {
  const rule = useQuery(api.secondFactor.rule.queryOptions());
  const mayChange = useCan('sign-in.write');
  const [isChanging, setChanging] = useState(false);
  return (
    <Section
      title="Second factor"
      description="A passkey or an authenticator app besides the password. Accounts of single sign-on may show theirs at the identity provider."
      action={
        mayChange && (
          <Button variant="default" onClick={() => setChanging(true)}>
            Change
          </Button>
        )
      }
    >
      <Loaded query={rule} what="The rule could not be loaded" skeleton={<RowSkeletons rows={1} />}>
        {(saved) => (
          <>
            <Facts items={factsOf(saved)} />
            {isChanging && <ChangeRule saved={saved} onClose={() => setChanging(false)} />}
          </>
        )}
      </Loaded>
    </Section>
  );
}
