import { Button, Menu } from '@mantine/core';
import { ChevronDown, Download, FileSpreadsheet, KeyRound, ScrollText } from 'lucide-react';
import type { z } from 'zod';
import type { AuditSearch } from '#console/page-search.ts';
import { csvAddress, exportAddress, publicKeyAddress } from './downloads.ts';

interface ExportMenuProps {
  search: z.infer<typeof AuditSearch>;
  isFiltered: boolean;
}

export function ExportMenu({ search, isFiltered }: ExportMenuProps) {
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          rightSection={<ChevronDown size={16} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown aria-label="Export">
        <Menu.Item
          component="a"
          href={csvAddress(search)}
          download
          leftSection={<FileSpreadsheet size={16} aria-hidden />}
        >
          {isFiltered ? 'These entries as CSV' : 'All entries as CSV'}
        </Menu.Item>
        <Menu.Item component="a" href={exportAddress} download leftSection={<ScrollText size={16} aria-hidden />}>
          Whole log with proofs, for an auditor
        </Menu.Item>
        <Menu.Item
          component="a"
          href={publicKeyAddress}
          download="reeve-audit-public-key.json"
          leftSection={<KeyRound size={16} aria-hidden />}
        >
          Public key
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
