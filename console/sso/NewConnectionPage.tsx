import { Button, Radio, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showFailure } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { ConnectionName } from '#contract/sso.ts';
import { type Kind, type ProviderId, providerIds, providers } from './provider-guides.ts';
import classes from './Sso.module.css';

interface NewConnection {
  provider: ProviderId;
  kind: Kind;
  name: string;
}

/** Made as a draft at once: the identity provider needs addresses that only exist with it. */
async function create({ provider, kind, name }: NewConnection) {
  const connection = await client.sso.connections.create({ kind, name });
  const claims = providers[provider].claims[kind];
  // It is there already: repeating the whole would make a second one.
  await client.sso.connections
    .update({ id: connection.id, claims })
    .catch((error: unknown) =>
      showFailure(`The claims of ${providers[provider].name} have to be set under Details`, error),
    );
  return connection;
}

export function NewConnectionPage() {
  const navigate = useNavigate();
  const mayWrite = useCan('sign-in.write');
  const form = useForm<NewConnection>({
    initialValues: { provider: 'okta', kind: 'oidc', name: providers.okta.signInName },
    validate: {
      name: (name) => (ConnectionName.safeParse(name).success ? null : 'Give it a name people know, up to 80 letters.'),
    },
  });
  const start = useMutation({
    mutationFn: create,
    meta: { leavesPage: true },
    onSuccess: ({ id }, { provider }) =>
      navigate({ to: paths.connection, params: { id }, search: { provider }, replace: true }),
  });
  const { provider, kind, name } = form.values;
  const choose = (chosen: ProviderId) => {
    form.setFieldValue('provider', chosen);
    // A name that somebody typed stays.
    if (name === providers[provider].signInName) form.setFieldValue('name', providers[chosen].signInName);
  };
  const caution = providers[provider].caution[kind];
  return (
    <Page
      title="Add a connection"
      description="It begins as a draft: nobody signs in with it before it is tested and enabled."
      above={[{ label: 'Single sign-on', to: paths.singleSignOn }]}
    >
      {mayWrite ? (
        <form onSubmit={form.onSubmit((values) => start.mutate(values))} noValidate className={classes.form}>
          <Stack gap="lg">
            {start.error && <FailureNotice what="No connection was made" error={start.error} />}
            <Radio.Group label="Identity provider" value={provider} onChange={(value) => choose(value as ProviderId)}>
              <Stack gap={8} mt={4}>
                {providerIds.map((id) => (
                  <Radio key={id} value={id} label={providers[id].name} />
                ))}
              </Stack>
            </Radio.Group>
            <Radio.Group label="Protocol" {...form.getInputProps('kind')}>
              <Stack gap={8} mt={4}>
                <Radio
                  value="oidc"
                  label="OpenID Connect"
                  description="Less to set up, nothing that runs out but the client secret. The usual choice."
                />
                <Radio
                  value="saml"
                  label="SAML 2.0"
                  description="Where the provider offers groups or provisioning only with it, or the house rules ask for it."
                />
              </Stack>
            </Radio.Group>
            {caution && (
              <Notice tone="info">
                <p>{caution}</p>
              </Notice>
            )}
            <TextInput
              label="Name"
              description={`People read it on the sign-in page: “Continue with ${name.trim() || '…'}”.`}
              maxLength={80}
              maw={420}
              {...form.getInputProps('name')}
            />
            <div>
              <Button type="submit" loading={start.isPending}>
                Start the connection
              </Button>
            </div>
          </Stack>
        </form>
      ) : (
        <Notice tone="info">
          <p>Only people who may manage sign-in add connections. Ask a workspace owner.</p>
        </Notice>
      )}
    </Page>
  );
}
