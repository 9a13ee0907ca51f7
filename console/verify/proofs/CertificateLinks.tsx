import { Button, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { FileCheck, FileDown, FileJson } from 'lucide-react';
import { paths } from '#console/paths.ts';
import type { ProofRun } from '#contract/proofs.ts';

const certificateAddress = (runId: string) => `/api/v1/verify/runs/${runId}/certificate`;

/** The certificate of a finished run: to look at, to verify elsewhere, to print. */
export function CertificateLinks({
  run,
  withView = true,
}: {
  run: Pick<ProofRun, 'id' | 'number'>;
  withView?: boolean;
}) {
  return (
    <Group gap={8}>
      {withView && (
        <Button
          variant="default"
          leftSection={<FileCheck size={16} aria-hidden />}
          renderRoot={(props) => <Link to={paths.certificate} params={{ id: run.id }} {...props} />}
        >
          View certificate
        </Button>
      )}
      <Button
        variant="default"
        component="a"
        href={`${certificateAddress(run.id)}.pdf`}
        download={`reeve-proof-${run.number}.pdf`}
        leftSection={<FileDown size={16} aria-hidden />}
      >
        PDF
      </Button>
      <Button
        variant="default"
        component="a"
        href={certificateAddress(run.id)}
        download={`reeve-proof-${run.number}.json`}
        leftSection={<FileJson size={16} aria-hidden />}
      >
        JSON
      </Button>
    </Group>
  );
}
