import { Button, PasswordInput, Stack, TagsInput, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { type Connection, OidcSettings } from '#contract/sso.ts';
import { type ProviderId, providers } from './provider-guides.ts';
import classes from './Sso.module.css';
import { useSaveConnection } from './use-save-connection.ts';

interface OidcFormProps {
  connection: Connection;
  provider: ProviderId;
  isReadOnly: boolean;
}

const defaultScopes = ['openid', 'email', 'profile'];

export function OidcForm({ connection: { id, oidc }, provider, isReadOnly }: OidcFormProps) {
  const form = useForm({
    initialValues: {
      issuer: oidc?.issuer ?? (provider === 'google' ? providers.google.issuerExample : ''),
      clientId: oidc?.clientId ?? '',
      clientSecret: '',
      scopes: oidc?.scopes ?? (provider === 'okta' ? [...defaultScopes, 'groups'] : defaultScopes),
    },
    validateInputOnBlur: true,
    validate: {
      issuer: (issuer) =>
        OidcSettings.shape.issuer.safeParse(issuer.trim()).success
          ? null
          : `Write the whole address, for example ${providers[provider].issuerExample}`,
      clientId: isNotEmpty('The provider shows it where the application was registered.'),
    },
  });
  const save = useSaveConnection();
  const submit = form.onSubmit(({ issuer, clientId, clientSecret, scopes }) =>
    save.mutate(
      {
        id,
        oidc: { issuer: issuer.trim(), clientId: clientId.trim(), scopes, ...(clientSecret && { clientSecret }) },
      },
      {
        onSuccess: () => form.setFieldValue('clientSecret', ''),
        onError: (error) => form.setErrors(errorsOf(fieldErrors(describeFailure(error)))),
      },
    ),
  );
  return (
    <form onSubmit={submit} noValidate className={classes.form}>
      <Stack gap="md">
        {save.error && <FailureNotice what="Nothing was saved" error={save.error} />}
        <TextInput
          label="Issuer"
          description="An address without anything behind it; what is found under it has to name itself the same."
          placeholder={providers[provider].issuerExample}
          type="url"
          readOnly={isReadOnly}
          {...form.getInputProps('issuer')}
        />
        <TextInput label="Client ID" spellCheck={false} readOnly={isReadOnly} {...form.getInputProps('clientId')} />
        <PasswordInput
          label="Client secret"
          description={
            oidc?.hasClientSecret ? 'Leave empty to keep the stored one.' : 'Stored encrypted, never shown again.'
          }
          autoComplete="off"
          readOnly={isReadOnly}
          visibilityToggleButtonProps={{ tabIndex: 0, 'aria-label': 'Show or hide the client secret' }}
          {...form.getInputProps('clientSecret')}
        />
        <TagsInput
          label="Scopes"
          description="What is asked for; groups need their own scope at some providers."
          readOnly={isReadOnly}
          {...form.getInputProps('scopes')}
        />
        {!isReadOnly && (
          <div>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </div>
        )}
      </Stack>
    </form>
  );
}

/** The server names fields as in its input: `oidc.issuer`. */
const errorsOf = (errors: Record<string, string>) =>
  Object.fromEntries(Object.entries(errors).map(([path, message]) => [path.replace(/^oidc\./, ''), message]));
