import { Button, Checkbox, FileButton, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { type Connection, SamlSettings } from '#contract/sso.ts';
import { type ProviderId, providers } from './provider-guides.ts';
import { SamlCertificates } from './SamlCertificates.tsx';
import classes from './Sso.module.css';
import { useSaveConnection } from './use-save-connection.ts';

interface SamlFormProps {
  connection: Connection;
  provider: ProviderId;
  isReadOnly: boolean;
}

interface MetadataFile {
  name: string;
  xml: string;
}

const largestFile = 500_000;

export function SamlForm({ connection: { id, saml }, provider, isReadOnly }: SamlFormProps) {
  const { metadataExample } = providers[provider];
  const [file, setFile] = useState<MetadataFile | null>(null);
  const form = useForm({
    initialValues: {
      from: metadataExample === null || (saml && !saml.metadataUrl) ? 'file' : 'address',
      metadataUrl: saml?.metadataUrl ?? '',
      signsRequests: saml?.signsRequests ?? true,
    },
    validate: {
      metadataUrl: (url, { from }) =>
        from === 'file' || SamlSettings.shape.metadataUrl.safeParse(url.trim()).success
          ? null
          : 'Write the whole address, beginning with https.',
      from: (from) => (from === 'file' && file === null && saml === null ? 'Choose the metadata file.' : null),
    },
  });
  const save = useSaveConnection();
  const submit = form.onSubmit(({ from, metadataUrl, signsRequests }) => {
    const metadata =
      from === 'address'
        ? { metadataUrl: metadataUrl.trim() }
        : file
          ? { metadataXml: file.xml, metadataUrl: null }
          : {};
    save.mutate({ id, saml: { ...metadata, signsRequests } }, { onSuccess: () => setFile(null) });
  });
  const load = async (chosen: File | null) => {
    if (!chosen) return;
    if (chosen.size > largestFile) return form.setFieldError('from', 'This file is too large to be metadata.');
    form.clearFieldError('from');
    setFile({ name: chosen.name, xml: await chosen.text() });
  };
  const { from } = form.values;
  return (
    <Stack gap="lg" className={classes.form}>
      {saml && (
        <div>
          <Facts
            items={[
              ['Identity provider', <code key="id">{saml.idpEntityId}</code>],
              ['Signs in at', <code key="at">{saml.signOnUrl}</code>],
            ]}
          />
          <SamlCertificates saml={saml} />
        </div>
      )}
      {!isReadOnly && (
        <form onSubmit={submit} noValidate>
          <Stack gap="md">
            {save.error && <FailureNotice what="Nothing was saved" error={save.error} />}
            <Radio.Group label="Metadata of the identity provider" {...form.getInputProps('from')}>
              <Group gap={16} mt={4}>
                <Radio value="address" label="From an address" />
                <Radio value="file" label="From a file" />
              </Group>
            </Radio.Group>
            {from === 'address' ? (
              <TextInput
                label="Metadata address"
                description="Read again every day, so that a new certificate of the provider arrives by itself."
                placeholder={metadataExample ?? 'https://'}
                type="url"
                {...form.getInputProps('metadataUrl')}
              />
            ) : (
              <Group gap={8}>
                <FileButton accept=".xml,application/xml,text/xml" onChange={(chosen) => void load(chosen)}>
                  {(props) => (
                    <Button variant="default" {...props}>
                      Choose file
                    </Button>
                  )}
                </FileButton>
                <Text c="dimmed">{file?.name ?? (saml ? 'keeps what was loaded before' : 'no file chosen')}</Text>
              </Group>
            )}
            <Checkbox
              label="Sign our requests"
              description="The provider finds our certificate in our metadata. Leave it on unless it cannot check signatures."
              {...form.getInputProps('signsRequests', { type: 'checkbox' })}
            />
            <div>
              <Button type="submit" loading={save.isPending}>
                Save
              </Button>
            </div>
          </Stack>
        </form>
      )}
    </Stack>
  );
}
