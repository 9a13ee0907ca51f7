import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { EllipsisVertical } from 'lucide-react';
import { useState } from 'react';
import type { BundleDetails } from './bundle-details.ts';
import { DeleteBundle } from './DeleteBundle.tsx';
import { DescribeBundle } from './DescribeBundle.tsx';
import type { BundleLock } from './use-bundle-lock.ts';

/** What is rarely done to a bundle. */
export function BundleMenu({ details, lock }: { details: BundleDetails; lock: BundleLock }) {
  const [asked, setAsked] = useState<'describe' | 'delete' | null>(null);
  const close = () => setAsked(null);
  if (lock.writing !== null) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Tooltip label="More actions">
            <ActionIcon variant="default" size={36} aria-label="More actions">
              <EllipsisVertical size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked('describe')}>Rename or describe</Menu.Item>
          <Menu.Item color="red" onClick={() => setAsked('delete')}>
            Delete bundle
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === 'describe' && <DescribeBundle bundle={details.bundle} onClose={close} />}
      {asked === 'delete' && <DeleteBundle details={details} onClose={close} />}
    </>
  );
}
