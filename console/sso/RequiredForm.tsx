import { Button, Stack, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import type { Connection } from '#contract/sso.ts';
import classes from './Sso.module.css';
import { useSaveConnection } from './use-save-connection.ts';

interface RequiredFormProps {
  connection: Connection;
  isReadOnly: boolean;
}

export function RequiredForm({ connection: { id, kind, required }, isReadOnly }: RequiredFormProps) {
  const save = useSaveConnection();
  const form = useForm({ initialValues: { amr: required.amr, acr: required.acr } });
  return (
    <form
      onSubmit={form.onSubmit((values) => save.mutate({ id, required: values }))}
      noValidate
      className={classes.form}
    >
      <Stack gap="md">
        {save.error && <FailureNotice what="Nothing was saved" error={save.error} />}
        {kind === 'oidc' && (
          <TagsInput
            label="Methods (amr)"
            description="One of them is enough, for example mfa, hwk or otp. Empty: any."
            readOnly={isReadOnly}
            maxTags={20}
            {...form.getInputProps('amr')}
          />
        )}
        <TagsInput
          label={kind === 'oidc' ? 'Classes (acr)' : 'Authentication contexts (AuthnContextClassRef)'}
          description={
            kind === 'oidc'
              ? 'Asked for at every sign-in; one of them is enough, for example phr or phrh at Okta. Empty: any.'
              : 'Asked for at every sign-in; one of them is enough, for example https://refeds.org/profile/mfa. Empty: any.'
          }
          readOnly={isReadOnly}
          maxTags={20}
          {...form.getInputProps('acr')}
        />
        {!isReadOnly && (
          <div>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              Save requirements
            </Button>
          </div>
        )}
      </Stack>
    </form>
  );
}
