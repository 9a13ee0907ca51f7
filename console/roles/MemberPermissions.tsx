import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { type Permission, type PermissionArea, permissionAreas, permissions } from '#contract/permissions.ts';
import type { ExplainedPermission } from '#contract/roles.ts';
import classes from './Roles.module.css';

const areas = Object.entries(permissionAreas) as [PermissionArea, string][];
const settingNames: Record<string, string> = {
  codexLocalEnabled: 'Codex Local',
  deviceCodeEnabled: 'Device code sign-in',
};

/** What a member may do and why; for the page of the member. */
export function MemberPermissions({ memberId }: { memberId: string }) {
  const [showsAll, setShowsAll] = useState(false);
  const explained = useQuery(api.roles.explain.queryOptions({ input: { id: memberId } }));
  return (
    <Section
      title="Permissions"
      description="What their roles add up to, and by which way. Nothing denies: one way is enough."
      action={
        <Switch
          label="Show what they may not do, too"
          checked={showsAll}
          onChange={(event) => setShowsAll(event.currentTarget.checked)}
        />
      }
    >
      <Loaded query={explained} what="The permissions could not be loaded" skeleton={<RowSkeletons rows={4} />}>
        {({ items }) => <PermissionsByArea items={showsAll ? items : items.filter(({ isHeld }) => isHeld)} />}
      </Loaded>
    </Section>
  );
}

function PermissionsByArea({ items }: { items: readonly ExplainedPermission[] }) {
  if (items.length === 0)
    return <p className={classes.plain}>None: they have no role, and the default role grants nothing.</p>;
  return areas
    .map(([area, areaName]) => ({ areaName, shown: items.filter((item) => item.area === area) }))
    .filter(({ shown }) => shown.length > 0)
    .map(({ areaName, shown }) => (
      <section key={areaName} className={classes.area} aria-label={areaName}>
        <h3 className={classes.areaName}>{areaName}</h3>
        <ul className={classes.permissions}>
          {shown.map((item) => (
            <li key={item.permission} className={classes.permission}>
              <Explained item={item} />
            </li>
          ))}
        </ul>
      </section>
    ));
}

function Explained({ item: { label, sentence, isHeld, ways, gates, waitsFor } }: { item: ExplainedPermission }) {
  const closed = gates.filter(({ isOn }) => !isOn);
  return (
    <>
      <span className={classes.label}>{label}</span>
      <p className={classes.sentence}>
        <Sentence text={sentence} />
      </p>
      <ul className={classes.ways}>
        {ways.map((way) => (
          <li key={`${way.role.id} ${way.by.kind === 'group' ? way.by.id : way.by.kind}`}>
            <WayWords way={way} />
          </li>
        ))}
      </ul>
      <div className={classes.notes}>
        {!isHeld && <StatusBadge tone="off">Not granted by any role</StatusBadge>}
        {isHeld &&
          closed.map(({ setting }) => (
            <StatusBadge key={setting} tone="warn">
              {settingNames[setting] ?? setting} is off for the whole workspace
            </StatusBadge>
          ))}
        {waitsFor && <StatusBadge tone="quiet">Takes effect later: {waitsFor}</StatusBadge>}
      </div>
    </>
  );
}

function WayWords({ way: { role, by, includedIn } }: { way: ExplainedPermission['ways'][number] }) {
  const mayRead = useCan('roles.read');
  const name = mayRead ? (
    <TextLink to={paths.role} params={{ id: role.id }} inherit>
      {role.name}
    </TextLink>
  ) : (
    role.name
  );
  const within = includedIn !== null && ` (within “${permissions[includedIn as Permission]?.label ?? includedIn}”)`;
  if (by.kind === 'own')
    return (
      <>
        {name}, their own role{within}
      </>
    );
  if (by.kind === 'default')
    return (
      <>
        {name}, the default role{within}
      </>
    );
  return (
    <>
      {name}, by group{' '}
      <TextLink to={paths.group} params={{ id: by.id }} inherit>
        {by.name}
      </TextLink>
      {within}
    </>
  );
}
