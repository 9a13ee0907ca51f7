import { Anchor, Button, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { AuditChain } from '#contract/audit-chain.ts';
import classes from './Audit.module.css';
import { counted, placeNames } from './chain-words.ts';
import { publicKeyAddress } from './downloads.ts';

type Copy = AuditChain['copies'][number];

export function ChainDetails({ chain, onChanged }: { chain: AuditChain; onChanged: () => Promise<void> }) {
  const { checkpoint, copies, checkpointEveryMinutes, keys } = chain;
  const make = useMutation(api.audit.makeCheckpoint.mutationOptions({ onSuccess: onChanged }));
  const current = keys.find(({ retiredAt }) => retiredAt === null);
  return (
    <Stack gap="md">
      <p className={classes.quiet}>
        Every entry is linked to the one before. A checkpoint signs them all; one that is kept where nobody of this
        server can change it proves later that nothing was.
      </p>
      <Facts
        items={[
          [
            'Checkpoint',
            checkpoint ? (
              <span key="checkpoint">
                {checkpoint.number}, <RelativeTime at={checkpoint.at} />
              </span>
            ) : (
              'none yet'
            ),
          ],
          ['The next one', `${checkpointEveryMinutes} minutes after the last, when there are new entries`],
          ...copies.map((copy): [string, React.ReactNode] => [
            placeNames[copy.place],
            <CopyState key={copy.place} copy={copy} />,
          ]),
        ]}
      />
      {make.error && <FailureNotice what="No checkpoint was made" error={make.error} />}
      <Button variant="default" w="fit-content" loading={make.isPending} onClick={() => make.mutate(undefined)}>
        Make a checkpoint now
      </Button>
      {checkpoint && <CopyField label="Root of the newest checkpoint (SHA-256)" value={checkpoint.root} />}
      {current && <CopyField label="Key that signs (thumbprint)" value={current.kid} />}
      <p className={classes.quiet}>
        Keep the{' '}
        <Anchor inherit href={publicKeyAddress}>
          public key
        </Anchor>{' '}
        where you keep the copies. Anybody can verify an export with it, without this server:{' '}
        <code>reeve audit verify</code>.
      </p>
    </Stack>
  );
}

function CopyState({ copy }: { copy: Copy }) {
  const { isConfigured, number, at, waiting, waitingSince, problem } = copy;
  if (!isConfigured) return <StatusBadge tone="off">not set up</StatusBadge>;
  return (
    <span>
      {problem === null ? null : (
        <>
          <StatusBadge tone="warn">fails</StatusBadge> {problem}{' '}
        </>
      )}
      {number !== null && at !== null && (
        <>
          has checkpoint {number}, <RelativeTime at={at} />
        </>
      )}
      {waiting > 0 && waitingSince !== null && (
        <>
          {number !== null && '; '}
          {counted(waiting, 'waits', 'wait')} since <RelativeTime at={waitingSince} />
        </>
      )}
      {number === null && waiting === 0 && 'nothing yet'}
    </span>
  );
}
