import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Connection } from '#contract/sso.ts';
import { RequireDialog } from './RequireDialog.tsx';
import classes from './Sso.module.css';
import { StopRequiring } from './StopRequiring.tsx';

/** Whether passwords still work, and the way to change that. */
export function Requirement({ connections }: { connections: Connection[] }) {
  const settings = useQuery(api.sso.settings.queryOptions());
  const mayWrite = useCan('sign-in.write');
  const [asked, setAsked] = useState<'require' | 'stop' | null>(null);
  const enabled = connections.filter(({ status }) => status === 'enabled').length;
  const close = () => setAsked(null);
  return (
    <Loaded query={settings} what="Whether it is required could not be loaded" skeleton={<RowSkeletons rows={2} />}>
      {(saved) => (
        <div className={classes.state}>
          {saved.isRequired ? (
            <Notice
              tone="ok"
              title="Required"
              actions={
                mayWrite && (
                  <Group gap={8}>
                    <Button size="xs" variant="default" onClick={() => setAsked('require')}>
                      Change break-glass owners
                    </Button>
                    <Button size="xs" variant="default" onClick={() => setAsked('stop')}>
                      Stop requiring it
                    </Button>
                  </Group>
                )
              }
            >
              <p>
                Passwords and passkeys do not work here, except for{' '}
                {countOf(saved.breakGlassOwnerIds.length, 'break-glass owner')}.
              </p>
            </Notice>
          ) : (
            <Notice
              tone="info"
              title="Not required"
              actions={
                mayWrite &&
                enabled > 0 && (
                  <Button size="xs" variant="default" onClick={() => setAsked('require')}>
                    Require single sign-on
                  </Button>
                )
              }
            >
              <p>
                {enabled > 0
                  ? 'Everybody may still use a password. Once people are used to the connection, require it: then leaving the identity provider means being out here.'
                  : 'Everybody signs in with an e-mail address and a password. It can be required as soon as one connection is enabled.'}
              </p>
            </Notice>
          )}
          {asked === 'require' && <RequireDialog saved={saved} onClose={close} />}
          {asked === 'stop' && <StopRequiring saved={saved} onClose={close} />}
        </div>
      )}
    </Loaded>
  );
}
