import { Text } from '@mantine/core';
import { CopyField } from '#console/ui/CopyField.tsx';
import type { EmailDomain } from '#contract/sso.ts';
import classes from './Sso.module.css';

/** What has to be put into the DNS to prove a domain. */
export function DnsRecord({ domain }: { domain: EmailDomain }) {
  return (
    <>
      <Text size="sm">
        Put this record into the DNS of {domain.domain}, and leave it there: it is looked up again from time to time.
        New records can take an hour to be seen.
      </Text>
      <div className={classes.record}>
        <CopyField label="Name (type TXT)" value={domain.txtName} />
        <CopyField label="Value" value={domain.txtValue} />
      </div>
    </>
  );
}
