import { Button, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Connection, EmailDomain } from '#contract/sso.ts';
import { DomainChoice } from './DomainChoice.tsx';
import { GroupMappings } from './GroupMappings.tsx';
import { JoiningChoice } from './JoiningChoice.tsx';
import { asRule, type PeopleDraft, peopleProblems } from './people-draft.ts';
import classes from './Sso.module.css';
import { useSaveConnection } from './use-save-connection.ts';

/** Whose sign-in page leads here, who is let in at the first time, and into which groups. */
export function ConnectionPeople({ connection }: { connection: Connection }) {
  const domains = useQuery(api.sso.domains.list.queryOptions());
  return (
    <Loaded query={domains} what="The domains could not be loaded" skeleton={<RowSkeletons rows={4} />}>
      {({ items }) => <PeopleForm key={versionOf(connection, items)} connection={connection} domains={items} />}
    </Loaded>
  );
}

/** What the form begins with: when that changes on the server, it begins anew. */
const versionOf = ({ id, justInTime, groupMappings }: Connection, domains: EmailDomain[]): string =>
  JSON.stringify([
    justInTime,
    groupMappings,
    domains.filter((domain) => domain.connectionId === id).map((domain) => domain.id),
  ]);

function PeopleForm({ connection, domains }: { connection: Connection; domains: EmailDomain[] }) {
  const { id, justInTime, groupMappings, claims } = connection;
  const mayWrite = useCan('sign-in.write');
  const save = useSaveConnection();
  const form = useForm<PeopleDraft>({
    initialValues: {
      domainIds: domains.filter(({ connectionId }) => connectionId === id).map((domain) => domain.id),
      who: justInTime.who,
      joiningGroups: justInTime.who === 'groups' ? justInTime.groups : [],
      mappings: groupMappings.map((mapping) => ({ ...mapping, key: crypto.randomUUID() })),
    },
    validate: peopleProblems,
  });
  const submit = form.onSubmit((draft) =>
    save.mutate({
      id,
      domainIds: draft.domainIds,
      justInTime: asRule(draft),
      groupMappings: draft.mappings.map(({ value, groupId }) => ({ value: value.trim(), groupId })),
    }),
  );
  return (
    <form onSubmit={submit} noValidate>
      <Section title="Domains" description="People with an address at one of these are sent to this connection.">
        <DomainChoice connection={connection} domains={domains} form={form} isReadOnly={!mayWrite} />
      </Section>
      <Section
        title="Who becomes a member"
        description="At the first sign-in of somebody who is not a member yet. Members and invited people are let in in any case; suspended ones never."
      >
        <JoiningChoice form={form} hasGroups={claims.groups !== null} isReadOnly={!mayWrite} />
      </Section>
      <Section
        title="Groups"
        description="Which group here belongs to which group there. Followed at every sign-in, in both directions; groups not listed, and groups that SCIM looks after, are left alone."
      >
        <GroupMappings form={form} hasGroups={claims.groups !== null} isReadOnly={!mayWrite} />
      </Section>
      {mayWrite && (
        <Stack gap="md" mt="lg" className={classes.form}>
          {save.error && <FailureNotice what="Nothing was saved" error={save.error} />}
          <div>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              Save people and groups
            </Button>
          </div>
        </Stack>
      )}
    </form>
  );
}
