import classes from './Runners.module.css';

export function Labels({ labels }: { labels: string[] }) {
  if (labels.length === 0) return null;
  return (
    <span className={classes.labels}>
      {labels.map((label) => (
        <code key={label}>{label}</code>
      ))}
    </span>
  );
}
