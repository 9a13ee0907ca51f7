import { Tooltip, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useSession } from '#console/session.ts';
import { can } from '#contract/permissions.ts';
import classes from './Navigation.module.css';
import { isPage, type NavigationPage, navigation, type PlannedPage } from './navigation.ts';

interface NavigationProps {
  /** Icons only. */
  isNarrow?: boolean;
  onNavigate?: () => void;
}

/** What a person may not see is not there; what does not exist yet is there, greyed, with the reason. */
export function Navigation({ isNarrow = false, onNavigate }: NavigationProps) {
  const { permissions } = useSession();
  const groups = navigation
    .map((group) => ({ ...group, items: group.items.filter(({ needs }) => needs === null || can(permissions, needs)) }))
    .filter(({ items }) => items.length > 0);
  return (
    <nav aria-label="Main" className={classes.navigation} data-narrow={isNarrow || undefined}>
      {groups.map((group) => (
        <div key={group.items[0]?.label} className={classes.group}>
          {group.label && !isNarrow && <p className={classes.heading}>{group.label}</p>}
          <ul className={classes.list} aria-label={group.label ?? undefined}>
            {group.items.map((item) => (
              <li key={item.label}>
                {isPage(item) ? (
                  <PageLink item={item} isNarrow={isNarrow} onNavigate={onNavigate} />
                ) : (
                  <Planned item={item} isNarrow={isNarrow} />
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function PageLink({
  item,
  isNarrow,
  onNavigate,
}: {
  item: NavigationPage;
  isNarrow: boolean;
  onNavigate: (() => void) | undefined;
}) {
  const Icon = item.icon;
  // "Policies" must not light up on its child "Look-up", which is an entry of its own.
  const isExact = item.to === '/' || item.to === '/policies';
  return (
    <Tooltip label={item.label} position="right" disabled={!isNarrow}>
      <Link
        to={item.to}
        className={classes.link}
        activeOptions={{ exact: isExact, includeSearch: false }}
        onClick={() => onNavigate?.()}
      >
        <Icon size={18} aria-hidden className={classes.icon} />
        {isNarrow ? <VisuallyHidden>{item.label}</VisuallyHidden> : item.label}
      </Link>
    </Tooltip>
  );
}

function Planned({ item, isNarrow }: { item: PlannedPage; isNarrow: boolean }) {
  const Icon = item.icon;
  return (
    <Tooltip label={isNarrow ? `${item.label}. ${item.comesWith}` : item.comesWith} position="right">
      <span className={classes.planned}>
        <Icon size={18} aria-hidden className={classes.icon} />
        {!isNarrow && item.label}
        <VisuallyHidden>
          {isNarrow && item.label} ({item.comesWith})
        </VisuallyHidden>
      </span>
    </Tooltip>
  );
}
