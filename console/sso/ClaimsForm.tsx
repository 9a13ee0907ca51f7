import { Button, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { type Connection, ConnectionName } from '#contract/sso.ts';
import { providerOf, providers } from './provider-guides.ts';
import classes from './Sso.module.css';
import { useSaveConnection } from './use-save-connection.ts';

interface ClaimsFormProps {
  connection: Connection;
  isReadOnly: boolean;
}

export function ClaimsForm({ connection, isReadOnly }: ClaimsFormProps) {
  const { id, kind, name, claims, lastTest } = connection;
  const save = useSaveConnection();
  const form = useForm({
    initialValues: { name, email: claims.email, person: claims.name, groups: claims.groups ?? '' },
    validateInputOnBlur: true,
    validate: {
      name: (text) => (ConnectionName.safeParse(text).success ? null : 'Give it a name people know.'),
      email: isNotEmpty('Without an e-mail address nobody can be let in.'),
      person: isNotEmpty('Write where the name stands.'),
    },
  });
  const usual = providers[providerOf(connection) ?? 'other'].claims[kind];
  const submit = form.onSubmit((values) =>
    save.mutate({
      id,
      name: values.name.trim(),
      claims: { email: values.email.trim(), name: values.person.trim(), groups: values.groups.trim() || null },
    }),
  );
  const received = Object.keys(lastTest?.claims ?? {});
  const isMissing = (claim: string) =>
    received.length > 0 && claim.trim() !== '' && !received.includes(claim.trim()) && !claim.includes('.');
  const missing = [form.values.email, form.values.person, form.values.groups].filter(isMissing);
  const field = { spellCheck: false, readOnly: isReadOnly, maxLength: 300 };
  return (
    <form onSubmit={submit} noValidate className={classes.form}>
      <Stack gap="md">
        {save.error && <FailureNotice what="Nothing was saved" error={save.error} />}
        <TextInput
          label="Name of the connection"
          description={`On the sign-in page: “Continue with ${form.values.name.trim() || '…'}”.`}
          readOnly={isReadOnly}
          maxLength={80}
          {...form.getInputProps('name')}
        />
        <TextInput label="E-mail" placeholder={usual.email} {...field} {...form.getInputProps('email')} />
        <TextInput label="Name of the person" placeholder={usual.name} {...field} {...form.getInputProps('person')} />
        <TextInput
          label="Groups"
          description="Leave empty when groups are not to be read. Dots lead inside: realm_access.roles"
          placeholder={usual.groups ?? ''}
          {...field}
          {...form.getInputProps('groups')}
        />
        {missing.length > 0 && (
          <Notice tone="warn">
            <p>
              The last test received nothing called {missing.join(', ')}. It did receive: {received.join(', ')}.
            </p>
          </Notice>
        )}
        {!isReadOnly && (
          <div>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              Save name and claims
            </Button>
          </div>
        )}
      </Stack>
    </form>
  );
}
