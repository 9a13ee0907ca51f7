import { MultiSelect, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { Connection, EmailDomain } from '#contract/sso.ts';
import type { PeopleForm } from './people-draft.ts';
import classes from './Sso.module.css';

interface DomainChoiceProps {
  connection: Connection;
  domains: EmailDomain[];
  form: PeopleForm;
  isReadOnly: boolean;
}

export function DomainChoice({ connection, domains, form, isReadOnly }: DomainChoiceProps) {
  const connections = useQuery(api.sso.connections.list.queryOptions());
  const verified = domains.filter(({ status }) => status === 'verified');
  const waiting = domains.length - verified.length;
  const elsewhere = ({ connectionId }: EmailDomain) =>
    connectionId === connection.id ? undefined : connections.data?.items.find(({ id }) => id === connectionId)?.name;
  if (verified.length === 0) {
    return (
      <Text>
        {waiting === 0 ? 'There is no domain yet.' : 'No domain is verified yet.'} Add and verify one under{' '}
        <TextLink to={paths.singleSignOn}>Single sign-on</TextLink>.
      </Text>
    );
  }
  return (
    <MultiSelect
      className={classes.form ?? ''}
      searchable
      nothingFoundMessage="No other verified domain"
      label="Domains of this connection"
      description={waiting > 0 ? 'Domains appear here once they are verified.' : undefined}
      readOnly={isReadOnly}
      data={verified.map((domain) => {
        const other = elsewhere(domain);
        return { value: domain.id, label: other ? `${domain.domain} (now at ${other})` : domain.domain };
      })}
      {...form.getInputProps('domainIds')}
    />
  );
}
