import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import type { EmailDomain } from '#contract/sso.ts';

interface RemoveDomainProps {
  domain: EmailDomain;
  connectionName: string | null;
  onClose: () => void;
}

export function RemoveDomain({ domain, connectionName, onClose }: RemoveDomainProps) {
  const remove = useMutation(
    api.sso.domains.remove.mutationOptions({
      onSuccess: () => {
        showDone(`${domain.domain} was removed.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Remove ${domain.domain}?`}
      confirmLabel="Remove domain"
      typeToConfirm={connectionName === null ? undefined : domain.domain}
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ id: domain.id })}
    >
      {remove.error && <FailureNotice what="The domain was not removed" error={remove.error} />}
      <Text>
        {connectionName === null
          ? 'No connection uses it. '
          : `People with an address at ${domain.domain} no longer reach ${connectionName} from the sign-in page. `}
        Adding it again needs a new DNS record.
      </Text>
    </ConfirmDialog>
  );
}
