import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { ExampleBanner } from './ExampleBanner.tsx';
import classes from './PlainPage.module.css';
import { ThemeSwitch } from './ThemeSwitch.tsx';

interface PlainPageProps {
  title: string;
  description?: ReactNode;
  children: ReactNode;
  isWide?: boolean;
}

/** A page with one task and no navigation: signing in, approving a client. */
export function PlainPage({ title, description, children, isWide = false }: PlainPageProps) {
  useDocumentTitle(`${title} · Reeve`);
  return (
    <div className={classes.plain}>
      <header className={classes.bar}>
        <span className={classes.brand}>
          <img src="/favicon.svg" alt="" width={24} height={24} />
          Reeve
        </span>
        <ThemeSwitch />
      </header>
      <ExampleBanner />
      <main className={classes.main} data-wide={isWide || undefined}>
        <h1 className={classes.title}>{title}</h1>
        {description && <p className={classes.description}>{description}</p>}
        {children}
      </main>
    </div>
  );
}
