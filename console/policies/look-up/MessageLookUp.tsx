import { Button, Stack, Textarea } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import classes from './LookUp.module.css';
import { MessageOrigin } from './MessageOrigin.tsx';

/** Longer ones do not go into the address, which proxies cut and log. */
const longestInAddress = 1500;

/** What a client printed, led back to the line of the policy that says so. */
export function MessageLookUp() {
  const { message } = useSearch({ from: '/shell/policies/look-up' });
  const navigate = useNavigate({ from: '/policies/look-up' });
  const [long, setLong, forgetLong] = useSessionStorage<string | undefined>({
    key: 'reeve-look-up-message',
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const asked = message ?? long ?? '';
  const [typed, setTyped] = useState(asked);
  const origin = useQuery(
    api.policies.lookUp.error.queryOptions({ input: { text: asked }, enabled: asked !== '', retry: false }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = typed.trim();
    const isShort = text.length <= longestInAddress;
    if (isShort) forgetLong();
    else setLong(text);
    void navigate({ search: { tab: 'message', message: isShort && text !== '' ? text : undefined } });
  };
  return (
    <>
      <form onSubmit={submit}>
        <Stack gap={12} align="flex-start">
          <Textarea
            label="What the client printed"
            description="Paste the whole message. It is looked at and not stored."
            placeholder="Error: invalid value for `allowed_sandbox_modes`: … (set by enterprise-managed requirements Engineers (…))"
            autosize
            minRows={3}
            maxRows={12}
            maxLength={20_000}
            w="100%"
            maw={720}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" disabled={typed.trim() === ''}>
            Find its origin
          </Button>
        </Stack>
      </form>
      {asked !== '' && (
        <div className={classes.answer}>
          <Loaded query={origin} what="The message could not be looked up" skeleton={<RowSkeletons rows={3} />}>
            {(found) => <MessageOrigin origin={found} />}
          </Loaded>
        </div>
      )}
    </>
  );
}
