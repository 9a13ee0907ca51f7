import { Radio, Select, Stack } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { SecondFactorAudience, type SecondFactorRule } from '#contract/second-factor.ts';
import { audiences } from './rule-words.ts';
import classes from './SecondFactor.module.css';

const dayMs = 86_400_000;
const graces = [
  { value: '0', label: 'At once' },
  { value: '7', label: 'In 7 days' },
  { value: '14', label: 'In 14 days' },
  { value: '30', label: 'In 30 days' },
];
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

/** Choose, see whom it touches, save. */
export function ChangeRule({ saved, onClose }: { saved: SecondFactorRule; onClose: () => void }) {
  const [audience, setAudience] = useState(saved.audience);
  // A rule that holds already is not put off by changing whom it is about.
  const [grace, setGrace] = useState<string | null>(
    saved.graceUntil !== null ? 'kept' : saved.audience === 'off' ? '14' : '0',
  );
  const [now] = useState(() => Date.now());
  const graceUntil =
    grace === 'kept' ? saved.graceUntil : grace === '0' ? null : new Date(now + Number(grace) * dayMs).toISOString();
  const rule = { audience, graceUntil: audience === 'off' ? null : graceUntil };
  const isAtOnce = rule.graceUntil === null || new Date(rule.graceUntil).getTime() <= now;
  const preview = useQuery(api.secondFactor.previewRule.queryOptions({ input: rule, staleTime: 0 }));
  const save = useMutation(
    api.secondFactor.updateRule.mutationOptions({
      onSuccess: () => {
        showDone('The rule for second factors was saved.');
        onClose();
      },
    }),
  );
  const kept = saved.graceUntil && { value: 'kept', label: `${day.format(new Date(saved.graceUntil))}, as now` };
  return (
    <ConfirmDialog
      isOpen
      title="Who needs a second factor?"
      confirmLabel="Save rule"
      isBusy={save.isPending}
      isReady={preview.isSuccess}
      onClose={onClose}
      onConfirm={() => save.mutate(rule)}
    >
      {save.error && <FailureNotice what="The rule was not changed" error={save.error} />}
      <Radio.Group
        label="Asked for a second factor"
        value={audience}
        onChange={(value) => setAudience(SecondFactorAudience.parse(value))}
      >
        <Stack gap={8} mt={4}>
          {SecondFactorAudience.options.map((value) => (
            <Radio key={value} value={value} label={audiences[value].label} description={audiences[value].sentence} />
          ))}
        </Stack>
      </Radio.Group>
      {audience !== 'off' && (
        <Select
          label="Begins"
          description="Until then people are reminded on every page."
          allowDeselect={false}
          data={kept ? [kept, ...graces] : graces}
          value={grace}
          onChange={setGrace}
        />
      )}
      <Loaded query={preview} what="Whom it touches could not be worked out" skeleton={<RowSkeletons rows={2} />}>
        {(effects) => <Effects {...effects} isAtOnce={isAtOnce} isOff={audience === 'off'} />}
      </Loaded>
    </ConfirmDialog>
  );
}

interface EffectsProps {
  asked: number;
  withoutFactor: number;
  firstWithout: { id: string; name: string; email: string }[];
  isCallerWithout: boolean;
  isAtOnce: boolean;
  isOff: boolean;
}

function Effects({ asked, withoutFactor, firstWithout, isCallerWithout, isAtOnce, isOff }: EffectsProps) {
  if (isOff)
    return (
      <Notice tone="info">
        <p>Nobody is asked for one at sign-in unless they have set one up themselves.</p>
      </Notice>
    );
  const more = withoutFactor - firstWithout.length;
  return (
    <Notice tone={withoutFactor > 0 ? 'warn' : 'info'}>
      <p>
        It is about {countOf(asked, 'active member')};{' '}
        {withoutFactor === 0 ? 'all have one' : `${withoutFactor} of them have none`}.
        {withoutFactor > 0 && isAtOnce && ' They get no further than setting one up, from their next click on.'}
      </p>
      {isCallerWithout && <p>You have none yourself. Set one up under your account first.</p>}
      {firstWithout.length > 0 && (
        <ul className={classes.people} aria-label="Members without a second factor">
          {firstWithout.slice(0, 5).map(({ id, name, email }) => (
            <li key={id}>{name === email ? email : `${name}, ${email}`}</li>
          ))}
          {withoutFactor > 5 && <li>and {more + Math.max(0, firstWithout.length - 5)} more</li>}
        </ul>
      )}
    </Notice>
  );
}
