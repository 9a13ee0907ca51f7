import { NativeSelect } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Connection } from '#contract/sso.ts';
import { hasCredentials } from './next-step.ts';
import { OidcForm } from './OidcForm.tsx';
import { ProviderSteps } from './ProviderSteps.tsx';
import { type ProviderId, providerIds, providerOf, providers } from './provider-guides.ts';
import { SamlForm } from './SamlForm.tsx';
import { TestConnection } from './TestConnection.tsx';

/** The guided part: what to do at the provider, what to bring back, and the proof that it works. */
export function ConnectionSetUp({ connection }: { connection: Connection }) {
  const search = useSearch({ from: '/shell/single-sign-on/$id' });
  const navigate = useNavigate({ from: paths.connection });
  const mayWrite = useCan('sign-in.write');
  const provider = search.provider ?? providerOf(connection) ?? 'other';
  const { kind } = connection;
  const isReady = hasCredentials(connection);
  const guideChoice = (
    <NativeSelect
      aria-label="Steps for"
      value={provider}
      data={providerIds.map((value) => ({ value, label: providers[value].name }))}
      onChange={(event) => {
        const chosen = event.currentTarget.value as ProviderId;
        void navigate({ search: (old) => ({ ...old, provider: chosen }), replace: true });
      }}
    />
  );
  const test = <TestConnection key="test" connection={connection} position={isReady ? null : 3} />;
  const steps = (
    <Section
      key="steps"
      title={isReady ? `At ${providers[provider].name}` : `1. At ${providers[provider].name}`}
      action={guideChoice}
    >
      <ProviderSteps connection={connection} provider={provider} />
    </Section>
  );
  const credentials = (
    <Section
      key="credentials"
      title={isReady ? 'What the provider gave' : '2. What the provider gives you'}
      description={
        connection.status === 'enabled' && 'A change here needs a new test. It holds for the next sign-in of everybody.'
      }
    >
      {!mayWrite && (
        <Notice tone="info">
          <p>Only people who may manage sign-in change this. You can read it.</p>
        </Notice>
      )}
      {kind === 'oidc' ? (
        <OidcForm connection={connection} provider={provider} isReadOnly={!mayWrite} />
      ) : (
        <SamlForm connection={connection} provider={provider} isReadOnly={!mayWrite} />
      )}
    </Section>
  );
  // Until there is something to test, the order is that of the work; afterwards the test is what people come for.
  return <div>{isReady ? [test, credentials, steps] : [steps, credentials, test]}</div>;
}
