import { Drawer } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import { GraceBanner } from '#console/second-factor/GraceBanner.tsx';
import { StepUpDialog } from '#console/second-factor/StepUpDialog.tsx';
import { CommandPalette } from './CommandPalette.tsx';
import { ExampleBanner } from './ExampleBanner.tsx';
import { Navigation } from './Navigation.tsx';
import classes from './Shell.module.css';
import { SignInAgain } from './SignInAgain.tsx';
import { TopBar } from './TopBar.tsx';

/** Navigation, top bar and the page between them. */
export function Shell() {
  const [isNarrow, setNarrow] = useLocalStorage({ key: 'reeve-narrow-navigation', defaultValue: false });
  const [isDrawerOpen, drawer] = useDisclosure(false);
  return (
    <div className={classes.shell} data-narrow={isNarrow || undefined}>
      <a href="#main" className={classes.skip}>
        Skip to the page
      </a>
      <TopBar isNarrow={isNarrow} onNarrow={setNarrow} onOpenDrawer={drawer.open} />
      <div className={classes.side}>
        <Navigation isNarrow={isNarrow} />
      </div>
      <Drawer opened={isDrawerOpen} onClose={drawer.close} title="Reeve" size={280} padding="xs">
        <Navigation onNavigate={drawer.close} />
      </Drawer>
      <main id="main" tabIndex={-1} className={classes.main}>
        <ExampleBanner />
        <GraceBanner />
        <Outlet />
      </main>
      <CommandPalette />
      <SignInAgain />
      <StepUpDialog />
    </div>
  );
}
