import { Button, Drawer, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { HistoryLink } from '#console/audit/HistoryLink.tsx';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { scopeFacts } from '#contract/key-scopes.ts';
import type { WorkspaceKey } from '#contract/keys.ts';
import { ChangeKey } from './ChangeKey.tsx';
import { KeyState } from './KeyState.tsx';
import { RevokeKey } from './RevokeKey.tsx';
import { RotateKey } from './RotateKey.tsx';

interface KeyDrawerProps {
  workspaceKey: WorkspaceKey | undefined;
  maxDays: number;
  onClose: () => void;
}

/** Everything about one key, beside the list. */
export function KeyDrawer({ workspaceKey: key, maxDays, onClose }: KeyDrawerProps) {
  const [asked, setAsked] = useState<'change' | 'rotate' | 'revoke' | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <Drawer
        opened={key !== undefined}
        onClose={onClose}
        // Escape is for the dialog above, which may hold a secret that is shown once.
        closeOnEscape={asked === null}
        position="right"
        size="lg"
        title={key?.name ?? 'API key'}
      >
        {key && (
          <Stack gap="md">
            {key.createdBy.hasLeft && key.state !== 'revoked' && (
              <Notice tone="info" title={`${key.createdBy.name} has left`}>
                <p>The key belongs to the workspace and works on. Rotate it if they may still have its secret.</p>
              </Notice>
            )}
            <KeyFacts workspaceKey={key} />
            <Group gap={8}>
              {key.state !== 'revoked' && (
                <>
                  <Button onClick={() => setAsked('rotate')}>Rotate</Button>
                  <Button variant="default" onClick={() => setAsked('change')}>
                    Change name or addresses
                  </Button>
                  <Button variant="outline" color="red" onClick={() => setAsked('revoke')}>
                    Revoke
                  </Button>
                </>
              )}
              <HistoryLink of={{ subjectId: key.id }} />
            </Group>
          </Stack>
        )}
      </Drawer>
      {key && asked === 'change' && <ChangeKey workspaceKey={key} onClose={close} />}
      {key && asked === 'rotate' && <RotateKey workspaceKey={key} maxDays={maxDays} onClose={close} />}
      {key && asked === 'revoke' && <RevokeKey workspaceKey={key} onClose={close} />}
    </>
  );
}

function KeyFacts({ workspaceKey: key }: { workspaceKey: WorkspaceKey }) {
  const { createdBy } = key;
  const seesPeople = useCan('members.read');
  const seesAudit = useCan('audit.read');
  return (
    <Facts
      items={[
        ['State', <KeyState key="state" workspaceKey={key} />],
        [
          'May',
          <ul key="scopes" style={{ margin: 0, paddingInlineStart: 16 }}>
            {key.scopes.map((scope) => (
              <li key={scope}>
                {scopeFacts(scope).label} <code>{scope}</code>
              </li>
            ))}
          </ul>,
        ],
        ['Works from', key.allowedIps.length === 0 ? 'anywhere' : <code key="from">{key.allowedIps.join(', ')}</code>],
        [
          key.secrets.length > 1 ? 'Secrets' : 'Secret',
          key.secrets.length === 0
            ? null
            : key.secrets.map(({ hint, createdAt, endsAt }) => (
                <div key={hint + createdAt}>
                  <code>{hint}…</code> made <RelativeTime at={createdAt} />
                  {endsAt && (
                    <>
                      , ends <RelativeTime at={endsAt} />
                    </>
                  )}
                </div>
              )),
        ],
        [
          'Last used',
          key.lastUsedAt === null ? (
            'never'
          ) : (
            <>
              <RelativeTime at={key.lastUsedAt} />
              {key.lastUsedIp && (
                <>
                  {' '}
                  from <code>{key.lastUsedIp}</code>
                </>
              )}
            </>
          ),
        ],
        ['Ends', key.revokedAt === null ? <RelativeTime key="ends" at={key.expiresAt} /> : null],
        ['Revoked', key.revokedAt === null ? null : <RelativeTime key="revoked" at={key.revokedAt} />],
        [
          'Made',
          <span key="made">
            <RelativeTime at={key.createdAt} /> by{' '}
            {createdBy.id === null || !seesPeople ? (
              createdBy.name
            ) : (
              <TextLink to={paths.member} params={{ id: createdBy.id }}>
                {createdBy.name}
              </TextLink>
            )}
          </span>,
        ],
        [
          'Audit log',
          seesAudit ? (
            <span key="audit">
              <TextLink to={paths.audit} search={{ actorId: key.id }}>
                What it changed
              </TextLink>
              {', '}
              <TextLink to={paths.audit} search={{ subjectId: key.id }}>
                what was done to it
              </TextLink>
            </span>
          ) : null,
        ],
      ]}
    />
  );
}
