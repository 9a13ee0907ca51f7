import { ActionIcon, Kbd, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { Link } from '@tanstack/react-router';
import { Menu, PanelLeftClose, PanelLeftOpen, Search } from 'lucide-react';
import { paths } from '#console/paths.ts';
import { useSession } from '#console/session.ts';
import { AccountMenu } from './AccountMenu.tsx';
import { ThemeSwitch } from './ThemeSwitch.tsx';
import classes from './TopBar.module.css';

interface TopBarProps {
  isNarrow: boolean;
  onNarrow: (isNarrow: boolean) => void;
  onOpenDrawer: () => void;
}

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function TopBar({ isNarrow, onNarrow, onOpenDrawer }: TopBarProps) {
  const { workspace } = useSession();
  const narrowLabel = isNarrow ? 'Widen the navigation' : 'Narrow the navigation';
  return (
    <header className={classes.bar}>
      <ActionIcon
        className={classes.drawerButton}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Open the navigation"
        onClick={onOpenDrawer}
      >
        <Menu size={20} aria-hidden />
      </ActionIcon>
      <Tooltip label={narrowLabel}>
        <ActionIcon
          className={classes.narrowButton}
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={narrowLabel}
          aria-pressed={isNarrow}
          onClick={() => onNarrow(!isNarrow)}
        >
          {isNarrow ? <PanelLeftOpen size={20} aria-hidden /> : <PanelLeftClose size={20} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <Link to={paths.overview} className={classes.workspace}>
        <Text span fw={600} truncate>
          {workspace.name}
        </Text>
      </Link>
      <UnstyledButton className={classes.search} onClick={spotlight.open}>
        <Search size={16} aria-hidden />
        <span className={classes.searchText}>Search or go to…</span>
        <Kbd size="xs" className={classes.searchText}>
          {isApple ? '⌘' : 'Ctrl'} K
        </Kbd>
      </UnstyledButton>
      <ThemeSwitch />
      <AccountMenu />
    </header>
  );
}
