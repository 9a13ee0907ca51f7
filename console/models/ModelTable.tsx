import { ActionIcon, Group, Menu, Text, UnstyledButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Ellipsis } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { formatPrice, formatTokens } from '#console/ui/figures.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Model } from '#contract/models.ts';
import { ModelDialog } from './ModelDialog.tsx';
import classes from './Models.module.css';

type Asked = { what: 'change' | 'remove'; model: Model } | null;

interface Actions {
  /** Null: whoever looks may not write. */
  ask: ((asked: Asked) => void) | null;
  openPrices: (slug: string) => void;
}

const price = (usd: number | null) =>
  usd === null ? (
    <Text span c="dimmed" inherit>
      not set
    </Text>
  ) : (
    formatPrice(usd)
  );

const phonePrice = ({ inputUsdPerMillion: input, outputUsdPerMillion: output }: Model) =>
  input === null || output === null ? 'no price' : `${formatPrice(input)} in, ${formatPrice(output)} out per million`;

function columnsFor({ ask, openPrices }: Actions): DataColumn<Model>[] {
  return [
    {
      id: 'slug',
      header: 'Model',
      phone: 'title',
      cell: (model) => (
        <Group gap={8}>
          {ask ? (
            <UnstyledButton
              className={classes.slug}
              fz="inherit"
              fw={600}
              c="var(--mantine-color-anchor)"
              onClick={() => ask({ what: 'change', model })}
            >
              {model.slug}
            </UnstyledButton>
          ) : (
            <span className={classes.slug}>{model.slug}</span>
          )}
          {model.isDefault && <StatusBadge tone="info">Default</StatusBadge>}
        </Group>
      ),
    },
    { id: 'displayName', header: 'Shown as', phone: 'detail', cell: ({ displayName }) => displayName },
    {
      id: 'upstreamModel',
      header: 'Name at the upstream',
      isExtra: true,
      cell: ({ upstreamModel, slug }) => upstreamModel ?? slug,
    },
    {
      id: 'context',
      header: 'Context',
      align: 'end',
      cell: ({ contextWindowTokens }) => formatTokens(contextWindowTokens),
    },
    { id: 'efforts', header: 'Reasoning', isExtra: true, cell: ({ reasoningEfforts }) => reasoningEfforts.join(', ') },
    { id: 'input', header: 'Input, $/M', align: 'end', cell: ({ inputUsdPerMillion }) => price(inputUsdPerMillion) },
    {
      id: 'cached',
      header: 'Cached, $/M',
      align: 'end',
      cell: ({ cachedInputUsdPerMillion }) => price(cachedInputUsdPerMillion),
    },
    {
      id: 'output',
      header: 'Output, $/M',
      align: 'end',
      phone: 'detail',
      cell: ({ outputUsdPerMillion }) => price(outputUsdPerMillion),
      phoneCell: phonePrice,
    },
    {
      id: 'actions',
      header: 'Actions',
      align: 'end',
      phone: 'side',
      cell: (model) => <RowMenu model={model} ask={ask} openPrices={openPrices} />,
    },
  ];
}

function RowMenu({ model, ask, openPrices }: { model: Model } & Actions) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${model.slug}`}>
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => openPrices(model.slug)}>Prices</Menu.Item>
        {ask && (
          <>
            <Menu.Item onClick={() => ask({ what: 'change', model })}>Change</Menu.Item>
            <Menu.Item color="red" onClick={() => ask({ what: 'remove', model })}>
              Take away
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface ModelTableProps {
  models: Model[];
  emptyAction: ReactNode;
  openPrices: (slug: string) => void;
}

export function ModelTable({ models, emptyAction, openPrices }: ModelTableProps) {
  const mayWrite = useCan('models.write');
  const [asked, setAsked] = useState<Asked>(null);
  const columns = useMemo(() => columnsFor({ ask: mayWrite ? setAsked : null, openPrices }), [mayWrite, openPrices]);
  const close = () => setAsked(null);
  if (models.length === 0)
    return <EmptyState action={emptyAction}>No model is allowed yet, so every call is refused.</EmptyState>;
  return (
    <>
      <DataTable label="Allowed models" columns={columns} rows={models} rowId={({ slug }) => slug} />
      {asked?.what === 'change' && <ModelDialog model={asked.model} onClose={close} />}
      {asked?.what === 'remove' && <RemoveModel model={asked.model} onClose={close} />}
    </>
  );
}

function RemoveModel({ model, onClose }: { model: Model; onClose: () => void }) {
  const remove = useMutation(
    api.models.remove.mutationOptions({
      onSuccess: () => {
        showDone(`${model.slug} is no longer allowed.`);
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={`Take ${model.slug} away?`}
      confirmLabel="Take model away"
      isDestructive
      isBusy={remove.isPending}
      onClose={onClose}
      onConfirm={() => remove.mutate({ slug: model.slug })}
    >
      {remove.error && <FailureNotice what="The model is still allowed" error={remove.error} />}
      <Text>
        Every call for it is refused from the next request on. You can allow it again; its prices keep their history.
      </Text>
    </ConfirmDialog>
  );
}
