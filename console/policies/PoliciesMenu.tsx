import { Button, Menu } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ChevronDown, History, ShieldHalf, Snowflake } from 'lucide-react';
import { useState } from 'react';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FreezeDialog } from './protection/FreezeDialog.tsx';
import { useProtection } from './protection/use-protection.ts';

/** What concerns all policies at once. */
export function PoliciesMenu() {
  const mayWrite = useCan('policies.write');
  const { data } = useProtection();
  const [isFreezing, setFreezing] = useState(false);
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={16} aria-hidden />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown aria-label="More">
          {mayWrite && (
            <Menu.Item
              leftSection={<Snowflake size={16} aria-hidden />}
              disabled={!data || data.frozen !== null}
              onClick={() => setFreezing(true)}
            >
              Freeze all policies…
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<History size={16} aria-hidden />}
            renderRoot={(props) => <Link to={paths.policyStates} {...props} />}
          >
            Go back to an earlier state…
          </Menu.Item>
          <Menu.Item
            leftSection={<ShieldHalf size={16} aria-hidden />}
            renderRoot={(props) => <Link to={paths.policyProtection} {...props} />}
          >
            Protection
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isFreezing && <FreezeDialog onClose={() => setFreezing(false)} />}
    </>
  );
}
