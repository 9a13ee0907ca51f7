import { Link } from '@tanstack/react-router';
import { paths } from '#console/paths.ts';
import classes from './VerifyTabs.module.css';

const tabs = [
  { label: 'Checks', to: paths.verify },
  { label: 'Proofs', to: paths.proofs },
  { label: 'Clients in the field', to: paths.estate },
] as const;

/** The three answers to “is everything all right?”; each is a page with an address of its own. */
export function VerifyTabs() {
  return (
    <nav aria-label="Verify" className={classes.tabs}>
      {tabs.map(({ label, to }) => (
        <Link key={to} to={to} className={classes.tab} activeOptions={{ exact: true, includeSearch: false }}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
