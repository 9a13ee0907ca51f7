import { Checkbox } from '@mantine/core';
import { useSession } from '#console/session.ts';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import {
  allPermissions,
  can,
  type Permission,
  type PermissionArea,
  permissionAreas,
  permissionFacts,
  withIncluded,
} from '#contract/permissions.ts';
import classes from './Roles.module.css';

interface PermissionChecklistProps {
  /** As ticked, without what that includes. */
  ticked: readonly Permission[];
  onTicked: (ticked: Permission[]) => void;
}

const areas = Object.entries(permissionAreas) as [PermissionArea, string][];
const inArea = (area: PermissionArea) =>
  allPermissions.filter((permission) => permissionFacts(permission).area === area);

/** Which ticked permission brings this one along. */
const bringerOf = (permission: Permission, ticked: readonly Permission[]): Permission | undefined =>
  ticked.find((one) => one !== permission && withIncluded([one]).has(permission));

/** Every permission by area. What another one includes is ticked and locked; so is what the reader does not hold. */
export function PermissionChecklist({ ticked, onTicked }: PermissionChecklistProps) {
  const { permissions: own } = useSession();
  const toggle = (permission: Permission, isOn: boolean) =>
    onTicked(isOn ? [...ticked, permission] : ticked.filter((one) => one !== permission));
  return areas.map(([area, areaName]) => (
    <fieldset key={area} className={classes.area}>
      <legend className={classes.areaName}>{areaName}</legend>
      <ul className={classes.permissions}>
        {inArea(area).map((permission) => {
          const bringer = bringerOf(permission, ticked);
          const isBeyond = !can(own, permission);
          return (
            <li key={permission} className={classes.permission}>
              <Checkbox
                label={<span className={classes.label}>{permissionFacts(permission).label}</span>}
                description={<PermissionWords permission={permission} bringer={bringer} isBeyond={isBeyond} />}
                checked={ticked.includes(permission) || bringer !== undefined}
                disabled={bringer !== undefined || isBeyond}
                onChange={(event) => toggle(permission, event.currentTarget.checked)}
              />
            </li>
          );
        })}
      </ul>
    </fieldset>
  ));
}

interface PermissionWordsProps {
  permission: Permission;
  bringer?: Permission | undefined;
  isBeyond?: boolean;
}

function PermissionWords({ permission, bringer, isBeyond = false }: PermissionWordsProps) {
  const { sentence, waitsFor } = permissionFacts(permission);
  return (
    <>
      <span className={classes.sentence}>
        <Sentence text={sentence} />
      </span>
      {bringer && <span className={classes.reason}>Included in “{permissionFacts(bringer).label}”.</span>}
      {isBeyond && (
        <span className={classes.reason}>You do not hold this yourself, so you can neither give nor take it.</span>
      )}
      {waitsFor && <span className={classes.reason}>Takes effect later: {waitsFor}</span>}
    </>
  );
}

/** The same for reading: only what the role grants. */
export function PermissionList({ ticked }: Pick<PermissionChecklistProps, 'ticked'>) {
  const held = withIncluded(ticked);
  const shown = areas.filter(([area]) => inArea(area).some((permission) => held.has(permission)));
  if (shown.length === 0) return <p className={classes.plain}>It grants nothing.</p>;
  return shown.map(([area, areaName]) => (
    <section key={area} className={classes.area} aria-label={areaName}>
      <h3 className={classes.areaName}>{areaName}</h3>
      <ul className={classes.permissions}>
        {inArea(area)
          .filter((permission) => held.has(permission))
          .map((permission) => (
            <li key={permission} className={classes.permission}>
              <span className={classes.label}>{permissionFacts(permission).label}</span>
              <p className={classes.sentence}>
                <Sentence text={permissionFacts(permission).sentence} />
              </p>
              <div className={classes.notes}>
                <Included permission={permission} ticked={ticked} />
                {permissionFacts(permission).waitsFor && (
                  <StatusBadge tone="quiet">Takes effect later: {permissionFacts(permission).waitsFor}</StatusBadge>
                )}
              </div>
            </li>
          ))}
      </ul>
    </section>
  ));
}

function Included({ permission, ticked }: { permission: Permission; ticked: readonly Permission[] }) {
  const bringer = ticked.includes(permission) ? undefined : bringerOf(permission, ticked);
  return bringer && <StatusBadge tone="info">Included in “{permissionFacts(bringer).label}”</StatusBadge>;
}
