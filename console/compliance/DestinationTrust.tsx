import { Accordion, Group, PasswordInput, Stack, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Destination } from '#contract/compliance-destinations.ts';
import type { DestinationDraft } from './destination-draft.ts';

interface DestinationTrustProps {
  form: UseFormReturnType<DestinationDraft>;
  destination: Destination | undefined;
}

const pem = { autosize: true, minRows: 2, maxRows: 6, spellCheck: false, ff: 'monospace' } as const;

/** How both sides know each other. Most need none of it. */
export function DestinationTrust({ form, destination }: DestinationTrustProps) {
  const { kind } = form.values;
  return (
    <Accordion variant="contained">
      <Accordion.Item value="trust">
        <Accordion.Control>Certificates and credentials</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="md">
            {kind === 'otlp' && (
              <Group grow align="start">
                <TextInput
                  label="Header"
                  placeholder="Authorization"
                  spellCheck={false}
                  {...form.getInputProps('headerName')}
                />
                <PasswordInput
                  label="Its value"
                  placeholder={destination?.headerName ? 'as it is' : 'Bearer …'}
                  autoComplete="off"
                  {...form.getInputProps('headerValue')}
                />
              </Group>
            )}
            <Textarea
              label="Authority to trust"
              description={
                destination?.hasOwnAuthority
                  ? 'One is given. Another one here takes its place.'
                  : 'In PEM, where its certificate does not come from a public authority.'
              }
              placeholder="-----BEGIN CERTIFICATE-----"
              {...pem}
              {...form.getInputProps('authorityPem')}
            />
            {kind === 'syslog' && (
              <>
                <Textarea
                  label="Client certificate"
                  description={
                    destination?.clientCertificate
                      ? `${destination.clientCertificate.subject} is shown now.`
                      : 'In PEM, where the receiver asks for one.'
                  }
                  placeholder="-----BEGIN CERTIFICATE-----"
                  {...pem}
                  {...form.getInputProps('certificatePem')}
                />
                <Textarea
                  label="Its private key"
                  description="In PEM without a passphrase. Kept encrypted and not shown again."
                  placeholder="-----BEGIN PRIVATE KEY-----"
                  {...pem}
                  {...form.getInputProps('keyPem')}
                />
              </>
            )}
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
