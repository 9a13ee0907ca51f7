import { Button, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { CopyButton } from '#console/ui/CopyButton.tsx';
import { formatCount } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { saveFile } from '#console/ui/save-file.ts';
import type { Receipt } from '#contract/policy-delivery.ts';
import { testedClients } from '#contract/tested-clients.ts';
import classes from './LookUp.module.css';

interface DeliveredBytesProps {
  email: string;
  /** Their clients are offered beside the tested ones. */
  receipts: Receipt[];
}

const parts = { requirements: 'Enforced', config: 'Defaults' } as const;

/** The answer of the server to the byte, for one generation of the client. */
export function DeliveredBytes({ email, receipts }: DeliveredBytesProps) {
  const { client } = useSearch({ from: '/shell/policies/look-up' });
  const navigate = useNavigate({ from: '/policies/look-up' });
  const used = new Set(receipts.flatMap(({ clientVersion }) => clientVersion ?? []));
  const versions = [...new Set([...testedClients, ...used])].sort((a, b) =>
    b.localeCompare(a, 'en', { numeric: true }),
  );
  const chosen = client ?? [...used][0] ?? versions[0] ?? '';
  const bytes = useQuery(api.policies.lookUp.bytes.queryOptions({ input: { email, clientVersion: chosen } }));
  return (
    <Section
      title="What this member’s client receives now"
      action={
        <Select
          aria-label="Client version"
          allowDeselect={false}
          w={210}
          value={chosen}
          data={versions.map((version) => ({
            value: version,
            label: used.has(version) ? `Codex ${version} (theirs)` : `Codex ${version}`,
          }))}
          onChange={(version) =>
            void navigate({
              search: (old) => ({ ...old, client: version ?? undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
    >
      <Loaded query={bytes} what="The answer could not be worked out" skeleton={<RowSkeletons rows={4} />}>
        {({ path, body, sha256, byteLength, fragments }) => (
          <>
            <Group gap={8} justify="space-between">
              <Text>
                Answer to <code>GET {path}</code>, {formatCount(byteLength)} bytes; the member’s telemetry token is
                masked
              </Text>
              <Group gap={4}>
                <CopyButton value={body} label="Copy the answer" />
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<Download size={14} aria-hidden />}
                  onClick={() => saveFile('policy-answer.json', body)}
                >
                  Download
                </Button>
              </Group>
            </Group>
            <p className={classes.sum}>
              SHA-256 <code>{sha256}</code>
              <CopyButton value={sha256} label="Copy the SHA-256" />
            </p>
            {fragments.length === 0 && <Text>It is empty: nothing is enforced and nothing is set.</Text>}
            {fragments.map(({ part, id, name, contents }) => (
              <div key={`${part} ${id}`} className={classes.fragment}>
                <CommandBlock label={`${parts[part]}: ${name} (${id})`} text={contents} />
              </div>
            ))}
            <div className={classes.fragment}>
              <CommandBlock label="The whole answer" text={body} isWrapped />
            </div>
          </>
        )}
      </Loaded>
    </Section>
  );
}
