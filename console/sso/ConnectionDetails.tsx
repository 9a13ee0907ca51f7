import { useCan } from '#console/session.ts';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Connection } from '#contract/sso.ts';
import { ClaimsForm } from './ClaimsForm.tsx';
import { DeleteConnection } from './DeleteConnection.tsx';
import { RequiredForm } from './RequiredForm.tsx';
import classes from './Sso.module.css';

export function ConnectionDetails({ connection }: { connection: Connection }) {
  const mayWrite = useCan('sign-in.write');
  const { redirectUri, entityId, assertionConsumerUrl, metadataUrl } = connection.serviceProvider;
  const facts: [string, string | null][] = [
    ['Redirect URI', redirectUri],
    ['Entity ID', entityId],
    ['Assertion consumer address (ACS)', assertionConsumerUrl],
    ['Our metadata, with the certificate that signs our requests', metadataUrl],
  ];
  return (
    <>
      <Section
        title="Name and claims"
        description={
          connection.kind === 'oidc'
            ? 'Which claim of the ID token or of userinfo says what.'
            : 'Which attribute of the assertion says what.'
        }
      >
        <ClaimsForm
          key={JSON.stringify([connection.name, connection.claims])}
          connection={connection}
          isReadOnly={!mayWrite}
        />
      </Section>
      <Section
        title="How people sign in there"
        description="What the provider has to say about the sign-in itself. Where it does, no second factor is asked here as well."
      >
        <RequiredForm key={JSON.stringify(connection.required)} connection={connection} isReadOnly={!mayWrite} />
      </Section>
      <Section title="For the provider" description="The addresses it knows Reeve by. They never change.">
        <div className={classes.copies}>
          {facts.map(([label, value]) => value && <CopyField key={label} label={label} value={value} />)}
        </div>
      </Section>
      {mayWrite && <DeleteConnection connection={connection} />}
    </>
  );
}
