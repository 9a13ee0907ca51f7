import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Printer } from 'lucide-react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Certificate } from './Certificate.tsx';
import { CertificateLinks } from './CertificateLinks.tsx';

/** The certificate of a run: to read, to print, to take to somebody who does not trust this server. */
export function CertificatePage() {
  const { id } = useParams({ from: '/shell/verify/certificates/$id' });
  const found = useQuery(api.proofs.certificate.queryOptions({ input: { id } }));
  const run = found.data?.statement.run;
  return (
    <Page
      title={run ? `Certificate of proof ${run.number}` : 'Certificate'}
      above={[
        { label: 'Verify', to: paths.verify },
        { label: 'Enforcement proof', to: paths.proofs },
      ]}
      action={
        run && (
          <Group gap={8}>
            <CertificateLinks run={run} withView={false} />
            <Button leftSection={<Printer size={16} aria-hidden />} onClick={() => window.print()}>
              Print
            </Button>
          </Group>
        )
      }
    >
      <Loaded query={found} what="The certificate could not be loaded">
        {(certificate) => <Certificate {...certificate} />}
      </Loaded>
    </Page>
  );
}
