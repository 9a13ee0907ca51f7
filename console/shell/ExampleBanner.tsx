import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '#console/session.ts';
import classes from './ExampleBanner.module.css';

/** On every page of the example organisation, so that nobody takes it for a real one. */
export function ExampleBanner() {
  const { data } = useQuery(sessionQuery);
  if (!data?.isExample) return null;
  return (
    <aside className={classes.banner} aria-label="Example organisation">
      <strong>Example organisation.</strong> People, activity and costs are invented; the model is scripted.
    </aside>
  );
}
