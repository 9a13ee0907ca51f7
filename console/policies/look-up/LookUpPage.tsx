import { Button, Group, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { GroupPicker } from '#console/directory/GroupPicker.tsx';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { LookUpTrail } from './LookUpTrail.tsx';

/** Who gets what, and why. */
export function LookUpPage() {
  const search = useSearch({ from: '/shell/policies/look-up' });
  const navigate = useNavigate({ from: '/policies/look-up' });
  const [email, setEmail] = useState(search.email ?? '');
  const isAsked = Boolean(search.email || search.groupId);
  const found = useQuery(api.policies.lookUp.queryOptions({ input: search, enabled: isAsked, retry: false }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ search: email.trim() ? { email: email.trim() } : {} });
  };
  return (
    <Page title="Look-up" description="Which policy applies to a member or a group, and why.">
      <Group component="section" aria-label="Look up" gap="md" align="flex-end" mb="lg">
        <form onSubmit={submit}>
          <Group gap={8} align="flex-end">
            <TextInput
              label="E-mail of a member"
              type="email"
              miw={260}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <Button type="submit">Look up</Button>
          </Group>
        </form>
        <div>
          <Text fw={600} size="sm" mb={2}>
            or a group
          </Text>
          <GroupPicker
            label="Group"
            placeholder="Any group"
            value={search.groupId}
            onChange={(groupId) => {
              setEmail('');
              void navigate({ search: { groupId } });
            }}
          />
        </div>
      </Group>
      {isAsked && (
        <Loaded query={found} what="The policy could not be looked up" skeleton={<RowSkeletons rows={3} />}>
          {({ subject, policy, because, tried }) => (
            <>
              <Notice
                tone={policy ? 'ok' : 'warn'}
                title={
                  policy ? (
                    <>
                      {subject} gets{' '}
                      <TextLink to={paths.policy} params={{ id: policy.id }}>
                        {policy.name}
                      </TextLink>
                    </>
                  ) : (
                    `${subject} gets no policy`
                  )
                }
              >
                <p>{because}</p>
              </Notice>
              <LookUpTrail tried={tried} />
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}
